/** A monitor as it is typed and as it is sent. */
import type { FieldError } from "@/api/error";
import type { MonitorFragment } from "./monitors.query";

export interface Draft {
  name: string;
  flowConfig: string;
  triggers: string[];
  users: string[];
  duration: string;
  overdue: string;
  severity: string;
}

export const emptyDraft: Draft = {
  name: "",
  flowConfig: "",
  triggers: [],
  users: [],
  duration: "60",
  overdue: "60",
  severity: "4",
};

type Stored = Pick<
  MonitorFragment,
  | "durationSecondsCondition"
  | "executionOverdueMinutesCondition"
  | "flowConfig"
  | "logSeverityLevelCondition"
  | "name"
> & { triggers: Ids; users: Ids };

interface Ids {
  nodes: readonly ({ id: string } | null)[];
}

export function draftOf(monitor: Stored): Draft {
  const text = (number: number | null, otherwise: string) =>
    number === null ? otherwise : String(number);
  return {
    name: monitor.name,
    flowConfig: monitor.flowConfig?.id ?? "",
    triggers: ids(monitor.triggers),
    users: ids(monitor.users),
    duration: text(monitor.durationSecondsCondition, emptyDraft.duration),
    overdue: text(monitor.executionOverdueMinutesCondition, emptyDraft.overdue),
    severity: text(monitor.logSeverityLevelCondition, emptyDraft.severity),
  };
}

function ids(list: Ids): string[] {
  return list.nodes.flatMap((node) => node?.id ?? []);
}

export type Condition = "duration" | "overdue" | "severity";

/** Triggers that need to know a limit, by their names, which are part of the API. */
const CONDITIONS: Record<string, Condition> = {
  "Execution Duration Matched or Exceeded": "duration",
  "Execution Overdue": "overdue",
  "Log Level Matched or Exceeded": "severity",
};

interface Trigger {
  id: string;
  name: string;
}

/** The limits that the chosen triggers need. */
export function conditionsOf(draft: Draft, triggers: readonly Trigger[]): Condition[] {
  return triggers
    .filter(({ id }) => draft.triggers.includes(id))
    .flatMap(({ name }) => CONDITIONS[name] ?? []);
}

export type Problem = "name" | "triggers" | Condition;

export function problemsOf(draft: Draft, triggers: readonly Trigger[]): Problem[] {
  const isPositive = (text: string) => /^\d{1,9}$/.test(text.trim()) && Number(text) > 0;
  const wrong = conditionsOf(draft, triggers).filter(
    (condition) => condition !== "severity" && !isPositive(draft[condition]),
  );
  return [
    ...(draft.name.trim() === "" ? (["name"] as const) : []),
    ...(draft.triggers.length === 0 ? (["triggers"] as const) : []),
    ...wrong,
  ];
}

/** What is sent; limits that no trigger needs are taken away. */
export function inputOf(draft: Draft, triggers: readonly Trigger[]) {
  const needed = conditionsOf(draft, triggers);
  const limit = (condition: Condition) =>
    needed.includes(condition) ? Number(draft[condition]) : null;
  return {
    name: draft.name.trim(),
    flowConfig: draft.flowConfig === "" ? null : draft.flowConfig,
    triggers: draft.triggers,
    users: draft.users,
    duration: limit("duration"),
    overdue: limit("overdue"),
    severity: limit("severity"),
  };
}

/** The field of the form that a problem of the server belongs to. */
const FIELDS: Record<string, keyof Draft> = {
  durationSecondsCondition: "duration",
  executionOverdueMinutesCondition: "overdue",
  logSeverityLevelCondition: "severity",
  flowConfig: "flowConfig",
  name: "name",
  triggers: "triggers",
  users: "users",
};

/** Problems by field; what belongs to none is under the empty name. */
export function serverProblems(errors: readonly FieldError[]): Record<string, string> {
  const said: Record<string, string> = {};
  for (const { field, messages } of errors) {
    const name = FIELDS[field] ?? "";
    said[name] = [said[name], ...messages].filter((text) => text !== undefined).join(" ");
  }
  return said;
}
