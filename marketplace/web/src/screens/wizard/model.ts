/** Pages and variables of a set-up, as the wizard needs them. */
import { nodes } from "@/api/error";
import type {
  ConnectionKindFragment,
  WizardUserValueFragment,
  WizardValueFragment,
} from "./wizard.query";
import { type Draft, readDraft } from "./draft";
import { asObject, readJson } from "./json";

export type VariableNode = WizardUserValueFragment | WizardValueFragment;
type Declaration = VariableNode["requiredConfigVariable"];
export type DataType = Declaration["dataType"];
export type Collection = Declaration["collectionType"];
export type Status = VariableNode["status"];
export type Expression = NonNullable<
  NonNullable<NonNullable<Declaration["inputs"]>["nodes"]>[number]
>;

/** Whether, and when, a value is dropped because another one changed. */
export interface Reset {
  mode: "always" | "prompt";
  dependencies: readonly string[];
}

export interface SavedInput {
  name: string;
  value: string;
  hasValue: boolean;
}

/** Who sets something up. */
export type Viewer = "customer" | "organization";

export interface Variable {
  /** Of the value that an activation, or a person, has. */
  id: string;
  key: string;
  description: string;
  header: string;
  dataType: DataType;
  collection: Collection;
  pickList: readonly string[];
  codeLanguage: Declaration["codeLanguage"];
  /** Something was saved for it: not all types can tell from what it is. */
  isStored: boolean;
  timeZone: string;
  /** Drawn for who looks. */
  isShown: boolean;
  /** Set by the host, unseen. */
  isEmbedded: boolean;
  viewer: Viewer;
  dataSource: string | undefined;
  /** Where it, or its data source, takes its inputs from. */
  inputs: readonly Expression[];
  reset: Reset | undefined;
  validation: "NoValidation" | "ValidateAndHide" | "ValidateAndShow";
  connection: ConnectionKindFragment | undefined;
  /** Customers keep such connections apart from activations, to use one for several. */
  reusable: string | undefined;
  /** Such a connection is entered on the page all the same, as the host wishes. */
  isInline: boolean;
  status: Status;
  saved: Draft;
  savedInputs: readonly SavedInput[];
}

export type Element =
  | { kind: "heading"; text: string }
  | { kind: "html"; html: string }
  | { kind: "variable"; variable: Variable };

export interface Page {
  name: string;
  tagline: string;
  elements: readonly Element[];
  /** Several pages of the author in one, which the server knows nothing of. */
  isMerged: boolean;
}

export function readVariable(node: VariableNode, viewer: Viewer): Variable {
  const declared = node.requiredConfigVariable;
  const meta = readMeta(declared.meta);
  const scoped = declared.scopedConfigVariable;
  const isOfCustomer = scoped !== null && scoped.managedBy === "CUSTOMER";
  // What the organization connects for everybody is nothing to fill in, for anybody.
  const isConnected = scoped !== null && !isOfCustomer;
  const isOfOrganization = isConnected || (declared.orgOnly === true && viewer === "customer");
  const isSeen = isVisible(meta, viewer);
  return {
    id: node.id,
    key: declared.key,
    description: declared.description ?? "",
    header: declared.header ?? "",
    dataType: declared.dataType,
    collection: declared.collectionType,
    pickList: declared.pickList ?? [],
    codeLanguage: declared.codeLanguage,
    isStored: node.scheduleType !== null || node.value !== null,
    timeZone: declared.timeZone ?? "",
    isShown: !isOfOrganization && isSeen,
    isEmbedded: !isOfOrganization && !isSeen && viewer === "customer",
    viewer,
    dataSource: declared.dataSource?.id,
    inputs: nodes(declared.inputs),
    reset: readReset(meta),
    validation: readValidation(meta["validationMode"]),
    connection: declared.connection ?? scoped?.connection ?? undefined,
    reusable: isOfCustomer ? scoped.id : undefined,
    isInline: false,
    status: node.status,
    saved: readDraft(declared, node),
    savedInputs: nodes(node.inputs),
  };
}

/** Both spellings are about: older definitions have the longer one. */
export function isVisible(meta: Record<string, unknown>, viewer: Viewer): boolean {
  const who = viewer === "customer" ? "Customer" : "Org";
  return meta[`visibleTo${who}Deployer`] !== false && meta[`isVisibleTo${who}Deployer`] !== false;
}

export function readMeta(text: string | null | undefined): Record<string, unknown> {
  return asObject(readJson(text));
}

function readReset(meta: Record<string, unknown>): Reset | undefined {
  const given = meta["dataSourceReset"];
  const { mode, dependencies } =
    typeof given === "string" ? { mode: given, dependencies: [] } : ((given ?? {}) as Reset);
  if (mode !== "always" && mode !== "prompt") return undefined;
  return { mode, dependencies: texts(dependencies) };
}

function readValidation(given: unknown): Variable["validation"] {
  return given === "NoValidation" || given === "ValidateAndHide" ? given : "ValidateAndShow";
}

function texts(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((item) => typeof item === "string") : [];
}

interface PageText {
  name?: unknown;
  tagline?: unknown;
  userLevelConfigured?: unknown;
  elements?: unknown;
}

/** The pages of one of the two wizards; what nobody would see on them is left out. */
export function readPages(
  text: string,
  variables: readonly Variable[],
  isUserLevel: boolean,
): Page[] {
  const given = readJson(text);
  const pages = (Array.isArray(given) ? given : []) as PageText[];
  return pages
    .filter((page) => (page.userLevelConfigured === true) === isUserLevel)
    .map((page) => ({
      name: String(page.name ?? ""),
      tagline: String(page.tagline ?? ""),
      elements: readElements(page.elements, variables),
      isMerged: false,
    }))
    .filter((page) => page.elements.length > 0);
}

function readElements(given: unknown, variables: readonly Variable[]): Element[] {
  const list = (Array.isArray(given) ? given : []) as { type?: unknown; value?: unknown }[];
  return list.flatMap(({ type, value }): Element[] => {
    if (type === "htmlElement") return [{ kind: "html", html: String(value ?? "") }];
    const variable = variables.find((known) => known.key === value);
    return variable?.isShown === true ? [{ kind: "variable", variable }] : [];
  });
}

/** All pages as one, unless data sources need what is saved on a page before theirs. */
export function mergePages(pages: readonly Page[]): readonly Page[] {
  const [first, ...others] = pages;
  if (first === undefined || others.length === 0) return pages;
  const needs = others.flatMap((page) =>
    variablesOf(page).filter(({ dataSource }) => dataSource !== undefined),
  );
  if (needs.some((variable) => dependenciesOf(variable).length > 0)) return pages;
  const sections = others.flatMap(({ name, elements }): Element[] => [
    { kind: "heading", text: name },
    ...elements,
  ]);
  return [{ ...first, elements: [...first.elements, ...sections], isMerged: true }];
}

export function variablesOf(page: Page): Variable[] {
  return page.elements.flatMap((element) => (element.kind === "variable" ? element.variable : []));
}

/** Keys whose change makes the data source of a variable look again. */
export function dependenciesOf(variable: Variable): string[] {
  const named = variable.inputs.filter((input) => input.type === "CONFIGVAR");
  const keys = named.map((input) => input.value);
  return [...new Set([...keys, ...(variable.reset?.dependencies ?? [])])];
}
