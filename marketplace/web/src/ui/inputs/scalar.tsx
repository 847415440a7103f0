/** Inputs for one value, all of which are text in the end. */
import { Suspense, lazy, useState } from "react";
import { useText } from "@/text/use-text";
import { type FieldIds, inputClass } from "../field";
import { Spinner } from "../state";
import { ComboBox, type Option } from "./combo-box";
import styles from "./inputs.module.css";
import { phrases } from "./phrases";
import { fromClock, ownTimeZone, timeZones, toClock, toDay } from "./time-zone";

const CodeInput = lazy(() => import("./code"));

export type Language = "html" | "json" | "text" | "xml" | "yaml";

export type ScalarKind =
  | { type: "boolean" }
  | { type: "code"; language: Language }
  | { type: "date" }
  | { type: "number" }
  | { type: "options"; options: readonly Option[] }
  | { type: "text" }
  | { type: "timestamp" };

export interface ScalarProps {
  kind: ScalarKind;
  value: string;
  ids: FieldIds & { "aria-label"?: string };
  isReadOnly: boolean;
  placeholder?: string;
  onChange: (value: string) => void;
}

export function ScalarInput(props: ScalarProps) {
  const { kind, value, ids, isReadOnly, onChange } = props;
  switch (kind.type) {
    case "boolean":
      return (
        <input
          {...ids}
          type="checkbox"
          role="switch"
          className={styles["switch"]}
          checked={value === "true"}
          disabled={isReadOnly}
          onChange={(event) => onChange(String(event.target.checked))}
        />
      );
    case "code":
      return (
        <Suspense fallback={<Spinner />}>
          <CodeInput {...props} language={kind.language} />
        </Suspense>
      );
    case "options":
      return (
        <Choice options={kind.options} {...{ ids, value, isDisabled: isReadOnly, onChange }} />
      );
    case "timestamp":
      return <TimestampInput {...props} />;
    case "date":
      return <Plain {...props} type="date" value={toDay(value)} />;
    case "number":
      return <Plain {...props} type="text" />;
    case "text":
      return <TextInput {...props} />;
  }
}

function Plain({
  kind,
  value,
  ids,
  isReadOnly,
  placeholder,
  onChange,
  type,
}: ScalarProps & {
  type: "date" | "text";
}) {
  return (
    <input
      {...ids}
      type={type}
      className={inputClass}
      dir={type === "text" && kind.type === "text" ? "auto" : undefined}
      inputMode={kind.type === "number" ? "decimal" : undefined}
      value={value}
      placeholder={placeholder}
      readOnly={isReadOnly}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

/** A text that is long when it is first seen has room; typing never changes the kind of input. */
function TextInput(props: ScalarProps) {
  const { value, ids, isReadOnly, onChange } = props;
  const [isLong] = useState(value.includes("\n") || value.length > 120);
  if (!isLong) return <Plain {...props} type="text" />;
  return (
    <textarea
      {...ids}
      dir="auto"
      className={inputClass}
      value={value}
      readOnly={isReadOnly}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

/** From here on, finding beats scrolling. */
const SEARCHED_FROM = 12;

interface ChoiceProps {
  ids: FieldIds;
  value: string;
  options: readonly Option[];
  isDisabled: boolean;
  onChange: (value: string) => void;
}

export function Choice({ ids, value, options, isDisabled, onChange }: ChoiceProps) {
  const { say } = useText(phrases);
  if (options.length >= SEARCHED_FROM) {
    return <ComboBox {...{ ids, value, options, isDisabled, onChange }} />;
  }
  const isKnown = options.some((option) => option.value === value);
  return (
    <select
      {...ids}
      className={inputClass}
      value={value}
      disabled={isDisabled}
      onChange={(event) => onChange(event.target.value)}
    >
      {!isKnown && <option value={value}>{value || say("marquetry.input.choose")}</option>}
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

const zones = () => timeZones().map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }));

interface ZoneProps {
  ids: FieldIds & { "aria-label"?: string };
  value: string;
  isDisabled: boolean;
  onChange: (zone: string) => void;
}

export function TimeZoneInput(props: ZoneProps) {
  const [options] = useState(zones);
  return <ComboBox {...props} options={options} />;
}

/** An instant, entered as clocks of a zone show it. */
function TimestampInput({ value, ids, isReadOnly, onChange }: ScalarProps) {
  const { say } = useText(phrases);
  const [zone, setZone] = useState(ownTimeZone);
  const clock = toClock(value, zone);
  const zoneIds = {
    id: `${ids.id}-zone`,
    "aria-label": say("marquetry.input.timeZone"),
    "aria-describedby": undefined,
    "aria-invalid": undefined,
    "aria-required": undefined,
  };
  return (
    <div className={styles["row"]}>
      <input
        {...ids}
        type="datetime-local"
        className={inputClass}
        value={clock}
        readOnly={isReadOnly}
        onChange={(event) => onChange(fromClock(event.target.value, zone))}
      />
      <TimeZoneInput
        ids={zoneIds}
        value={zone}
        isDisabled={isReadOnly}
        onChange={(next) => {
          setZone(next);
          // What was entered is a reading of the clock: it stays, and means another instant.
          if (clock !== "") onChange(fromClock(clock, next));
        }}
      />
    </div>
  );
}
