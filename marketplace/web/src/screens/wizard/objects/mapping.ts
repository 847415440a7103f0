/** Our fields and the fields of the other system that they are mapped to. */
import {
  type FieldOf,
  type MappedField,
  type SelectableObject,
  readFields,
  writeMapping,
} from "../content";
import { asObject, readJson } from "../json";

/** The fields of the data source, with what was mapped before as far as it is still there. */
export function readMapping(
  text: string,
  generated: readonly MappedField[],
): readonly MappedField[] {
  const saved = readFields(asObject(readJson(text))["fields"]);
  return generated.map((entry) => {
    const known = saved.find(({ field }) => field.key === entry.field.key);
    return known === undefined ? entry : { field: entry.field, mapped: known.mapped };
  });
}

export function withMapped(
  fields: readonly MappedField[],
  key: string,
  mapped: FieldOf | undefined,
  options: readonly SelectableObject[],
): string {
  const next = fields.map((entry) => (entry.field.key === key ? { ...entry, mapped } : entry));
  return JSON.stringify(writeMapping(next, options));
}

/** Their fields as one list, named by object and field. */
export function choices(options: readonly SelectableObject[]): Map<string, FieldOf> {
  const all = options.flatMap(({ object, fields }) =>
    fields.map((field) => [keyOf({ object, field }), { object, field }] as const),
  );
  return new Map(all);
}

export function keyOf({ object, field }: FieldOf): string {
  return JSON.stringify([object.key, field.key]);
}
