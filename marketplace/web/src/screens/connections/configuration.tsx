import { nodes } from "@/api/error";
import { useText } from "@/text/use-text";
import { Notice } from "@/ui/state";
import type { Connection } from "./detail";
import styles from "./connections.module.css";
import { phrases } from "./phrases";
import { Rename } from "./rename";

interface ConfigurationProps {
  connection: Connection;
  refresh: () => Promise<void>;
}

/** What was entered; secrets are never shown. */
export function Configuration({ connection, refresh }: ConfigurationProps) {
  const { say, dynamic, date, number } = useText(phrases);
  const { scopedConfigVariable: scoped } = connection;
  const saved = new Map(nodes(connection.inputs).map((input) => [input.name, input]));
  const facts = nodes(scoped.connection?.inputs)
    .filter((input) => input.shown)
    .map((input) => {
      const known = saved.get(input.key);
      const isHidden = known?.hasValue === true && known.value === "";
      const value = isHidden ? say("marquetry.connections.hidden") : (known?.value ?? "");
      return [dynamic(input.label), value] as const;
    });
  const changed = date(connection.lastConfiguredAt);
  const usageCount = connection.instances.totalCount;
  return (
    <>
      {usageCount > 0 && (
        <Notice kind="warning">
          <strong>
            {say("customerConnections.details.tabs.configuration.warning.label")}
          </strong>{" "}
          {say("customerConnections.details.tabs.configuration.warning.message", {
            usageCount: number(usageCount),
          })}
        </Notice>
      )}
      {connection.allowUpdate && <Rename connection={connection} refresh={refresh} />}
      {scoped.description !== null && <p>{dynamic(scoped.description)}</p>}
      <dl className={styles["facts"]}>
        {[...facts, [say("customerConnections.dataTable.columns.lastModified"), changed] as const]
          .filter(([, value]) => value !== "")
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </>
  );
}
