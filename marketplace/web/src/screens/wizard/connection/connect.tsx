/** What one does to a connection that is authorized in a window of its provider. */
import { useState } from "react";
import { useAction } from "@/api/use-query";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { Dialog } from "@/ui/dialog";
import { Badge, Notice } from "@/ui/state";
import type { Status } from "../model";
import { phrases } from "../phrases";
import styles from "../wizard.module.css";
import type { Owner } from "./owner";
import { type Authorization, useAuthorization } from "./use-authorization";

interface ConnectProps {
  name: string;
  status: Status;
  /** Saves what was entered, and says whose the connection is. */
  save: () => Promise<Owner>;
  owner: Owner | undefined;
  /** What is needed to begin is filled in. */
  isComplete: boolean;
  /** The server knows something new. */
  refresh: () => void;
}

export function Connect({ name, status, save, owner, isComplete, refresh }: ConnectProps) {
  const { say } = useText(phrases);
  const { authorization, connect, stop } = useAuthorization(refresh);
  const isRunning = authorization.state === "starting" || authorization.state === "waiting";
  const [isTooEarly, setIsTooEarly] = useState(false);
  const start = () => {
    setIsTooEarly(!isComplete);
    if (isComplete && !isRunning) void connect(save);
  };
  const isNew = status === "PENDING" || status === null;
  const label = say(isNew ? "oAuthConnection.connectButton" : "oAuthConnection.reconnectButton");
  return (
    <div className={styles["connect"]}>
      <div className={styles["inline"]}>
        <Button
          kind={status === "ACTIVE" ? "plain" : "primary"}
          aria-label={`${label}: ${name}`}
          aria-disabled={isRunning}
          onClick={start}
        >
          {label}
        </Button>
        {status === "ACTIVE" && owner !== undefined && !isRunning && (
          <Disconnect name={name} owner={owner} refresh={refresh} />
        )}
        {isRunning && <Button onClick={stop}>{say("common.cancelButton")}</Button>}
      </div>
      {isTooEarly && !isComplete && (
        <Notice kind="error">{say("marquetry.connection.incomplete")}</Notice>
      )}
      <Progress authorization={authorization} />
    </div>
  );
}

function Progress({ authorization }: { authorization: Authorization }) {
  const { say } = useText(phrases);
  switch (authorization.state) {
    case "idle":
      return null;
    case "starting":
      return <p role="status">{say("marquetry.connection.starting")}</p>;
    case "failed": {
      const { verdict, reason = "" } = authorization;
      return <Notice kind="error">{say(`marquetry.connection.${verdict}`, { reason })}</Notice>;
    }
    case "refused":
      return (
        <Notice kind="error">
          {say("marquetry.connection.refused", { reason: authorization.reason })}
        </Notice>
      );
    case "waiting":
      return (
        <div role="status">
          {authorization.link === undefined ? (
            <p>{say("marquetry.connection.waiting")}</p>
          ) : (
            <Blocked link={authorization.link} />
          )}
        </div>
      );
  }
}

function Blocked({ link }: { link: string }) {
  const { say } = useText(phrases);
  return (
    <>
      <p>{say("marquetry.connection.blocked")}</p>
      <p className={styles["inline"]}>
        <a href={link} target="_blank" rel="noopener noreferrer">
          {say("marquetry.connection.open")}
        </a>
        <CopyButton text={link} label={say("marquetry.connection.link")} />
      </p>
    </>
  );
}

function Disconnect({ name, owner, refresh }: { name: string; owner: Owner; refresh: () => void }) {
  const { say } = useText(phrases);
  const label = say("oAuthConnection.disconnectButton");
  const [isAsking, setIsAsking] = useState(false);
  const disconnection = useAction(async () => {
    await owner.disconnect();
    setIsAsking(false);
    refresh();
  });
  return (
    <>
      <Button aria-label={`${label}: ${name}`} onClick={() => setIsAsking(true)}>
        {label}
      </Button>
      {isAsking && (
        <Dialog
          title={say("configWizard.configPage.connection.disconnect.confirmation.title")}
          onClose={() => setIsAsking(false)}
          actions={
            <Button
              kind="danger"
              aria-disabled={disconnection.isRunning}
              onClick={() => !disconnection.isRunning && void disconnection.run()}
            >
              {label}
            </Button>
          }
        >
          <p>{say("configWizard.configPage.connection.disconnect.confirmation.message")}</p>
          {disconnection.error !== undefined && (
            <Notice kind="error">{disconnection.error.message}</Notice>
          )}
        </Dialog>
      )}
    </>
  );
}

export function StatusBadge({ status }: { status: Status }) {
  const { say } = useText(phrases);
  const option = (name: "connected" | "disconnected" | "error") =>
    say(`customerConnections.filters.status.option.${name}`);
  switch (status) {
    case "ACTIVE":
      return <Badge kind="success">{option("connected")}</Badge>;
    case "ERROR":
    case "FAILED":
      return <Badge kind="error">{option("error")}</Badge>;
    default:
      return <Badge kind="none">{option("disconnected")}</Badge>;
  }
}
