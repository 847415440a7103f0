import { useText } from "@/text/use-text";
import { Field, inputClass } from "@/ui/field";
import { FieldGroup } from "@/ui/inputs/group";
import { Choice, TimeZoneInput } from "@/ui/inputs/scalar";
import { phrases as inputPhrases } from "@/ui/inputs/phrases";
import { KINDS } from "../content";
import type { Draft, Schedule } from "../draft";
import { type InputProps, describe } from "../variable-field";
import styles from "../wizard.module.css";
import { nextRuns, parseCron } from "./cron";
import { phrases as own } from "./phrases";
import { type Parts, readParts, withKind, withParts } from "./schedule";

const phrases = { ...own, ...inputPhrases };

/** How many runs show what a schedule means. */
const PREVIEWED = 3;

type ScheduleDraft = Draft & { type: "schedule" };

export function ScheduleField({ variable, wizard, draft, change }: InputProps<ScheduleDraft>) {
  const { say, dynamic } = useText(phrases);
  const { isReadOnly } = wizard;
  const set = (schedule: Schedule) => change({ type: "schedule", ...schedule });
  const isTimed = draft.kind !== "NONE" && draft.kind !== "ONCE";
  return (
    <FieldGroup {...describe(variable, wizard, dynamic)} isRequired={false}>
      <div className={styles["columns"]}>
        <Field label={say("marquetry.schedule.kind")}>
          {(ids) => (
            <Choice
              ids={ids}
              value={draft.kind}
              options={KINDS.map((kind) => ({
                value: kind,
                label: say(`marquetry.schedule.${kind}`),
              }))}
              isDisabled={isReadOnly}
              onChange={(kind) => set(withKind(draft, kind as Schedule["kind"]))}
            />
          )}
        </Field>
        {isTimed && <PartsFields {...{ draft, isReadOnly, set }} />}
        {isTimed && (
          <Field label={say("marquetry.input.timeZone")}>
            {(ids) => (
              <TimeZoneInput
                ids={ids}
                value={draft.timeZone || "UTC"}
                isDisabled={isReadOnly}
                onChange={(timeZone) => set({ ...draft, timeZone })}
              />
            )}
          </Field>
        )}
      </div>
      {draft.kind === "WEEK" && <Weekdays {...{ draft, isReadOnly, set }} />}
      {isTimed && <Preview draft={draft} />}
    </FieldGroup>
  );
}

interface PartsProps {
  draft: ScheduleDraft;
  isReadOnly: boolean;
  set: (schedule: Schedule) => void;
}

function PartsFields({ draft, isReadOnly, set }: PartsProps) {
  const { say } = useText(phrases);
  const parts = readParts(draft);
  const change = (to: Partial<Parts>) => set(withParts(draft, to));
  switch (draft.kind) {
    case "MINUTE":
      return <Every max={59} {...{ draft, parts, isReadOnly, change }} />;
    case "HOUR":
      return (
        <>
          <Every max={23} {...{ draft, parts, isReadOnly, change }} />
          <Field label={say("marquetry.schedule.minute")}>
            {(ids) => (
              <input
                {...ids}
                type="number"
                className={inputClass}
                min={0}
                max={59}
                value={parts.minute}
                readOnly={isReadOnly}
                onChange={(event) => change({ minute: within(event.target.value, 0, 59) })}
              />
            )}
          </Field>
        </>
      );
    case "DAY":
      return (
        <>
          <Every max={31} {...{ draft, parts, isReadOnly, change }} />
          <Time {...{ parts, isReadOnly, change }} />
        </>
      );
    case "WEEK":
      return <Time {...{ parts, isReadOnly, change }} />;
    default:
      return (
        <Field label={say("marquetry.schedule.cron")} hint={say("marquetry.schedule.cronHint")}>
          {(ids) => (
            <input
              {...ids}
              dir="ltr"
              className={inputClass}
              value={draft.cron}
              readOnly={isReadOnly}
              aria-invalid={draft.cron !== "" && parseCron(draft.cron) === undefined}
              onChange={(event) => set({ ...draft, cron: event.target.value })}
            />
          )}
        </Field>
      );
  }
}

interface PartProps {
  parts: Parts;
  isReadOnly: boolean;
  change: (to: Partial<Parts>) => void;
}

function Every({
  draft,
  parts,
  max,
  isReadOnly,
  change,
}: PartProps & {
  draft: ScheduleDraft;
  max: number;
}) {
  const { say } = useText(phrases);
  return (
    <Field label={say(`marquetry.schedule.every${draft.kind as "DAY" | "HOUR" | "MINUTE"}`)}>
      {(ids) => (
        <input
          {...ids}
          type="number"
          className={inputClass}
          min={1}
          max={max}
          value={parts.every}
          readOnly={isReadOnly}
          onChange={(event) => change({ every: within(event.target.value, 1, max) })}
        />
      )}
    </Field>
  );
}

function Time({ parts, isReadOnly, change }: PartProps) {
  const { say } = useText(phrases);
  const two = (value: number) => String(value).padStart(2, "0");
  return (
    <Field label={say("marquetry.schedule.time")}>
      {(ids) => (
        <input
          {...ids}
          type="time"
          className={inputClass}
          value={`${two(parts.hour)}:${two(parts.minute)}`}
          readOnly={isReadOnly}
          onChange={(event) => {
            const [hour, minute] = event.target.value.split(":").map(Number);
            if (hour !== undefined && minute !== undefined) change({ hour, minute });
          }}
        />
      )}
    </Field>
  );
}

function within(text: string, low: number, high: number): number {
  return Math.min(high, Math.max(low, Math.trunc(Number(text)) || low));
}

/** A week in which the first day is a Sunday, to name days by. */
const SUNDAY = Date.UTC(2026, 0, 4);
const DAY_MS = 24 * 60 * 60 * 1000;

function Weekdays({ draft, isReadOnly, set }: PartsProps) {
  const { say } = useText(phrases);
  const { weekdays } = readParts(draft);
  const names = new Intl.DateTimeFormat(document.documentElement.lang, {
    weekday: "short",
    timeZone: "UTC",
  });
  const toggle = (day: number, isOn: boolean) => {
    const next = isOn ? [...weekdays, day] : weekdays.filter((other) => other !== day);
    // A week without a day would never come due: the last one stays.
    if (next.length > 0) set(withParts(draft, { weekdays: next }));
  };
  return (
    <FieldGroup label={say("marquetry.schedule.weekdays")}>
      <div className={styles["days"]}>
        {[1, 2, 3, 4, 5, 6, 0].map((day) => (
          <label key={day}>
            <input
              type="checkbox"
              checked={weekdays.includes(day)}
              disabled={isReadOnly}
              onChange={(event) => toggle(day, event.target.checked)}
            />
            {names.format(SUNDAY + day * DAY_MS)}
          </label>
        ))}
      </div>
    </FieldGroup>
  );
}

function Preview({ draft }: { draft: ScheduleDraft }) {
  const { say } = useText(phrases);
  const cron = parseCron(draft.cron);
  if (cron === undefined) return null;
  const zone = draft.timeZone || "UTC";
  const format = new Intl.DateTimeFormat(document.documentElement.lang, {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone: zone,
  });
  const runs = nextRuns(cron, Date.now(), zone, PREVIEWED).map((run) => format.format(run));
  if (runs.length === 0) return null;
  return (
    <p className={styles["muted"]} aria-live="polite">
      {say("marquetry.schedule.next", { times: runs.join(" · ") })}
    </p>
  );
}
