import { useText } from "@/text/use-text";
import { variablesOf } from "./model";
import { phrases } from "./phrases";
import type { Wizard } from "./use-wizard";
import styles from "./wizard.module.css";

/** Where one is, what is done, and what is wrong. */
export function StepList({ wizard }: { wizard: Wizard }) {
  const { say, dynamic } = useText(phrases);
  const { data, index, reached, problems, isBusy, goTo } = wizard;
  const count = data.pages.length;
  return (
    <nav className={styles["steps"]} aria-label={say("marquetry.wizard.steps")}>
      <p className={styles["stepCount"]}>
        {say("marquetry.wizard.step", { number: index + 1, count })}
      </p>
      <ol>
        {data.pages.map((page, at) => {
          const isWrong = variablesOf(page).some(({ key }) => Object.hasOwn(problems.byKey, key));
          const isDone = at < index || (at <= reached && at !== index);
          const state = isWrong ? "error" : at === index ? "current" : isDone ? "done" : "open";
          return (
            <li key={page.name}>
              <button
                type="button"
                className={styles["step"]}
                data-state={state}
                aria-current={at === index ? "step" : undefined}
                disabled={at > reached || isBusy}
                onClick={() => at !== index && goTo(at)}
              >
                <span className={styles["bullet"]} aria-hidden="true">
                  {isWrong ? "!" : state === "done" ? "✓" : at + 1}
                </span>
                <span>{dynamic(page.name)}</span>
                {state === "done" && (
                  <span className="hidden-visually">, {say("marquetry.wizard.done")}</span>
                )}
                {isWrong && (
                  <span className="hidden-visually">, {say("marquetry.wizard.error")}</span>
                )}
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
