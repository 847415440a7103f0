/** The inputs of a connection: secrets are masked, and replaced only on purpose. */
import { useState } from "react";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field, type FieldIds, inputClass } from "@/ui/field";
import { FieldGroup } from "@/ui/inputs/group";
import { ListInput, PairsInput } from "@/ui/inputs/list";
import { ScalarInput, type ScalarKind } from "@/ui/inputs/scalar";
import { asPair, asText } from "../draft";
import { readJson } from "../json";
import { phrases } from "../phrases";
import styles from "../wizard.module.css";
import type { ConnectionInput } from "./inputs";

export interface Entered {
  inputs: readonly ConnectionInput[];
  /** Only what was entered; what is saved stays as it is. */
  values: Readonly<Record<string, string>>;
  isReadOnly: boolean;
  change: (values: Readonly<Record<string, string>>) => void;
}

export function ConnectionInputs({ inputs, values, isReadOnly, change }: Entered) {
  const set = (input: ConnectionInput, value: string | undefined) => {
    const { [input.key]: _, ...others } = values;
    const isBack = value === undefined || (value === input.saved && !input.isSecret);
    change(isBack ? others : { ...others, [input.key]: value });
  };
  return inputs.map((input) => (
    <OneInput
      key={input.key}
      input={input}
      entered={values[input.key]}
      isReadOnly={isReadOnly}
      set={(value) => set(input, value)}
    />
  ));
}

interface OneInputProps {
  input: ConnectionInput;
  entered: string | undefined;
  isReadOnly: boolean;
  set: (value: string | undefined) => void;
}

function OneInput({ input, entered, isReadOnly, set }: OneInputProps) {
  const { dynamic } = useText(phrases);
  const about = {
    label: dynamic(input.label),
    hint: dynamic(input.help),
    isRequired: input.isRequired,
  };
  const isHidden = input.hasSaved && input.saved === "";
  if (isHidden && entered === undefined) {
    return <Masked {...about} isReadOnly={isReadOnly} replace={() => set("")} />;
  }
  if (input.isSecret || isHidden) {
    return (
      <Secret {...about} {...{ input, isReadOnly, set }} value={entered ?? ""} isNew={!isHidden} />
    );
  }
  const value = entered ?? (input.saved || input.preset);
  if (input.collection !== null) {
    return (
      <FieldGroup {...about}>
        <Collection {...{ input, value, isReadOnly, set }} />
      </FieldGroup>
    );
  }
  return (
    <Field {...about}>
      {(ids) => (
        <ScalarInput
          ids={ids}
          kind={kindOf(input)}
          value={value}
          placeholder={input.placeholder}
          isReadOnly={isReadOnly}
          onChange={set}
        />
      )}
    </Field>
  );
}

function kindOf(input: ConnectionInput): ScalarKind {
  if (input.options.length > 0) return { type: "options", options: input.options };
  switch (input.type) {
    case "BOOLEAN":
      return { type: "boolean" };
    case "CODE":
      return { type: "code", language: "text" };
    default:
      return { type: "text" };
  }
}

function Collection({
  input,
  value,
  isReadOnly,
  set,
}: Omit<OneInputProps, "entered"> & {
  value: string;
}) {
  const read = readJson(value);
  const items = Array.isArray(read) ? read : [];
  const shared = { id: `input-${input.key}`, kind: kindOf(input), isReadOnly };
  if (input.collection === "VALUELIST") {
    const onChange = (next: readonly string[]) => set(JSON.stringify(next));
    return <ListInput {...shared} items={items.map(asText)} onChange={onChange} />;
  }
  return (
    <PairsInput
      {...shared}
      items={items.map(asPair)}
      onChange={(next) => set(JSON.stringify(next))}
    />
  );
}

interface AboutInput {
  label: string;
  hint: string;
  isRequired: boolean;
}

function Masked({
  replace,
  isReadOnly,
  ...about
}: AboutInput & {
  replace: () => void;
  isReadOnly: boolean;
}) {
  const { say } = useText(phrases);
  const [isAsking, setIsAsking] = useState(false);
  const action = (
    <>
      <Button onClick={() => setIsAsking(false)}>
        {say("input.writeOnly.replaceValueConfirmation.cancel")}
      </Button>
      <Button kind="primary" onClick={replace}>
        {say("input.writeOnly.replaceValueConfirmation.submit")}
      </Button>
    </>
  );
  return (
    <Field {...about} isRequired={false}>
      {(ids) => (
        <div className={styles["inline"]}>
          <input
            {...ids}
            className={inputClass}
            readOnly
            value="••••••••"
            aria-description={say("marquetry.connection.saved")}
          />
          {!isReadOnly && (
            <Button
              aria-label={`${say("input.writeOnly.replaceValueTooltip")}: ${about.label}`}
              onClick={() => setIsAsking(true)}
            >
              {say("input.writeOnly.replaceValueTooltip")}
            </Button>
          )}
          {isAsking && (
            <Dialog
              title={say("input.writeOnly.replaceValueConfirmation.title")}
              actions={action}
              onClose={() => setIsAsking(false)}
            >
              <p>{say("input.writeOnly.replaceValueConfirmation.message")}</p>
            </Dialog>
          )}
        </div>
      )}
    </Field>
  );
}

interface SecretProps extends AboutInput {
  input: ConnectionInput;
  value: string;
  /** Nothing is saved that one could go back to. */
  isNew: boolean;
  isReadOnly: boolean;
  set: (value: string | undefined) => void;
}

function Secret({ input, value, isNew, isReadOnly, set, ...about }: SecretProps) {
  const { say } = useText(phrases);
  const hint = [about.hint, say("input.writeOnly.alert")].filter((part) => part !== "").join(" ");
  const attributes = (ids: FieldIds) => ({
    ...ids,
    className: inputClass,
    dir: "ltr",
    autoComplete: "off",
    autoFocus: !isNew,
    value,
    placeholder: input.placeholder,
    readOnly: isReadOnly,
  });
  return (
    <Field {...about} hint={hint}>
      {(ids) => (
        <div className={styles["inline"]}>
          {input.type === "PASSWORD" || input.type === "STRING" ? (
            <input
              {...attributes(ids)}
              type="password"
              autoComplete="new-password"
              onChange={(event) => set(event.target.value)}
            />
          ) : (
            <textarea {...attributes(ids)} onChange={(event) => set(event.target.value)} />
          )}
          {!isNew && (
            <Button
              aria-label={`${say("common.cancelButton")}: ${about.label}`}
              onClick={() => set(undefined)}
            >
              {say("common.cancelButton")}
            </Button>
          )}
        </div>
      )}
    </Field>
  );
}
