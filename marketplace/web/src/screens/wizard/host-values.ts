/** Values that the host sets while the wizard is open. What makes no sense is left out. */
import { KINDS } from "./content";
import { type Draft, type Drafts, withDraft } from "./draft";
import { asObject } from "./json";
import type { Variable } from "./model";

export interface Applied {
  drafts: Drafts;
  /** Keys that hosts set in vain, for their console. */
  refused: readonly string[];
}

export function applyHostValues(
  variables: readonly Variable[],
  drafts: Drafts,
  data: unknown,
): Applied {
  const refused: string[] = [];
  let next = drafts;
  for (const [key, given] of Object.entries(asObject(data))) {
    const variable = variables.find((known) => known.key === key);
    const current = next[key] ?? variable?.saved;
    const draft = variable && current && readGiven(variable, current, asObject(given));
    if (draft === undefined) refused.push(key);
    else if (variable !== undefined) next = withDraft(next, key, variable.saved, draft);
  }
  return { drafts: next, refused };
}

function readGiven(
  variable: Variable,
  current: Draft,
  given: Record<string, unknown>,
): Draft | undefined {
  const { value } = given;
  switch (current.type) {
    case "list":
      return isList(value, isScalar) ? { type: "list", items: value.map(String) } : undefined;
    case "pairs":
      return isList(value, isPair)
        ? {
            type: "pairs",
            items: value.map((pair) => ({ key: pair.key, value: String(pair.value) })),
          }
        : undefined;
    case "schedule":
      return readSchedule(current, given);
    case "connection":
      return readConnection(variable, current, given["inputs"]);
    case "text":
      return readText(variable, value);
  }
}

function isScalar(item: unknown): item is boolean | number | string {
  return typeof item === "string" || typeof item === "number" || typeof item === "boolean";
}

function isPair(item: unknown): item is { key: string; value: boolean | number | string } {
  const { key, value } = asObject(item);
  return typeof key === "string" && isScalar(value);
}

function isList<T>(value: unknown, isItem: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.every(isItem);
}

const STRUCTURED = ["JSONFORM", "OBJECTFIELDMAP", "OBJECTSELECTION"];

function readText(variable: Variable, value: unknown): Draft | undefined {
  if (isScalar(value)) {
    const isWrong = variable.dataType === "BOOLEAN" && !["false", "true"].includes(String(value));
    return isWrong ? undefined : { type: "text", text: String(value) };
  }
  const isStructure = STRUCTURED.includes(variable.dataType) && typeof value === "object";
  return isStructure && value !== null ? { type: "text", text: JSON.stringify(value) } : undefined;
}

function readSchedule(
  current: Draft & { type: "schedule" },
  given: Record<string, unknown>,
): Draft | undefined {
  const { scheduleType, timeZone, value } = given;
  const kind = typeof scheduleType === "string" ? scheduleType.toUpperCase() : current.kind;
  const known = KINDS.find((name) => name === kind);
  const isText = (part: unknown) => part === undefined || part === null || typeof part === "string";
  if (known === undefined || !isText(value) || !isText(timeZone)) return undefined;
  return {
    type: "schedule",
    kind: known,
    cron: typeof value === "string" ? value : current.cron,
    timeZone: typeof timeZone === "string" ? timeZone : current.timeZone,
  };
}

/** Named inputs are set, the others stay; what is saved anyway must not undo an authorization. */
function readConnection(
  variable: Variable,
  current: Draft & { type: "connection" },
  given: unknown,
): Draft | undefined {
  const entries = Object.entries(asObject(given)).map(([name, input]) => [
    name,
    asObject(input)["value"],
  ]);
  if (entries.length === 0 || !entries.every(([, value]) => isScalar(value))) return undefined;
  const inputs: Record<string, string> = { ...current.inputs };
  for (const [name, value] of entries as [string, boolean | number | string][]) {
    const saved = variable.savedInputs.find((input) => input.name === name);
    if (saved !== undefined && saved.value !== "" && saved.value === String(value)) {
      delete inputs[name];
    } else {
      inputs[name] = String(value);
    }
  }
  return { ...current, inputs };
}
