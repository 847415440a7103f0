/** What is wrong with what somebody entered, before the server is asked. */
import type { Content } from "./content";
import { type Draft, textOf } from "./draft";
import { asObject, readJson } from "./json";
import type { Variable } from "./model";
import { lacksInputs } from "./connection/inputs";
import { parseCron } from "./schedule/cron";
import { isTimeZone, toDay } from "@/ui/inputs/time-zone";

/** The keys of the phrases that say it. */
export type Problem =
  | "marquetry.problem.broken"
  | "marquetry.problem.choice"
  | "marquetry.problem.connect"
  | "marquetry.problem.cron"
  | "input.dateError"
  | "marquetry.problem.form"
  | "marquetry.problem.json"
  | "marquetry.problem.key"
  | "marquetry.problem.number"
  | "marquetry.problem.required"
  | "input.dateTimeError";

export function problemOf(
  variable: Variable,
  draft: Draft,
  content?: Content,
): Problem | undefined {
  switch (draft.type) {
    case "connection":
      return connectionProblem(variable, draft);
    case "schedule":
      return scheduleProblem(draft);
    case "list":
      if (draft.items.length === 0) return "marquetry.problem.required";
      return first(draft.items, (item) => scalarProblem(variable, item, content));
    case "pairs":
      if (draft.items.length === 0) return "marquetry.problem.required";
      return first(draft.items, ({ key, value }) =>
        key.trim() === "" ? "marquetry.problem.key" : scalarProblem(variable, value, content),
      );
    case "text":
      return scalarProblem(variable, draft.text, content);
  }
}

function first<T>(
  items: readonly T[],
  problem: (item: T) => Problem | undefined,
): Problem | undefined {
  return items.map(problem).find((found) => found !== undefined);
}

function scalarProblem(
  variable: Variable,
  text: string,
  content: Content | undefined,
): Problem | undefined {
  // A switch that nobody touched is off.
  if (variable.dataType === "BOOLEAN") return undefined;
  if (text.trim() === "") return "marquetry.problem.required";
  switch (variable.dataType) {
    case "NUMBER":
      return Number.isFinite(Number(text)) ? undefined : "marquetry.problem.number";
    case "DATE":
      return isDay(toDay(text)) ? undefined : "input.dateError";
    case "TIMESTAMP":
      return Number.isNaN(Date.parse(text)) ? "input.dateTimeError" : undefined;
    case "PICKLIST":
      return isChoice(variable, text, content) ? undefined : "marquetry.problem.choice";
    case "CODE":
      return variable.codeLanguage === "JSON" ? jsonProblem(text) : undefined;
    case "OBJECTFIELDMAP":
    case "JSONFORM":
      return jsonProblem(text);
    case "OBJECTSELECTION": {
      const chosen = readJson(text);
      return Array.isArray(chosen) && chosen.length > 0 ? undefined : "marquetry.problem.required";
    }
    default:
      return undefined;
  }
}

function isDay(text: string): boolean {
  const read = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(text);
}

function jsonProblem(text: string): Problem | undefined {
  return readJson(text) === undefined ? "marquetry.problem.json" : undefined;
}

/** A list that is not there yet cannot refuse anything. */
function isChoice(variable: Variable, text: string, content: Content | undefined): boolean {
  if (variable.dataSource !== undefined) {
    if (content?.type !== "options") return true;
    return content.options.some((option) => option.value === text);
  }
  return variable.pickList.length === 0 || variable.pickList.includes(text);
}

function scheduleProblem(draft: Draft & { type: "schedule" }): Problem | undefined {
  if (draft.kind === "NONE" || draft.kind === "ONCE") return undefined;
  if (textOf(draft).trim() === "") return "marquetry.problem.required";
  if (draft.timeZone !== "" && !isTimeZone(draft.timeZone)) return "marquetry.problem.cron";
  return parseCron(draft.cron) === undefined ? "marquetry.problem.cron" : undefined;
}

function connectionProblem(
  variable: Variable,
  draft: Draft & { type: "connection" },
): Problem | undefined {
  const isEntered = variable.reusable === undefined || variable.isInline;
  if (!isEntered && draft.reusable !== "") return undefined;
  if (variable.connection?.oauth2Type === "AUTHORIZATION_CODE") {
    const isReady = variable.status === "ACTIVE" && Object.keys(draft.inputs).length === 0;
    return isReady ? undefined : "marquetry.problem.connect";
  }
  if (!isEntered) return "marquetry.problem.required";
  // What the organization has set of it, only its field knows.
  if (variable.isInline) return undefined;
  return lacksInputs(variable, draft.inputs) ? "marquetry.problem.required" : undefined;
}

/** Whether a form's data says nothing at all. */
export function isEmptyForm(text: string): boolean {
  return Object.keys(asObject(readJson(text))).length === 0;
}
