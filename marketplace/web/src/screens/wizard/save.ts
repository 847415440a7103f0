/** What of a page is sent when it is saved, and which variable an error is about. */
import { RefusedError } from "@/api/error";
import { type Draft, type Drafts, toInput } from "./draft";
import type { Variable } from "./model";
import type { InputInstanceConfigVariable } from "./wizard.query";

/** A variable as it will be: switches that nobody touched are off. */
export function completed(variable: Variable, draft: Draft): Draft {
  const isUntouched = variable.dataType === "BOOLEAN" && draft.type === "text" && draft.text === "";
  return isUntouched ? { type: "text", text: "false" } : draft;
}

export function changes(
  variables: readonly Variable[],
  drafts: Drafts,
): InputInstanceConfigVariable[] {
  return variables.flatMap((variable) => {
    const entered = drafts[variable.key] ?? variable.saved;
    const draft = variable.isShown ? completed(variable, entered) : entered;
    const isUnsaved = isUnsavedConnection(variable) || isUnsavedSchedule(variable);
    return draft !== variable.saved || isUnsaved ? [toInput(variable.key, draft)] : [];
  });
}

/** A connection without inputs is there once it was saved, and not before. */
function isUnsavedConnection(variable: Variable): boolean {
  const { connection, isShown, reusable } = variable;
  if (connection === undefined || !isShown || reusable !== undefined) return false;
  return variable.status === "PENDING" && connection.oauth2Type !== "AUTHORIZATION_CODE";
}

/** That something never happens has to be said. */
function isUnsavedSchedule({ dataType, isShown, isStored }: Variable): boolean {
  return dataType === "SCHEDULE" && isShown && !isStored;
}

export interface Problems {
  byKey: Readonly<Record<string, string>>;
  others: readonly string[];
}

export const noProblems: Problems = { byKey: {}, others: [] };

/** The server names a variable at the beginning of a message, or as the field. */
export function problemsOf(error: Error, keys: readonly string[]): Problems {
  if (!(error instanceof RefusedError)) return { byKey: {}, others: [error.message] };
  const byKey: Record<string, string> = {};
  const others: string[] = [];
  const longestFirst = [...keys].sort((a, b) => b.length - a.length);
  for (const { field, messages } of error.fields) {
    for (const message of messages) {
      const named = longestFirst.find((key) => message.startsWith(`${key}: `));
      const key = named ?? keys.find((known) => known === field);
      const text = named === undefined ? message : message.slice(named.length + 2);
      if (key === undefined) others.push(message);
      else byKey[key] = [byKey[key], sentence(text)].filter(Boolean).join(" ");
    }
  }
  return { byKey, others };
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
