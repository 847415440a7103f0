/**
 * Conditions of hosts: `["and" | "or", condition, …]`, `[operator, field, value]`, or a list of
 * them.
 *
 * Hosts pin old and new SDKs: what is not understood is left out, as if it were not there.
 */

const TEXT_OPERATORS = [
  "equal",
  "notEqual",
  "in",
  "notIn",
  "startsWith",
  "doesNotStartWith",
  "endsWith",
  "doesNotEndWith",
];

/** A list has neither a start nor an end. */
const LIST_OPERATORS = ["equal", "notEqual", "in", "notIn"];

const OPERATORS: ReadonlyMap<unknown, readonly string[]> = new Map([
  ["name", TEXT_OPERATORS],
  ["category", TEXT_OPERATORS],
  ["labels", LIST_OPERATORS],
]);

export interface Understood {
  /** What is left; nothing where nothing was understood. */
  query: unknown[] | undefined;
  /** What was left out, for the host's developers. */
  unknown: readonly unknown[];
}

export function understand(given: unknown): Understood {
  if (given === undefined || given === null) return { query: undefined, unknown: [] };
  if (!Array.isArray(given)) return { query: undefined, unknown: [given] };
  const [operator, ...operands] = given as [unknown, ...unknown[]];
  const isJoined = operator === "and" || operator === "or";
  if (isJoined || given.every(Array.isArray)) {
    const parts = (isJoined ? operands : given).map(understand);
    const queries = parts.flatMap(({ query }) => (query === undefined ? [] : [query]));
    const unknown = parts.flatMap((part) => part.unknown);
    if (queries.length === 0) return { query: undefined, unknown };
    return { query: isJoined ? [operator, ...queries] : queries, unknown };
  }
  const [field, value] = operands;
  const isKnown = OPERATORS.get(field)?.includes(String(operator)) === true;
  if (!isKnown || operands.length !== 2 || !isValue(value)) {
    return { query: undefined, unknown: [given] };
  }
  return { query: given, unknown: [] };
}

function isValue(value: unknown): boolean {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.every((one) => ["boolean", "number", "string"].includes(typeof one));
}
