/** What a screen shows when it has nothing else to show. */
import type { ReactNode } from "react";
import { NotFoundError } from "@/api/error";
import { common } from "@/text/common";
import { useText } from "@/text/use-text";
import { Button, ButtonLink } from "./button";
import styles from "./ui.module.css";

export function Spinner({ label }: { label?: string }) {
  const { say } = useText(common);
  return (
    <div role="status" className={styles["state"]}>
      <div className={styles["spinner"]} />
      <span className={label === undefined ? "hidden-visually" : undefined}>
        {label ?? say("common.loading")}
      </span>
    </div>
  );
}

interface MessageProps {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  /** Nothing else is on the screen. */
  isScreen?: boolean;
}

/** A sentence in the middle of an empty screen, or of a part of it. */
export function Message({ title, children, action, isScreen = false }: MessageProps) {
  const [Part, Title] = isScreen ? (["main", "h1"] as const) : (["div", "h2"] as const);
  return (
    <Part className={styles["state"]}>
      <Title>{title}</Title>
      {children !== undefined && <p>{children}</p>}
      {action}
    </Part>
  );
}

/** What is not there and what is not for this viewer look the same. */
export function NotFound({ isScreen = false }: { isScreen?: boolean }) {
  const { say } = useText(common);
  const action = (
    <ButtonLink to="/integration-marketplace/">{say("marquetry.toMarketplace")}</ButtonLink>
  );
  return (
    <Message title={say("app.marketplace-not-found__title")} action={action} isScreen={isScreen}>
      {say("app.marketplace-not-found__text")}
    </Message>
  );
}

interface FailureProps {
  error: Error;
  retry: () => void;
  isScreen?: boolean;
}

export function Failure({ error, retry, isScreen = false }: FailureProps) {
  const { say } = useText(common);
  if (error instanceof NotFoundError) return <NotFound isScreen={isScreen} />;
  const action = <Button onClick={retry}>{say("marquetry.retry")}</Button>;
  return (
    <Message title={say("marquetry.failed.title")} action={action} isScreen={isScreen}>
      {error.message}
    </Message>
  );
}

type Kind = "error" | "info" | "success" | "warning";

export function Notice(props: { kind?: Kind; children: ReactNode; action?: ReactNode }) {
  const { kind = "info" } = props;
  return (
    <div role={kind === "error" ? "alert" : "status"} className={styles["notice"]} data-kind={kind}>
      <div className={styles["noticeText"]}>{props.children}</div>
      {props.action}
    </div>
  );
}

interface BadgeProps {
  kind: Kind | "none";
  /** What it means, in a sentence. */
  hint?: string;
  children: ReactNode;
}

export function Badge({ kind, hint, children }: BadgeProps) {
  return (
    <span className={styles["badge"]} data-kind={kind} title={hint}>
      {children}
      {hint !== undefined && <span className="hidden-visually">: {hint}</span>}
    </span>
  );
}
