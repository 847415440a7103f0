import { nodes } from "@/api/error";
import { useText } from "@/text/use-text";
import { Link } from "@/ui/button";
import { Chart } from "../executions/chart";
import { instancePath } from "../marketplace/state";
import type { DashboardQuery } from "./dashboard.query";
import styles from "./dashboard.module.css";
import { phrases } from "./phrases";

/** How things stand, at a glance. */
export function Summary({ data }: { data: DashboardQuery }) {
  const { say, dynamic, number } = useText(phrases);
  const [all, paused] = [data.instances.totalCount, data.paused.totalCount];
  const failing = nodes(data.failed);
  const numbers = [
    ["marquetry.dashboard.activated", all],
    ["marquetry.dashboard.paused", paused],
    ["marquetry.dashboard.failed", data.failed.totalCount],
    ["detail.triggeredMonitorsLabel", data.alerts.totalCount],
  ] as const;
  return (
    <>
      <dl className={styles["numbers"]}>
        {numbers.map(([text, count]) => (
          <div key={text} className={styles["number"]}>
            <dt>{say(text)}</dt>
            <dd>{number(count)}</dd>
          </div>
        ))}
      </dl>
      <section className={styles["panel"]}>
        <h2>{say("detail.executionslast24Hours")}</h2>
        <Chart />
      </section>
      <section className={styles["panel"]}>
        {failing.length === 0 ? (
          <p>{say(all === 0 ? "marquetry.dashboard.nothing" : "marquetry.dashboard.fine")}</p>
        ) : (
          <>
            <h2>{say("marquetry.dashboard.attention")}</h2>
            <ul>
              {failing.map((instance) => (
                <li key={instance.id}>
                  <Link to={instancePath(instance)}>{dynamic(instance.name)}</Link>
                </li>
              ))}
            </ul>
          </>
        )}
      </section>
    </>
  );
}
