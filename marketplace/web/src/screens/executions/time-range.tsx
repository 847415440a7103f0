import { useText } from "@/text/use-text";
import { Choice } from "@/ui/filters";
import { inputClass } from "@/ui/field";
import styles from "./executions.module.css";
import { phrases } from "./phrases";
import { CUSTOM, type ChosenRange, RANGES, isBackwards } from "./range";

interface TimeRangeProps {
  chosen: ChosenRange;
  onChange: (change: Partial<ChosenRange>) => void;
}

/** From when to when: the last minutes, hours or days, or any two moments. */
export function TimeRange({ chosen, onChange }: TimeRangeProps) {
  const { say } = useText(phrases);
  const offered = Object.entries(RANGES).map(([value, { text }]) => ({ value, label: say(text) }));
  const problem = isBackwards(chosen);
  const moments = [
    ["from", "input.startDateLabel"],
    ["to", "input.endDateLabel"],
  ] as const;
  return (
    <>
      <Choice
        label={say("input.timeRangeLabel")}
        all={say("marquetry.executions.anyTime")}
        options={[...offered, { value: CUSTOM, label: say("input.timeRange.customValue") }]}
        value={chosen.range}
        onChange={(range) => onChange({ range })}
      />
      {chosen.range === CUSTOM &&
        moments.map(([name, text]) => (
          <label key={name} className={styles["moment"]}>
            <span>{say(text)}</span>
            <input
              type="datetime-local"
              className={inputClass}
              value={chosen[name]}
              aria-invalid={problem || undefined}
              onChange={(event) => onChange({ [name]: event.target.value })}
            />
          </label>
        ))}
      {problem && (
        <p role="alert" className={styles["problem"]}>
          {say("input.dateTimeError")}
        </p>
      )}
    </>
  );
}

/** The chosen range, in words. */
export function useRangeText(): (chosen: ChosenRange) => string {
  const { say, date } = useText(phrases);
  return ({ range, from, to }) => {
    const offered = Object.entries(RANGES).find(([key]) => key === range);
    if (offered !== undefined) return say(offered[1].text);
    const [start, end] = [from, to].map((local) => (local === "" ? "…" : date(local)));
    return `${start} – ${end}`;
  };
}
