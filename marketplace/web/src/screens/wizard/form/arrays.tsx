/** Lists inside of forms. */
import {
  type ArrayLayoutProps,
  type ControlProps,
  type DispatchPropsOfMultiEnumControl,
  type OwnPropsOfEnum,
  createDefaultValue,
  findUISchema,
} from "@jsonforms/core";
import { JsonFormsDispatch, useJsonForms } from "@jsonforms/react";
import { useMemo } from "react";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { FieldGroup } from "@/ui/inputs/group";
import { RowActions } from "@/ui/inputs/list";
import { asText } from "../draft";
import { asObject } from "../json";
import styles from "../wizard.module.css";
import { optionsOf } from "./controls";
import { phrases } from "./phrases";
import { EntryName, useProblem } from "./settings";

/** Entries one below the other; those that have details are folded up. */
export function ArrayControl(props: ArrayLayoutProps) {
  const { say } = useText(phrases);
  const { data: count, path, label, description, errors, required, visible, enabled } = props;
  const { problem, touch } = useProblem(errors);
  const canAdd = enabled && !props.disableAdd;
  if (!visible) return null;
  const add = props.addItem(path, createDefaultValue(props.schema, props.rootSchema));
  return (
    <div onBlur={touch}>
      <FieldGroup label={label} hint={description} problem={problem} isRequired={required === true}>
        {count === 0 && <p className={styles["muted"]}>{say("marquetry.form.none")}</p>}
        <ol className={styles["entries"]}>
          {Array.from({ length: count }, (_, index) => (
            <Entry key={index} index={index} {...props} />
          ))}
        </ol>
        {canAdd && (
          <p>
            <Button aria-label={say("marquetry.form.addTo", { name: label })} onClick={add}>
              {say("marquetry.form.add")}
            </Button>
          </p>
        )}
      </FieldGroup>
    </div>
  );
}

function Entry({ index, ...props }: ArrayLayoutProps & { index: number }) {
  const { path, schema, uischema, uischemas, rootSchema, enabled, renderers, cells } = props;
  const options = optionsOf(props);
  const itemPath = `${path}.${index}`;
  const found = useMemo(
    () =>
      findUISchema(uischemas ?? [], schema, uischema.scope, path, undefined, uischema, rootSchema),
    [uischemas, schema, uischema, path, rootSchema],
  );
  const title = useTitle(props, index);
  const isFolded = options["detail"] !== undefined || options["elementLabelProp"] !== undefined;
  const isSorted = options["showSortButtons"] === true;
  const content = (
    <EntryName value={title}>
      <JsonFormsDispatch
        {...{ schema, uischema: found, path: itemPath, enabled, renderers, cells }}
      />
    </EntryName>
  );
  return (
    <li className={styles["entry"]}>
      {isFolded ? (
        <details>
          <summary>{title}</summary>
          {content}
        </details>
      ) : (
        <div role="group" aria-label={title}>
          {content}
        </div>
      )}
      {enabled && (
        <RowActions
          number={index + 1}
          isFirst={index === 0}
          isLast={index === props.data - 1}
          move={
            isSorted ? (by) => (by < 0 ? props.moveUp : props.moveDown)?.(path, index)() : undefined
          }
          remove={() => props.removeItems?.(path, [index])()}
        />
      )}
    </li>
  );
}

/** An entry is called by what is in it, as far as that has a name. */
function useTitle(props: ArrayLayoutProps, index: number): string {
  const { say } = useText(phrases);
  const { core } = useJsonForms();
  const name = optionsOf(props)["elementLabelProp"] ?? props.uischema.options?.["childLabelProp"];
  const item = `${props.path}.${index}`
    .split(".")
    .reduce<unknown>(
      (found, part) => (found as Record<string, unknown> | undefined)?.[part],
      core?.data,
    );
  const own = typeof name === "string" ? asText(asObject(item)[name]) : "";
  return own || say("marquetry.form.entry", { name: props.label, number: index + 1 });
}

type Several = ControlProps & OwnPropsOfEnum & DispatchPropsOfMultiEnumControl;

/** Several of a list of values. */
export function SeveralControl(props: Several) {
  const {
    label,
    description,
    data,
    path,
    options = [],
    errors,
    required,
    visible,
    enabled,
  } = props;
  const { problem, touch } = useProblem(errors);
  if (!visible) return null;
  const chosen: unknown[] = Array.isArray(data) ? data : [];
  const toggle = (value: unknown, isOn: boolean) =>
    isOn ? props.addItem(path, value) : props.removeItem?.(path, value);
  return (
    <div onBlur={touch}>
      <FieldGroup label={label} hint={description} problem={problem} isRequired={required === true}>
        <div className={styles["days"]}>
          {options.map((option) => (
            <label key={option.label}>
              <input
                type="checkbox"
                checked={chosen.includes(option.value)}
                disabled={!enabled}
                onChange={(event) => toggle(option.value, event.target.checked)}
              />
              {option.label}
            </label>
          ))}
        </div>
      </FieldGroup>
    </div>
  );
}
