import { useState } from "react";
import { nodes } from "@/api/error";
import { useQuery } from "@/api/use-query";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { Notice, Spinner } from "@/ui/state";
import { phrases } from "../phrases";
import { RecentConnectionLogs } from "./connection.query";
import styles from "./connection-logs.module.css";

/** What the connections of an activation said lately, for those who look for what is wrong. */
export function ConnectionLogs({ instance }: { instance: string }) {
  const { say } = useText(phrases);
  const [isOpen, setIsOpen] = useState(false);
  return (
    <div>
      <Button
        kind="quiet"
        title={say("tooltip.connectionLogs")}
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
      >
        {say("configWizard.configPage.connection.connectionLogs.title")}
      </Button>
      {isOpen && <Lines instance={instance} />}
    </div>
  );
}

function Lines({ instance }: { instance: string }) {
  const { say, date } = useText(phrases);
  const { data, error } = useQuery(RecentConnectionLogs, { id: instance });
  if (error !== undefined) return <Notice kind="error">{error.message}</Notice>;
  if (data === undefined) return <Spinner />;
  const lines = nodes(data.instance?.logs);
  if (lines.length === 0) {
    return <p className={styles["nothing"]}>{say("tooltip.connectionLogs--noLogs")}</p>;
  }
  return (
    <ul className={styles["lines"]}>
      {lines.map(({ id, timestamp, message }) => (
        <li key={id}>
          <time dateTime={timestamp}>{date(timestamp)}</time> <span>{message}</span>
        </li>
      ))}
    </ul>
  );
}
