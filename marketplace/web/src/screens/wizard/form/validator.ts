/**
 * Validation of form data without compiling code, which this page's policy forbids. It has the
 * shape of the library that JSON Forms is made for.
 */
import { type OutputUnit, type Schema, Validator } from "@cfworker/json-schema";
import type { JsonFormsCore } from "@jsonforms/core";
import { asObject } from "../json";

export type FormError = NonNullable<JsonFormsCore["errors"]>[number];

type Validate = ((data: unknown) => boolean) & { errors: FormError[] | null };

export interface FormValidator {
  compile: (schema: unknown) => Validate;
  validate: (schema: unknown, data: unknown) => boolean;
}

/** They only say that something inside is wrong, which says so itself. */
const ENCLOSING = new Set([
  "$ref",
  "additionalItems",
  "contains",
  "dependencies",
  "dependentSchemas",
  "else",
  "if",
  "items",
  "patternProperties",
  "prefixItems",
  "properties",
  "propertyNames",
  "then",
]);

export const formValidator: FormValidator = {
  compile: (schema) => {
    const validate: Validate = Object.assign(
      (data: unknown) => {
        validate.errors = errorsOf(schema, data);
        return validate.errors.length === 0;
      },
      { errors: null },
    );
    return validate;
  },
  validate: (schema, data) =>
    data === undefined ? fitsNothing(schema) : errorsOf(schema, data).length === 0,
};

function errorsOf(schema: unknown, data: unknown): FormError[] {
  // Properties without a value are not there; that is what JSON would make of them.
  const plain: unknown = data === undefined ? {} : JSON.parse(JSON.stringify(data));
  try {
    const validator = new Validator(schema as Schema, "7", false);
    const { errors } = validator.validate(plain);
    return errors.filter(({ keyword }) => !ENCLOSING.has(keyword)).map((it) => asError(it, schema));
  } catch {
    // A schema that makes no sense refuses nothing.
    return [];
  }
}

function asError(unit: OutputUnit, schema: unknown): FormError {
  const { keyword, instanceLocation, keywordLocation, error } = unit;
  const parent = asObject(at(schema, keywordLocation.split("/").slice(1, -1)));
  return {
    keyword,
    instancePath: instanceLocation.replace(/^#/, ""),
    schemaPath: keywordLocation,
    message: error,
    params: { ...missing(keyword, error), limit: parent[keyword] },
    parentSchema: parent,
  };
}

function missing(keyword: string, error: string): object {
  if (keyword !== "required" && !keyword.startsWith("depend")) return {};
  const [, property = ""] = /property "(.*)"/.exec(error) ?? [];
  return { missingProperty: property };
}

function at(schema: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((found, part) => {
    const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    return Array.isArray(found) ? found[Number(key)] : asObject(found)[key];
  }, schema);
}

/** Whether a schema is content with a value that is not there. */
function fitsNothing(schema: unknown): boolean {
  if (typeof schema === "boolean") return schema;
  const { type, const: constant, enum: values, not, allOf, anyOf, oneOf } = asObject(schema);
  if (type !== undefined || constant !== undefined || values !== undefined) return false;
  if (not !== undefined && fitsNothing(not)) return false;
  if (Array.isArray(allOf) && !allOf.every(fitsNothing)) return false;
  if (Array.isArray(anyOf) && !anyOf.some(fitsNothing)) return false;
  return !Array.isArray(oneOf) || oneOf.filter(fitsNothing).length === 1;
}
