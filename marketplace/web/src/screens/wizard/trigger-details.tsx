import { useState } from "react";
import { mutate } from "@/api/client";
import { done, nodes } from "@/api/error";
import { useAction } from "@/api/use-query";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { Dialog } from "@/ui/dialog";
import { Notice } from "@/ui/state";
import { newApiKey } from "./api-key";
import { phrases } from "./phrases";
import type { Wizard } from "./use-wizard";
import styles from "./wizard.module.css";
import { SaveFlow, type WizardFlowsFragment } from "./wizard.query";

type FlowConfig = NonNullable<NonNullable<WizardFlowsFragment["flowConfigs"]["nodes"]>[number]>;

/** Where others call the flows of this activation, and with which keys. */
export function TriggerDetails({ wizard, isOpen }: { wizard: Wizard; isOpen: boolean }) {
  const { say } = useText(phrases);
  const { instance } = wizard.data;
  const called = nodes(instance.flowConfigs).filter(
    ({ flow }) => flow.trigger.action.scheduleSupport !== "REQUIRED",
  );
  if (called.length === 0) return null;
  return (
    <details className={styles["details"]} open={isOpen}>
      <summary>{say("triggerDetails.title")}</summary>
      {instance.lastDeployedAt === null && (
        <p className={styles["muted"]}>{say("triggerDetails.emptyFlowConfig")}</p>
      )}
      <ul className={styles["fields"]}>
        {called.map((config) => (
          <FlowAddress key={config.id} config={config} wizard={wizard} />
        ))}
      </ul>
    </details>
  );
}

function FlowAddress({ config, wizard }: { config: FlowConfig; wizard: Wizard }) {
  const { say, dynamic } = useText(phrases);
  const name = dynamic(config.flow.name);
  const hasKeys = config.flow.endpointSecurityType.startsWith("CUSTOMER");
  return (
    <li className={styles["flow"]}>
      <h4>{name}</h4>
      {wizard.data.instance.lastDeployedAt !== null && (
        <p className={styles["address"]}>
          <span className={styles["muted"]}>{say("input.urlLabel")}</span>
          <code dir="ltr">{config.webhookUrl}</code>
          <CopyButton
            text={config.webhookUrl}
            label={name}
            name={`${say("tooltip.copyUrl")}: ${name}`}
          />
        </p>
      )}
      {hasKeys && <ApiKeys config={config} wizard={wizard} />}
    </li>
  );
}

function ApiKeys({ config, wizard }: { config: FlowConfig; wizard: Wizard }) {
  const { say } = useText(phrases);
  const { data, isReadOnly, reload } = wizard;
  const [doomed, setDoomed] = useState<string>();
  const remove = say("configWizard.triggerDetails.apiKey.confirmDelete.submit");
  const keys = (config.apiKeys ?? []).filter((key) => key !== null);
  const change = useAction(async (apiKeys: string[]) => {
    const input = { id: data.instance.id, flow: config.flow.id, apiKeys };
    done((await mutate(SaveFlow, input)).updateInstance);
    await reload();
    setDoomed(undefined);
  });
  return (
    <>
      <p className={styles["muted"]}>
        {keys.length === 0
          ? say("triggerDetails.noApiConfiguredText")
          : `${say("triggerDetails.apiConfiguredText")} ${say("tooltip.passApiKeyToHeader")}`}
      </p>
      {keys.map((key, index) => (
        <p key={key} className={styles["address"]}>
          <code>{masked(key)}</code>
          <CopyButton text={key} label={`${say("input.apiKeyLabel")} ${index + 1}`} />
          {!isReadOnly && (
            <Button
              kind="quiet"
              aria-label={`${remove}: ${say("input.apiKeyLabel")} ${index + 1}`}
              onClick={() => setDoomed(key)}
            >
              ✕
            </Button>
          )}
        </p>
      ))}
      {!isReadOnly && (
        <p>
          <Button
            aria-disabled={change.isRunning}
            onClick={() => !change.isRunning && void change.run([...keys, newApiKey()])}
          >
            {say("input.apiKeyAddButton")}
          </Button>
        </p>
      )}
      {change.error !== undefined && <Notice kind="error">{change.error.message}</Notice>}
      {doomed !== undefined && (
        <Dialog
          title={say("configWizard.triggerDetails.apiKey.confirmDelete.title")}
          onClose={() => setDoomed(undefined)}
          actions={
            <>
              <Button onClick={() => setDoomed(undefined)}>
                {say("configWizard.triggerDetails.apiKey.confirmDelete.cancel")}
              </Button>
              <Button
                kind="danger"
                onClick={() => void change.run(keys.filter((key) => key !== doomed))}
              >
                {remove}
              </Button>
            </>
          }
        >
          <p>{say("configWizard.triggerDetails.apiKey.confirmDelete.message")}</p>
        </Dialog>
      )}
    </>
  );
}

function masked(key: string): string {
  return `••••••••${key.slice(-4)}`;
}
