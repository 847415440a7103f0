import { nodes } from "@/api/error";
import { useQuery } from "@/api/use-query";
import { useText } from "@/text/use-text";
import { InvokedExecutions } from "./detail.query";
import type { Execution } from "./detail";
import type { ExecutionRowFragment } from "./executions.query";
import styles from "./executions.module.css";
import { Rows } from "./rows";
import { phrases } from "./phrases";

interface LinkedProps {
  execution: Execution;
  pathOf: (execution: { id: string }) => string;
}

/** The executions that this one comes from, and those that come from it. */
export function LinkedExecutions({ execution, pathOf }: LinkedProps) {
  const { say } = useText(phrases);
  const { id, startedAt } = execution;
  const skip = execution.lineage.hasChildren !== true;
  const invoked = useQuery(InvokedExecutions, { id, startedAt }, { skip });
  const groups: [string, readonly ExecutionRowFragment[]][] = [
    [say("retryTab.retriesTitle"), nodes(execution.retryAttempts)],
    [say("marquetry.executions.first"), some(execution.retryForExecution)],
    [say("retryTab.replaysTitle"), nodes(execution.replays)],
    [say("retryTab.replayedExecutionTitle"), some(execution.replayForExecution)],
    [say("retryTab.cancelledLabel"), some(execution.canceledByExecution)],
    [
      say("linkedExecutionsTab.invokedByTitle"),
      some(execution.lineage.invokedBy?.execution ?? null),
    ],
    [say("linkedExecutionsTab.invokedExecutionsTitle"), nodes(invoked.data?.executionResults)],
  ];
  const filled = groups.filter(([, rows]) => rows.length > 0);
  if (filled.length === 0) return null;
  return (
    <section className={styles["part"]}>
      <h3>{say("linkedExecutionsTab.title")}</h3>
      {filled.map(([title, rows]) => (
        <div key={title}>
          <h4>{title}</h4>
          <Rows rows={rows} withInstance={false} pathOf={pathOf} />
        </div>
      ))}
    </section>
  );
}

function some<T>(one: T | null): T[] {
  return one === null ? [] : [one];
}
