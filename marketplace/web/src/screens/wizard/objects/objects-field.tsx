import { useState } from "react";
import { useText } from "@/text/use-text";
import { inputClass } from "@/ui/field";
import { FieldGroup } from "@/ui/inputs/group";
import type { SelectableObject } from "../content";
import { phrases } from "../phrases";
import type { About } from "../variable-field";
import styles from "../wizard.module.css";
import { matching, readSelection, withField, withObject, writeSelection } from "./selection";

interface ObjectsFieldProps extends About {
  objects: readonly SelectableObject[];
  text: string;
  isReadOnly: boolean;
  set: (text: string) => void;
}

/** Objects of the other system, and which of their fields. */
export default function ObjectsField({
  objects,
  text,
  isReadOnly,
  set,
  ...about
}: ObjectsFieldProps) {
  const { say } = useText(phrases);
  const [search, setSearch] = useState("");
  const chosen = readSelection(text);
  const change = (next: typeof chosen) => set(writeSelection(objects, next));
  const found = matching(objects, search);
  const selected = objects.filter(({ object }) => chosen.has(object.key)).length;
  return (
    <FieldGroup {...about}>
      <input
        type="search"
        className={inputClass}
        aria-label={say("marquetry.objects.search")}
        placeholder={say("marquetry.objects.search")}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      <p className={styles["muted"]} aria-live="polite">
        {say("configWizard.objectSelection.selectedOfTotalCount", {
          selected,
          totalObjects: objects.length,
        })}
      </p>
      {found.length === 0 && (
        <p role="status" className={styles["muted"]}>
          {say("noResults.title")}
        </p>
      )}
      <ul className={styles["objects"]}>
        {found.map((item) => {
          const fields = chosen.get(item.object.key);
          return (
            <li key={item.object.key}>
              <Check
                label={item.object.label}
                isOn={fields !== undefined}
                isReadOnly={isReadOnly}
                set={(isOn) => change(withObject(chosen, item, isOn))}
              />
              {fields !== undefined && item.fields.length > 0 && (
                <ul className={styles["objectFields"]} aria-label={item.object.label}>
                  {item.fields.map((field) => (
                    <li key={field.key}>
                      <Check
                        label={field.label}
                        isOn={fields.has(field.key)}
                        isReadOnly={isReadOnly}
                        set={(isOn) => change(withField(chosen, item, field, isOn))}
                      />
                    </li>
                  ))}
                </ul>
              )}
            </li>
          );
        })}
      </ul>
    </FieldGroup>
  );
}

interface CheckProps {
  label: string;
  isOn: boolean;
  isReadOnly: boolean;
  set: (isOn: boolean) => void;
}

function Check({ label, isOn, isReadOnly, set }: CheckProps) {
  return (
    <label className={styles["check"]}>
      <input
        type="checkbox"
        checked={isOn}
        disabled={isReadOnly}
        onChange={(event) => set(event.target.checked)}
      />
      {label}
    </label>
  );
}
