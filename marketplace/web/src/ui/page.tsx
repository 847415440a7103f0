import type { ReactNode } from "react";
import { Link } from "./button";
import styles from "./page.module.css";

interface PageProps {
  title: string;
  /** What is said of the title, under it. */
  about?: ReactNode;
  /** Where one comes from. */
  back?: { to: string; label: string };
  actions?: ReactNode;
  children: ReactNode;
}

export function Page({ title, about, back, actions, children }: PageProps) {
  return (
    <main className={styles["page"]}>
      {back !== undefined && (
        <nav>
          <BackLink {...back} />
        </nav>
      )}
      <header className={styles["head"]}>
        <div className={styles["title"]}>
          <h1>{title}</h1>
          {about}
        </div>
        {actions !== undefined && <div className={styles["actions"]}>{actions}</div>}
      </header>
      {children}
    </main>
  );
}

export function BackLink({ to, label }: { to: string; label: string }) {
  return (
    <>
      <span aria-hidden="true" className={styles["back"]}>
        ‹
      </span>
      <Link to={to}>{label}</Link>
    </>
  );
}
