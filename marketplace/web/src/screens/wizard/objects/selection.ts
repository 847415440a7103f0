/** Which objects and fields of the other system somebody selected, and how that is stored. */
import { type Named, type SelectableObject, readObjects, writeObjects } from "../content";
import { readJson } from "../json";

/** Fields by the key of their object; an object that is not in here is not selected. */
export type Selection = ReadonlyMap<string, ReadonlySet<string>>;

export function readSelection(text: string): Selection {
  const chosen = readObjects(readJson(text));
  return new Map(
    chosen.map(({ object, fields }) => [object.key, new Set(fields.map(({ key }) => key))]),
  );
}

export function writeSelection(objects: readonly SelectableObject[], chosen: Selection): string {
  const kept = objects.flatMap((item) => {
    const fields = chosen.get(item.object.key);
    if (fields === undefined) return [];
    return [{ ...item, fields: item.fields.filter(({ key }) => fields.has(key)) }];
  });
  return JSON.stringify(writeObjects(kept));
}

/** An object comes with all of its fields. */
export function withObject(chosen: Selection, item: SelectableObject, isOn: boolean): Selection {
  const next = new Map(chosen);
  if (isOn) next.set(item.object.key, new Set(item.fields.map(({ key }) => key)));
  else next.delete(item.object.key);
  return next;
}

export function withField(
  chosen: Selection,
  item: SelectableObject,
  field: Named,
  isOn: boolean,
): Selection {
  const fields = new Set(chosen.get(item.object.key));
  if (isOn) fields.add(field.key);
  else fields.delete(field.key);
  return new Map(chosen).set(item.object.key, fields);
}

/** Objects whose name, or one of whose fields, has the text in it. */
export function matching(
  objects: readonly SelectableObject[],
  search: string,
): readonly SelectableObject[] {
  const wanted = search.trim().toLocaleLowerCase();
  if (wanted === "") return objects;
  const has = ({ label }: Named) => label.toLocaleLowerCase().includes(wanted);
  return objects.filter(({ object, fields }) => has(object) || fields.some(has));
}
