import { type JsonSchema, type Translator, type UISchemaElement, Generate } from "@jsonforms/core";
import { JsonForms } from "@jsonforms/react";
import { useMemo, useRef, useState } from "react";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { FieldGroup } from "@/ui/inputs/group";
import type { Content } from "../content";
import { readJson } from "../json";
import type { Variable } from "../model";
import { phrases as wizardPhrases } from "../phrases";
import type { About } from "../variable-field";

import { phraseOf } from "./messages";
import { phrases as own } from "./phrases";
import { renderers } from "./renderers";
import { FormSettings } from "./settings";
import { shownErrors } from "./shown-errors";
import { type FormError, formValidator } from "./validator";

const phrases = { ...wizardPhrases, ...own };

interface FormFieldProps extends About {
  content: Content & { type: "form" };
  validation: Variable["validation"];
  text: string;
  isReadOnly: boolean;
  set: (text: string) => void;
  /** Whether what the form says can be saved. */
  note: (isValid: boolean) => void;
}

/** A form that a data source describes. */
export default function FormField(props: FormFieldProps) {
  const { content, validation, text, isReadOnly, set, note, ...about } = props;
  const { say, dynamic } = useText(phrases);
  const { schema, uiSchema } = useDescription(content);
  const [data, emitted] = useOuterData(text);
  const generated = content.data === undefined ? undefined : JSON.stringify(content.data);
  const i18n = useMemo(() => {
    const translate = ((_key: string, own: string | undefined) =>
      own === undefined ? undefined : dynamic(own)) as Translator;
    const translateError = (error: FormError) =>
      say(phraseOf(error), { limit: String(error.params["limit"] ?? "") });
    return { translate, translateError };
  }, [say, dynamic]);
  const take = (next: { data: unknown; errors?: FormError[] }) => {
    const found = shownErrors(next.errors ?? [], uiSchema, next.data);
    note(validation === "NoValidation" || found.length === 0);
    const written = JSON.stringify(next.data ?? {});
    if (isReadOnly || written === emitted.current) return;
    emitted.current = written;
    set(written);
  };
  return (
    <FieldGroup {...about} isRequired={false}>
      <FormSettings value={{ areErrorsShown: about.problem !== undefined }}>
        <JsonForms
          schema={schema}
          uischema={uiSchema}
          data={data}
          renderers={renderers}
          cells={[]}
          ajv={formValidator as never}
          validationMode={validation}
          readonly={isReadOnly}
          i18n={i18n}
          onChange={take}
        />
      </FormSettings>
      {!isReadOnly && generated !== undefined && generated !== text && (
        <p>
          <Button onClick={() => set(generated)}>{say("tooltip.restoreDefault")}</Button>
        </p>
      )}
    </FieldGroup>
  );
}

function useDescription(content: Content & { type: "form" }) {
  const described = JSON.stringify([content.schema, content.uiSchema]);
  return useMemo(() => {
    const schema = content.schema as JsonSchema;
    const isGiven = Object.keys(content.uiSchema).length > 0;
    const given = content.uiSchema as unknown as UISchemaElement;
    const uiSchema = isGiven
      ? given
      : Generate.uiSchema(schema, "VerticalLayout", undefined, schema);
    return { schema, uiSchema };
  }, [described]);
}

/** The form keeps what is typed; it takes from outside only what it has not said itself. */
function useOuterData(text: string) {
  const [data, setData] = useState<unknown>(() => readJson(text) ?? {});
  const emitted = useRef(text);
  if (text !== emitted.current) {
    emitted.current = text;
    setData(readJson(text) ?? {});
  }
  return [data, emitted] as const;
}
