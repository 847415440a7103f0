/** What an execution and what it belongs to are called by the API: for support, and for scripts. */
import { useText } from "@/text/use-text";
import { CopyButton } from "@/ui/copy";
import type { Execution } from "./detail";
import styles from "./executions.module.css";
import { phrases } from "./phrases";

type Key = keyof typeof phrases;

export function Names({ execution }: { execution: Execution }) {
  const { say } = useText(phrases);
  const { instance, integration, flow, flowConfig, retryForExecution, lineage } = execution;
  const names: [Key, string | null | undefined][] = [
    ["executionRuns.field.executionIdLabel", execution.id],
    ["executionRuns.field.invokedByExecutionIdLabel", lineage.invokedBy?.execution?.id],
    ["executionRuns.field.retryOfExecutionIdLabel", retryForExecution?.id],
    ["executionRuns.field.instanceIdLabel", instance?.id],
    ["executionRuns.field.customerIdLabel", instance?.customer.id],
    ["executionRuns.field.customerExternalIdLabel", instance?.customer.externalId],
    ["executionRuns.field.integrationIdLabel", integration?.id],
    [
      "executionRuns.field.integrationVersionSequenceIdLabel",
      integration?.versionSequenceId,
    ],
    ["executionRuns.field.flowIdLabel", flow?.id],
    ["executionRuns.field.flowStableIdLabel", flow?.stableKey],
    ["executionRuns.field.flowConfigIdLabel", flowConfig?.id],
  ];
  return (
    <details>
      <summary>{say("marquetry.executions.names")}</summary>
      <dl className={styles["names"]}>
        {names.map(([key, name]) =>
          name ? (
            <div key={key}>
              <dt>{say(key)}</dt>
              <dd>
                <code dir="ltr">{name}</code>
                <CopyButton text={name} label={say(key)} />
              </dd>
            </div>
          ) : null,
        )}
      </dl>
    </details>
  );
}
