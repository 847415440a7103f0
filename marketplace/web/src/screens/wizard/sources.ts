/** Which data sources can be asked, and with what. */
import type { Content } from "./content";
import { readContent } from "./content";
import { type Draft, type Drafts, textOf } from "./draft";
import { asObject, readJson } from "./json";
import { type Expression, type Variable, dependenciesOf } from "./model";
import type { InputExpression } from "./wizard.query";

export type Source =
  /** A connection that it asks through does not work, or a value that it needs is missing. */
  | { state: "blocked"; by: Variable }
  | { state: "failed"; message: string }
  | { state: "loading"; content: Content | undefined }
  | { state: "ready"; content: Content | undefined };

export type Sources = Readonly<Record<string, Source>>;

/** While it is asked again, what it said before can still be read. */
export function loadingAfter(before: Source | undefined): Source {
  if (before?.state === "ready" || before?.state === "loading") {
    return { state: "loading", content: before.content };
  }
  return { state: "loading", content: undefined };
}

/** What keeps a data source from being asked. */
export function blockerOf(
  variable: Variable,
  all: readonly Variable[],
  drafts: Drafts,
): Variable | undefined {
  const needed = inputsOf(variable).map(({ value }) => value);
  return all
    .filter(({ key }) => needed.includes(key))
    .find((other) => {
      if (other.dataType === "CONNECTION") return other.status !== "ACTIVE";
      const draft = drafts[other.key] ?? other.saved;
      return other.dataType !== "BOOLEAN" && textOf(draft).trim() === "";
    });
}

/** Inputs that only name what a reset depends on; no data source knows them. */
const PLACEHOLDER = /^input\d+$/;

/** The inputs that come from variables. */
function inputsOf(variable: Variable): Expression[] {
  return variable.inputs.filter(
    ({ name, type }) => type === "CONFIGVAR" && !PLACEHOLDER.test(name),
  );
}

/** The inputs that are newer here than on the server, which knows all the others. */
export function expressionsOf(
  variable: Variable,
  all: readonly Variable[],
  drafts: Drafts,
): InputExpression[] {
  return inputsOf(variable).flatMap(({ name, value: key }) => {
    const draft = drafts[key];
    const isPlain = all.some((other) => other.key === key && other.dataType !== "CONNECTION");
    if (draft === undefined || !isPlain) return [];
    return [{ name, type: "value", value: textOf(draft) }];
  });
}

/** Changes when, and only when, something changed that the data source depends on. */
export function signatureOf(variable: Variable, all: readonly Variable[], drafts: Drafts): string {
  const keys = dependenciesOf(variable);
  const values = all
    .filter(({ key, dataType }) => keys.includes(key) && dataType !== "CONNECTION")
    .map(({ key, saved }) => [key, drafts[key] ?? saved]);
  return JSON.stringify(values);
}

interface Answer {
  content: string | null;
  errors: readonly { field: string; messages: readonly string[] }[];
}

/** What one answer for a whole page says of each variable; those it leaves out have to be asked. */
export function readPageAnswer(variables: readonly Variable[], answer: Answer): Sources {
  const contents = asObject(readJson(answer.content));
  const found: Record<string, Source> = {};
  for (const variable of variables) {
    const message = messageFor(variable.key, answer);
    if (message !== undefined) {
      found[variable.key] = { state: "failed", message };
    } else if (Object.hasOwn(contents, variable.key)) {
      const content = readContent(variable, contents[variable.key]);
      found[variable.key] = { state: "ready", content };
    }
  }
  return found;
}

function messageFor(key: string, { errors }: Answer): string | undefined {
  const start = `${key}: `;
  for (const { field, messages } of errors) {
    const named = messages.find((message) => message.startsWith(start));
    if (named !== undefined) return named.slice(start.length);
    if (field === key) return messages.join(" ");
  }
  return undefined;
}

/** An empty value of the same kind as one that is dropped. */
export function blankOf(draft: Draft): Draft {
  switch (draft.type) {
    case "text":
      return { type: "text", text: "" };
    case "list":
    case "pairs":
      return { type: draft.type, items: [] };
    default:
      return draft;
  }
}
