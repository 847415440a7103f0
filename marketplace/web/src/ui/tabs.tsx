import { useEffect, useRef } from "react";
import { Link } from "./button";
import styles from "./ui.module.css";

export interface Tab {
  key: string;
  label: string;
  to: string;
}

interface TabsProps {
  label: string;
  tabs: readonly Tab[];
  current: string;
}

/** Tabs are links: each has its address, and `Back` leads to the one before. */
export function Tabs({ label, tabs, current }: TabsProps) {
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    const link = nav.current?.querySelector("[aria-current]");
    link?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [current]);
  return (
    <nav ref={nav} aria-label={label} className={styles["tabs"]}>
      {tabs.map(({ key, label: text, to }) => (
        <Link
          key={key}
          to={to}
          className={styles["tab"]}
          aria-current={key === current ? "page" : undefined}
        >
          {text}
        </Link>
      ))}
    </nav>
  );
}
