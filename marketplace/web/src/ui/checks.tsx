import { useId } from "react";
import styles from "./checks.module.css";
import type { Option } from "./filters";

interface ChecksProps {
  label: string;
  options: readonly Option[];
  chosen: readonly string[];
  problem: string | undefined;
  onChange: (chosen: string[]) => void;
}

/** Any number of a few things. */
export function Checks({ label, options, chosen, problem, onChange }: ChecksProps) {
  const id = useId();
  const toggle = (value: string, isChosen: boolean) =>
    onChange(isChosen ? [...chosen, value] : chosen.filter((other) => other !== value));
  return (
    <fieldset
      className={styles["checks"]}
      aria-describedby={problem === undefined ? undefined : id}
      data-invalid={problem === undefined ? undefined : ""}
    >
      <legend>{label}</legend>
      {options.map(({ value, label: text }) => (
        <label key={value}>
          <input
            type="checkbox"
            checked={chosen.includes(value)}
            onChange={(event) => toggle(value, event.target.checked)}
          />
          {text}
        </label>
      ))}
      {problem !== undefined && (
        <p id={id} className={styles["problem"]}>
          {problem}
        </p>
      )}
    </fieldset>
  );
}
