/** What data sources answer, as far as inputs need it. */
import { type Draft, type Pair, asPair, asText } from "./draft";
import { asObject } from "./json";
import type { Variable } from "./model";

export interface Option {
  value: string;
  label: string;
}

export interface Named {
  key: string;
  label: string;
}

/** One object of theirs that may be selected, with its fields. */
export interface SelectableObject {
  object: Named;
  fields: readonly Named[];
  isDefault: boolean;
}

/** One field of ours that is to be found among theirs. */
export interface MappedField {
  field: Named;
  mapped: FieldOf | undefined;
}

export interface FieldOf {
  object: Named;
  field: Named;
}

export type Content =
  | {
      type: "form";
      schema: Record<string, unknown>;
      uiSchema: Record<string, unknown>;
      data: unknown;
    }
  | { type: "mapping"; fields: readonly MappedField[]; options: readonly SelectableObject[] }
  | { type: "objects"; objects: readonly SelectableObject[] }
  | { type: "options"; options: readonly Option[] }
  /** A value to begin with. */
  | { type: "value"; draft: Draft };

/** Reads an answer for a variable; `undefined` where it makes no sense for that variable. */
export function readContent(variable: Variable, answer: unknown): Content | undefined {
  const result = unwrap(answer);
  if (result === undefined || result === null) return undefined;
  switch (variable.dataType) {
    case "PICKLIST":
      return Array.isArray(result)
        ? { type: "options", options: result.map(readOption) }
        : undefined;
    case "JSONFORM": {
      const { schema, uiSchema, data } = asObject(result);
      return { type: "form", schema: asObject(schema), uiSchema: asObject(uiSchema), data };
    }
    case "OBJECTSELECTION":
      return Array.isArray(result) ? { type: "objects", objects: readObjects(result) } : undefined;
    case "OBJECTFIELDMAP": {
      const { fields, options } = asObject(result);
      return { type: "mapping", fields: readFields(fields), options: readObjects(options) };
    }
    case "SCHEDULE":
      return { type: "value", draft: readSchedule(variable, result) };
    default:
      return { type: "value", draft: readValue(variable, result) };
  }
}

/** Component code answers `{result}`; servers may have taken it out already. */
function unwrap(answer: unknown): unknown {
  const object = asObject(answer);
  return "result" in object ? object["result"] : answer;
}

function readOption(item: unknown): Option {
  if (typeof item !== "object" || item === null)
    return { value: asText(item), label: asText(item) };
  const { key, label } = readNamed(item);
  return { value: key, label };
}

export function readNamed(item: unknown): Named {
  const { key, label } = asObject(item);
  const text = asText(key);
  return { key: text, label: asText(label) || text };
}

export function readObjects(list: unknown): SelectableObject[] {
  return (Array.isArray(list) ? list : []).map(asObject).map((item) => ({
    object: readNamed(item["object"]),
    fields: (Array.isArray(item["fields"]) ? item["fields"] : []).map(readNamed),
    isDefault: item["defaultSelected"] === true,
  }));
}

/** Fields with what they are mapped to: by choice, or else by default. */
export function readFields(list: unknown): MappedField[] {
  return (Array.isArray(list) ? list : []).map(asObject).map((item) => {
    const object = item["mappedObject"] ?? item["defaultObject"];
    const field = item["mappedField"] ?? item["defaultField"];
    const isMapped = object !== undefined && field !== undefined && object !== null;
    return {
      field: readNamed(item["field"]),
      mapped: isMapped ? { object: readNamed(object), field: readNamed(field) } : undefined,
    };
  });
}

function readSchedule(variable: Variable, result: unknown): Draft {
  const given = asObject(result);
  const kind = asText(given["schedule_type"]).toUpperCase();
  return {
    type: "schedule",
    kind: KINDS.find((known) => known === kind) ?? "CUSTOM",
    cron: asText(given["value"] ?? result),
    timeZone: asText(given["time_zone"]) || variable.timeZone,
  };
}

export const KINDS = ["NONE", "MINUTE", "HOUR", "DAY", "WEEK", "ONCE", "CUSTOM"] as const;

function readValue(variable: Variable, result: unknown): Draft {
  if (variable.collection === null) return { type: "text", text: asText(result) };
  const items: unknown[] = Array.isArray(result) ? result : [];
  if (variable.collection === "VALUELIST") return { type: "list", items: items.map(asText) };
  const pairs: Pair[] = items.map(asPair);
  return { type: "pairs", items: pairs };
}

/** What a variable starts with when nothing is saved: what the data source says. */
export function initialDraft(content: Content): Draft | undefined {
  switch (content.type) {
    case "value":
      return content.draft;
    case "form":
      return content.data === undefined ? undefined : json(content.data);
    case "objects": {
      const chosen = content.objects.filter((item) => item.isDefault);
      return chosen.length === 0 ? undefined : json(writeObjects(chosen));
    }
    case "mapping":
      return json(writeMapping(content.fields, content.options));
    case "options":
      return undefined;
  }
}

function json(data: unknown): Draft {
  return { type: "text", text: JSON.stringify(data) };
}

/** Selected objects, as they are stored. */
export function writeObjects(chosen: readonly SelectableObject[]): unknown {
  return chosen.map(({ object, fields }) => ({ object, fields }));
}

/** Mapped fields, as they are stored: with what there was to choose from. */
export function writeMapping(
  fields: readonly MappedField[],
  options: readonly SelectableObject[],
): unknown {
  return {
    fields: fields.map(({ field, mapped }) =>
      mapped === undefined
        ? { field }
        : { field, mappedObject: mapped.object, mappedField: mapped.field },
    ),
    options: options.map(({ object, fields: theirs }) => ({ object, fields: theirs })),
  };
}
