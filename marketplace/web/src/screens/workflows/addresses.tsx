import { nodes } from "@/api/error";
import { useQuery } from "@/api/use-query";
import { useText } from "@/text/use-text";
import { Secret } from "../instance/secret";
import { InstanceSummary } from "../instance/summary.query";
import { phrases } from "./phrases";
import styles from "../building/building.module.css";

/** Where callers reach what runs. */
export function Addresses({ id }: { id: string }) {
  const { say } = useText(phrases);
  const { data } = useQuery(InstanceSummary, { id });
  return nodes(data?.instance?.flowConfigs).map(({ flow, webhookUrl, apiKeys }) => (
    <section key={flow.id} className={styles["overview"]}>
      <h2>{say("marquetry.summary.webhook")}</h2>
      <Secret
        copy={say("tooltip.copyUrl")}
        text={webhookUrl}
        label={say("marquetry.summary.webhook")}
        isOpen
      />
      {(apiKeys ?? []).map((key) => (
        <Secret key={key} text={key ?? ""} label={say("input.apiKeyLabel")} />
      ))}
    </section>
  ));
}
