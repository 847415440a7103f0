import { useText } from "@/text/use-text";
import styles from "./building.module.css";
import { factsPhrases } from "./facts-phrases";

interface FactsProps {
  of: {
    category: string | null;
    labels: readonly string[] | null;
    createdAt: string;
    updatedAt: string;
  };
  /** Names and values beside those. */
  more?: [string, string][];
}

/** What is known of something that was built. */
export function Facts({ of: { category, labels, createdAt, updatedAt }, more = [] }: FactsProps) {
  const { say, dynamic, date } = useText(factsPhrases);
  const facts: [string, string][] = [
    [say("detail.categoryLabel"), dynamic(category)],
    [say("detail.labelsLabel"), (labels ?? []).map(dynamic).join(", ")],
    [say("detail.createdLabel"), date(createdAt)],
    [say("marquetry.building.changed"), date(updatedAt)],
    ...more,
  ];
  return (
    <dl className={styles["facts"]}>
      {facts
        .filter(([, value]) => value !== "")
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
