import {
  type CombinatorKeyword,
  type CombinatorRendererProps,
  createCombinatorRenderInfos,
  createDefaultValue,
} from "@jsonforms/core";
import { JsonFormsDispatch } from "@jsonforms/react";
import { useState } from "react";
import { useText } from "@/text/use-text";
import { Field } from "@/ui/field";
import { Choice } from "@/ui/inputs/scalar";
import styles from "../wizard.module.css";
import { phrases } from "./phrases";

/** One of several forms of the same thing. */
function Variants(props: CombinatorRendererProps & { keyword: CombinatorKeyword }) {
  const { say } = useText(phrases);
  const { schema, rootSchema, uischema, uischemas, path, label, keyword } = props;
  const { visible, enabled, renderers, cells, indexOfFittingSchema, handleChange } = props;
  const [chosen, setChosen] = useState(indexOfFittingSchema ?? 0);
  if (!visible) return null;
  const infos = createCombinatorRenderInfos(
    schema[keyword] ?? [],
    rootSchema,
    keyword,
    uischema,
    path,
    uischemas,
  );
  const current = infos[chosen];
  const choose = (index: number) => {
    setChosen(index);
    const next = infos[index];
    // What was entered for one form makes no sense in another.
    if (next !== undefined) handleChange(path, createDefaultValue(next.schema, rootSchema));
  };
  return (
    <div className={styles["fields"]}>
      <Field label={say("marquetry.form.variant", { name: label })}>
        {(ids) => (
          <Choice
            ids={ids}
            value={String(chosen)}
            options={infos.map((info, index) => ({ value: String(index), label: info.label }))}
            isDisabled={!enabled}
            onChange={(value) => choose(Number(value))}
          />
        )}
      </Field>
      {current !== undefined && (
        <JsonFormsDispatch
          schema={current.schema}
          uischema={current.uischema}
          {...{ path, enabled, renderers, cells }}
        />
      )}
    </div>
  );
}

export function OneOfControl(props: CombinatorRendererProps) {
  return <Variants {...props} keyword="oneOf" />;
}

export function AnyOfControl(props: CombinatorRendererProps) {
  return <Variants {...props} keyword="anyOf" />;
}
