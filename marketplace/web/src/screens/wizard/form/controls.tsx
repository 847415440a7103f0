/** Controls of forms for one value each. */
import { type ControlProps, type EnumOption, type OwnPropsOfEnum } from "@jsonforms/core";
import { type ReactNode, useContext } from "react";
import { Field, type FieldIds, inputClass } from "@/ui/field";
import { ComboBox } from "@/ui/inputs/combo-box";
import { FieldGroup } from "@/ui/inputs/group";
import { Choice, ScalarInput } from "@/ui/inputs/scalar";
import { asObject } from "../json";
import styles from "../wizard.module.css";
import { EntryName, useProblem } from "./settings";

interface Shell extends ControlProps {
  children: (ids: FieldIds) => ReactNode;
}

function Control({ label, description, errors, required, visible, children }: Shell) {
  const { problem, touch } = useProblem(errors);
  const entry = useContext(EntryName);
  if (!visible) return null;
  return (
    <div onBlur={touch}>
      <Field
        label={label || entry}
        hint={description}
        problem={problem}
        isRequired={required === true}
      >
        {children}
      </Field>
    </div>
  );
}

export function optionsOf(props: { uischema: { options?: unknown } }): Record<string, unknown> {
  return asObject(props.uischema.options);
}

/** What is empty is not there: then what is required is seen to be missing. */
function textOrNothing(text: string): string | undefined {
  return text === "" ? undefined : text;
}

const TYPES: Record<string, string> = {
  email: "email",
  password: "password",
  time: "time",
  uri: "url",
};

export function TextControl(props: ControlProps) {
  const { data, path, schema, enabled, handleChange } = props;
  const { format: chosen, multi, suggestion } = optionsOf(props);
  const format = typeof chosen === "string" ? chosen : schema.format;
  const value = typeof data === "string" ? data : "";
  const change = (text: string) => handleChange(path, textOrNothing(text));
  if (format === "date" || format === "date-time") {
    const kind = format === "date" ? "date" : "timestamp";
    return (
      <Control {...props}>
        {(ids) => (
          <ScalarInput
            {...{ ids, value }}
            kind={{ type: kind }}
            isReadOnly={!enabled}
            onChange={change}
          />
        )}
      </Control>
    );
  }
  const suggestions = Array.isArray(suggestion) ? suggestion.map(String) : [];
  return (
    <Control {...props}>
      {(ids) => {
        const shared = { ...ids, className: inputClass, value, readOnly: !enabled, dir: "auto" };
        if (multi === true) {
          return <textarea {...shared} onChange={(event) => change(event.target.value)} />;
        }
        return (
          <>
            <input
              {...shared}
              type={TYPES[format ?? ""] ?? "text"}
              step={format === "time" ? 1 : undefined}
              list={suggestions.length > 0 ? `${ids.id}-list` : undefined}
              autoComplete={format === "password" ? "new-password" : "off"}
              maxLength={schema.maxLength}
              onChange={(event) => change(event.target.value)}
            />
            {suggestions.length > 0 && (
              <datalist id={`${ids.id}-list`}>
                {suggestions.map((text) => (
                  <option key={text} value={text} />
                ))}
              </datalist>
            )}
          </>
        );
      }}
    </Control>
  );
}

export function NumberControl(props: ControlProps) {
  const { data, path, schema, enabled, handleChange } = props;
  const { slider } = optionsOf(props);
  const isSlider = slider === true && schema.minimum !== undefined && schema.maximum !== undefined;
  const change = (text: string) => handleChange(path, text === "" ? undefined : Number(text));
  return (
    <Control {...props}>
      {(ids) => (
        <div className={styles["inline"]}>
          <input
            {...ids}
            type={isSlider ? "range" : "number"}
            className={isSlider ? undefined : inputClass}
            value={typeof data === "number" ? data : isSlider ? (schema.minimum ?? 0) : ""}
            min={schema.minimum}
            max={schema.maximum}
            step={schema.multipleOf ?? (schema.type === "integer" ? 1 : "any")}
            disabled={isSlider && !enabled}
            readOnly={!enabled}
            onChange={(event) => change(event.target.value)}
          />
          {isSlider && <output htmlFor={ids.id}>{typeof data === "number" ? data : "–"}</output>}
        </div>
      )}
    </Control>
  );
}

export function BooleanControl(props: ControlProps) {
  const { data, path, enabled, handleChange } = props;
  const isSwitch = optionsOf(props)["toggle"] === true;
  return (
    <Control {...props} required={false}>
      {(ids) =>
        isSwitch ? (
          <ScalarInput
            ids={ids}
            kind={{ type: "boolean" }}
            value={String(data === true)}
            isReadOnly={!enabled}
            onChange={(value) => handleChange(path, value === "true")}
          />
        ) : (
          <input
            {...ids}
            type="checkbox"
            className={styles["checkbox"]}
            checked={data === true}
            disabled={!enabled}
            onChange={(event) => handleChange(path, event.target.checked)}
          />
        )
      }
    </Control>
  );
}

export function ChoiceControl(props: ControlProps & OwnPropsOfEnum) {
  const { data, path, enabled, options = [], handleChange } = props;
  const { autocomplete, format } = optionsOf(props);
  const texts = options.map(({ label, value }) => ({ label, value: JSON.stringify(value) }));
  const value = data === undefined ? "" : JSON.stringify(data);
  const choose = (text: string) => {
    const chosen = options.find((option) => JSON.stringify(option.value) === text);
    handleChange(path, chosen?.value);
  };
  if (format === "radio") {
    return <Radios {...props} options={options} />;
  }
  const shared = { value, options: texts, isDisabled: !enabled, onChange: choose };
  return (
    <Control {...props}>
      {(ids) =>
        autocomplete === true ? (
          <ComboBox {...shared} ids={ids} />
        ) : (
          <Choice {...shared} ids={ids} />
        )
      }
    </Control>
  );
}

function Radios(props: ControlProps & { options: readonly EnumOption[] }) {
  const { id, label, description, data, path, enabled, errors, required, visible } = props;
  const { problem, touch } = useProblem(errors);
  if (!visible) return null;
  return (
    <div onBlur={touch}>
      <FieldGroup label={label} hint={description} problem={problem} isRequired={required === true}>
        <div className={styles["days"]}>
          {props.options.map((option) => (
            <label key={option.label}>
              <input
                type="radio"
                name={id}
                checked={data === option.value}
                disabled={!enabled}
                onChange={() => props.handleChange(path, option.value)}
              />
              {option.label}
            </label>
          ))}
        </div>
      </FieldGroup>
    </div>
  );
}
