import type { ButtonHTMLAttributes, MouseEvent, ReactNode } from "react";
import { navigate } from "@/app/router";
import { leave } from "@/app/unsaved";
import styles from "./ui.module.css";

type Kind = "danger" | "plain" | "primary" | "quiet";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: Kind;
}

export function Button({ kind = "plain", type = "button", ...rest }: ButtonProps) {
  return <button type={type} className={styles["button"]} data-kind={kind} {...rest} />;
}

interface LinkProps {
  to: string;
  children: ReactNode;
  className?: string | undefined;
  "aria-label"?: string;
  "aria-current"?: "page" | undefined;
}

/** A link to another screen of this page. */
export function Link({ to, children, ...rest }: LinkProps) {
  const go = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    leave(() => navigate(to));
  };
  return (
    <a href={to} onClick={go} {...rest}>
      {children}
    </a>
  );
}

export function ButtonLink({ kind = "plain", ...rest }: LinkProps & { kind?: Kind }) {
  return (
    <span data-kind={kind} className={styles["buttonLink"]}>
      <Link {...rest} className={styles["button"]} />
    </span>
  );
}
