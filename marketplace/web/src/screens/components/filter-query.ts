/** Whether things meet the conditions of hosts, as far as things have what those are about. */

/** What a condition can be about, with all values that a thing has of it. */
export type Fields = ReadonlyMap<string, readonly string[]>;

/** Whether a thing is wanted; `undefined` where the condition says nothing. */
export function meets(query: unknown, fields: Fields): boolean | undefined {
  if (!Array.isArray(query)) return undefined;
  const isList = query.length > 0 && query.every(Array.isArray);
  const [operator, ...operands] = (isList ? ["or", ...query] : query) as [unknown, ...unknown[]];
  if (operator === "and" || operator === "or") {
    const met = operands
      .map((operand) => meets(operand, fields))
      .filter((one) => one !== undefined);
    if (met.length === 0) return undefined;
    return operator === "and" ? met.every(Boolean) : met.some(Boolean);
  }
  const [field, value] = operands;
  const compare = typeof operator === "string" ? OPERATORS.get(operator) : undefined;
  const own = typeof field === "string" ? fields.get(field) : undefined;
  const wanted = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "string");
  if (compare === undefined || own === undefined || wanted.length === 0) return undefined;
  return compare(own, wanted);
}

type Compare = (own: readonly string[], wanted: readonly string[]) => boolean;

const some =
  (matches: (own: string, wanted: string) => boolean): Compare =>
  (own, wanted) =>
    own.some((one) => wanted.some((value) => matches(one, value)));

const not =
  (compare: Compare): Compare =>
  (own, wanted) =>
    !compare(own, wanted);

const equal = some((own, value) => own === value);
const startsWith = some((own, value) => own.startsWith(value));
const endsWith = some((own, value) => own.endsWith(value));

const OPERATORS = new Map<string, Compare>([
  ["equal", equal],
  ["notEqual", not(equal)],
  ["in", equal],
  ["notIn", not(equal)],
  ["startsWith", startsWith],
  ["doesNotStartWith", not(startsWith)],
  ["endsWith", endsWith],
  ["doesNotEndWith", not(endsWith)],
]);
