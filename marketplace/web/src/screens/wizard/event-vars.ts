/** Variables as hosts are told of them: never with the value of a secret. */
import type { EventConfigVar, EventConfigVars } from "@/host/messages";
import { inputsOf } from "./connection/inputs";
import { type Draft, type Drafts, textOf } from "./draft";
import type { Status, Variable } from "./model";

export function eventConfigVars(variables: readonly Variable[], drafts: Drafts): EventConfigVars {
  // What the organization connects for everybody is not the host page's business.
  const open = variables.filter(({ isShown, isEmbedded }) => isShown || isEmbedded);
  const told = open.map((variable) => [
    variable.key,
    eventConfigVar(variable, drafts[variable.key] ?? variable.saved),
  ]);
  return Object.fromEntries(told) as EventConfigVars;
}

function eventConfigVar(variable: Variable, draft: Draft): EventConfigVar {
  const isSchedule = draft.type === "schedule";
  return {
    id: variable.id,
    dataType: variable.dataType.toLowerCase(),
    codeLanguage: variable.codeLanguage?.toLowerCase() ?? null,
    collectionType: variable.collection?.toLowerCase() ?? null,
    pickList: variable.pickList.length > 0 ? [...variable.pickList] : null,
    scheduleType: isSchedule ? draft.kind.toLowerCase() : null,
    timeZone: isSchedule ? draft.timeZone : null,
    ...content(variable, draft),
  } as EventConfigVar;
}

function content(variable: Variable, draft: Draft): object {
  switch (draft.type) {
    case "list":
    case "pairs":
      return { value: draft.items };
    case "connection":
      return { inputs: shownInputs(variable, draft.inputs), status: told(variable.status) };
    default:
      return { value: textOf(draft) };
  }
}

function shownInputs(
  variable: Variable,
  entered: Readonly<Record<string, string>>,
): Record<string, { value: string }> {
  const inputs = inputsOf(variable).map((input) => {
    const value = entered[input.key] ?? (input.saved || input.preset);
    return [input.key, { value: input.isSecret ? "" : value }];
  });
  return Object.fromEntries(inputs) as Record<string, { value: string }>;
}

/** Hosts' types know three of the four. */
function told(status: Status): "ACTIVE" | "ERROR" | "PENDING" | null {
  return status === "FAILED" ? "ERROR" : status;
}
