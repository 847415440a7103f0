import { useId, useState } from "react";
import { useText } from "@/text/use-text";
import { inputClass } from "@/ui/field";
import { Choice as Filter } from "@/ui/filters";
import { FieldGroup } from "@/ui/inputs/group";
import { Choice } from "@/ui/inputs/scalar";
import type { Content, MappedField, SelectableObject } from "../content";
import { phrases } from "../phrases";
import type { About } from "../variable-field";
import styles from "../wizard.module.css";
import { choices, keyOf, readMapping, withMapped } from "./mapping";

interface MappingFieldProps extends About {
  content: Content & { type: "mapping" };
  text: string;
  isReadOnly: boolean;
  set: (text: string) => void;
}

/** From here on, rows are found by searching. */
const SEARCHED_FROM = 8;

/** For each field of ours, the field of theirs. */
export default function MappingField({
  content,
  text,
  isReadOnly,
  set,
  ...about
}: MappingFieldProps) {
  const { say } = useText(phrases);
  const [search, setSearch] = useState("");
  const fields = readMapping(text, content.fields);
  const known = choices(content.options);
  const [object, setObject] = useState("");
  const offered = [...known].filter(([, of]) => object === "" || of.object.key === object);
  const options = [
    { value: "", label: say("input.noneValue") },
    ...offered.map(([value, { object, field }]) => ({
      value,
      label: `${object.label} › ${field.label}`,
    })),
  ];
  const wanted = search.trim().toLocaleLowerCase();
  const shown = fields.filter(({ field }) => field.label.toLocaleLowerCase().includes(wanted));
  const map = (key: string, value: string) =>
    set(withMapped(fields, key, known.get(value), content.options));
  return (
    <FieldGroup {...about}>
      {fields.length >= SEARCHED_FROM && (
        <input
          type="search"
          className={inputClass}
          aria-label={say("marquetry.mapping.search")}
          placeholder={say("marquetry.mapping.search")}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      )}
      {content.options.length > 1 && (
        <ObjectChoice options={content.options} {...{ object, setObject }} />
      )}
      {content.options.length === 0 && <p className={styles["muted"]}>{say("noResults.title")}</p>}
      <table className={styles["mapping"]}>
        <thead>
          <tr>
            <th scope="col">{say("configWizard.fieldMapping.field")}</th>
            <th scope="col">{say("configWizard.fieldMapping.mappedField")}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((entry) => (
            <Row
              key={entry.field.key}
              entry={entry}
              options={withMappedOption(options, entry, known)}
              {...{ isReadOnly, map }}
            />
          ))}
        </tbody>
      </table>
    </FieldGroup>
  );
}

type Options = readonly { value: string; label: string }[];

/** What is mapped can be seen, also where the choice is narrowed to other objects. */
function withMappedOption(
  options: Options,
  { mapped }: MappedField,
  known: ReturnType<typeof choices>,
): Options {
  const value = mapped === undefined ? "" : keyOf(mapped);
  const found = known.get(value);
  if (found === undefined || options.some((option) => option.value === value)) return options;
  return [...options, { value, label: `${found.object.label} › ${found.field.label}` }];
}

interface ObjectChoiceProps {
  options: readonly SelectableObject[];
  object: string;
  setObject: (object: string) => void;
}

/** Narrows what can be mapped to one object, and shows what that has. */
function ObjectChoice({ options, object, setObject }: ObjectChoiceProps) {
  const { say } = useText(phrases);
  const chosen = options.find((option) => option.object.key === object);
  return (
    <>
      <Filter
        label={say("configWizard.fieldMapping.object")}
        options={options.map((option) => ({
          value: option.object.key,
          label: option.object.label,
        }))}
        value={object}
        onChange={setObject}
      />
      {chosen !== undefined && (
        <details>
          <summary>{say("configWizard.fieldMapping.fieldPreview.title")}</summary>
          <p className={styles["muted"]}>{chosen.fields.map(({ label }) => label).join(", ")}</p>
        </details>
      )}
    </>
  );
}

interface RowProps {
  entry: MappedField;
  options: Options;
  isReadOnly: boolean;
  map: (key: string, value: string) => void;
}

function Row({ entry, options, isReadOnly, map }: RowProps) {
  const id = useId();
  const { field, mapped } = entry;
  const ids = {
    id,
    "aria-label": field.label,
    "aria-describedby": undefined,
    "aria-invalid": undefined,
    "aria-required": undefined,
  };
  return (
    <tr>
      <th scope="row">{field.label}</th>
      <td>
        <Choice
          ids={ids}
          value={mapped === undefined ? "" : keyOf(mapped)}
          options={options}
          isDisabled={isReadOnly}
          onChange={(value) => map(field.key, value)}
        />
      </td>
    </tr>
  );
}
