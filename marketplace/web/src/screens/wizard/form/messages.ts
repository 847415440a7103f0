/** The phrase that says what an error of a form means. */
import type { phrases } from "./phrases";
import type { FormError } from "./validator";

type Phrase = keyof typeof phrases;

const LIMITS = [
  "exclusiveMaximum",
  "exclusiveMinimum",
  "maxItems",
  "maxLength",
  "maximum",
  "minItems",
  "minLength",
  "minimum",
  "multipleOf",
  "pattern",
  "uniqueItems",
] as const;

const FORMATS = ["date", "date-time", "email", "ipv4", "time", "uri"] as const;
const TYPES = ["integer", "number"] as const;

export function phraseOf({ keyword, params }: Pick<FormError, "keyword" | "params">): Phrase {
  const limit: unknown = params["limit"];
  const named =
    LIMITS.find((known) => known === keyword) ??
    (keyword === "format" ? FORMATS.find((known) => known === limit) : undefined) ??
    (keyword === "type" ? TYPES.find((known) => known === limit) : undefined) ??
    (keyword === "required" ? "required" : "invalid");
  return `marquetry.form.${named}`;
}
