/** What somebody entered for a variable, and how it is read, compared and sent. */
import { readJson } from "./json";
import type { VariableNode } from "./model";
import type { InputInstanceConfigVariable } from "./wizard.query";

export interface Pair {
  key: string;
  value: string;
}

export type ScheduleKind = "CUSTOM" | "DAY" | "HOUR" | "MINUTE" | "NONE" | "ONCE" | "WEEK";

export interface Schedule {
  kind: ScheduleKind;
  cron: string;
  timeZone: string;
}

export type Draft =
  | { type: "text"; text: string }
  | { type: "list"; items: readonly string[] }
  | { type: "pairs"; items: readonly Pair[] }
  | ({ type: "schedule" } & Schedule)
  /** Inputs hold only what was entered: secrets that were saved are never here. */
  | { type: "connection"; inputs: Readonly<Record<string, string>>; reusable: string };

/** Drafts by the keys of variables: only what differs from what is saved. */
export type Drafts = Readonly<Record<string, Draft>>;

type Declaration = VariableNode["requiredConfigVariable"];

export function readDraft(declared: Declaration, node: VariableNode): Draft {
  const value = node.value ?? declared.defaultValue ?? "";
  switch (declared.dataType) {
    case "CONNECTION": {
      const chosen = "customerConfigVariable" in node ? node.customerConfigVariable?.id : undefined;
      return { type: "connection", inputs: {}, reusable: chosen ?? "" };
    }
    case "SCHEDULE":
      return {
        type: "schedule",
        kind: node.scheduleType ?? declared.scheduleType ?? (value === "" ? "NONE" : "CUSTOM"),
        cron: value,
        timeZone: node.timeZone ?? declared.timeZone ?? "",
      };
    default:
      return readCollection(declared.collectionType, value);
  }
}

function readCollection(collection: Declaration["collectionType"], value: string): Draft {
  if (collection === null) return { type: "text", text: value };
  const read = readJson(value);
  const items = Array.isArray(read) ? read : [];
  if (collection === "VALUELIST") return { type: "list", items: items.map(asText) };
  return { type: "pairs", items: items.map(asPair) };
}

export function asText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export function asPair(value: unknown): Pair {
  const given = (typeof value === "object" && value !== null ? value : {}) as Partial<Pair>;
  return { key: asText(given.key), value: asText(given.value) };
}

/** The value as text, for what has one. */
export function textOf(draft: Draft): string {
  switch (draft.type) {
    case "text":
      return draft.text;
    case "list":
      return JSON.stringify(draft.items);
    case "pairs":
      return JSON.stringify(draft.items);
    case "schedule":
      return draft.cron;
    case "connection":
      return "";
  }
}

export function isSame(one: Draft, other: Draft): boolean {
  return canonical(one) === canonical(other);
}

function canonical(draft: Draft): string {
  if (draft.type !== "connection") return JSON.stringify(draft);
  const inputs = Object.entries(draft.inputs).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([draft.reusable, inputs]);
}

/** Sets a draft, or drops it where it says what is saved anyway. */
export function withDraft(drafts: Drafts, key: string, saved: Draft, draft: Draft): Drafts {
  const { [key]: _, ...others } = drafts;
  return isSame(saved, draft) ? others : { ...others, [key]: draft };
}

/** What the server is told: only this variable, and of connections only what was entered. */
export function toInput(key: string, draft: Draft): InputInstanceConfigVariable {
  switch (draft.type) {
    case "schedule":
      return {
        key,
        value: draft.cron,
        scheduleType: draft.kind.toLowerCase(),
        timeZone: draft.timeZone,
      };
    case "connection": {
      if (draft.reusable !== "") return { key, customerConfigVariableId: draft.reusable };
      const values = Object.entries(draft.inputs).map(([name, value]) => ({
        name,
        type: "value",
        value,
      }));
      return { key, values: JSON.stringify(values) };
    }
    default:
      return { key, value: textOf(draft) };
  }
}
