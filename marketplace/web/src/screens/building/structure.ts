/** What a definition does, step by step, for those who read it. */
import { load } from "js-yaml";

export interface Step {
  name: string;
  description: string;
  component: string;
  /** Of everybody; the others are the organization's own. */
  isPublic: boolean;
  action: string;
  /** The body of a loop. */
  steps: Step[];
  branches: Branch[];
}

export interface Branch {
  name: string;
  steps: Step[];
}

export interface Flow {
  name: string;
  description: string;
  trigger: Step | undefined;
  steps: Step[];
}

/** The flows of a definition, of which a workflow has one; nothing of what is no definition. */
export function flowsOf(definition: string): Flow[] | undefined {
  const flows = record(read(definition))["flows"];
  return Array.isArray(flows) ? flows.map(flowOf) : undefined;
}

/** The keys of all actions, each once. */
export function actionKeys(flows: readonly Flow[]): string[] {
  const all = flows.flatMap(({ trigger, steps }) =>
    trigger === undefined ? steps : [trigger, ...steps],
  );
  return [...new Set(all.flatMap(keysWithin))].sort();
}

function keysWithin({ action, steps, branches }: Step): string[] {
  const inner = [...steps, ...branches.flatMap((branch) => branch.steps)];
  return [action, ...inner.flatMap(keysWithin)];
}

function read(definition: string): unknown {
  try {
    return load(definition);
  } catch {
    return undefined;
  }
}

function flowOf(data: unknown): Flow {
  const flow = record(data);
  const raw = list(flow["steps"]);
  const trigger = raw.find((step) => record(step)["isTrigger"] === true);
  return {
    name: text(flow["name"]),
    description: text(flow["description"]),
    trigger: trigger === undefined ? undefined : stepOf(trigger),
    steps: raw.filter((step) => step !== trigger).map(stepOf),
  };
}

function stepOf(data: unknown): Step {
  const step = record(data);
  const action = record(step["action"]);
  const component = record(action["component"]);
  return {
    name: text(step["name"]),
    description: text(step["description"]),
    component: text(component["key"]),
    isPublic: component["isPublic"] === true,
    action: text(action["key"]),
    steps: list(step["steps"]).map(stepOf),
    branches: list(step["branches"]).map((branch) => ({
      name: text(record(branch)["name"]),
      steps: list(record(branch)["steps"]).map(stepOf),
    })),
  };
}

function record(data: unknown): Record<string, unknown> {
  return typeof data === "object" && data !== null ? (data as Record<string, unknown>) : {};
}

function list(data: unknown): unknown[] {
  return Array.isArray(data) ? data : [];
}

function text(data: unknown): string {
  return typeof data === "string" || typeof data === "number" ? String(data) : "";
}
