import type { UISchemaElement } from "@jsonforms/core";
import { expect, test } from "vitest";
import { shownErrors } from "./shown-errors";
import { formValidator } from "./validator";

const schema = {
  type: "object",
  required: ["name", "vat"],
  properties: {
    name: { type: "string", minLength: 3 },
    kind: { type: "string" },
    vat: { type: "string" },
    mail: { type: "string", format: "email" },
    day: { type: "string", format: "date" },
    rows: { type: "array", items: { $ref: "#/definitions/row" } },
    colour: { oneOf: [{ const: "r", title: "Red" }] },
  },
  definitions: { row: { type: "object", properties: { count: { type: "integer", maximum: 5 } } } },
};

function errors(data: unknown) {
  const validate = formValidator.compile(schema);
  validate(data);
  return validate.errors ?? [];
}

test.each<[unknown, string[]]>([
  [{ name: "Ada", vat: "1" }, []],
  [{ name: "Al", vat: "1" }, ["/name minLength 3"]],
  [{ vat: "1", name: undefined }, [" required name"]],
  [undefined, [" required name", " required vat"]],
  [{ name: "Ada", vat: "1", mail: "x" }, ["/mail format email"]],
  [{ name: "Ada", vat: "1", day: "2026-02-30" }, ["/day format date"]],
  [{ name: "Ada", vat: "1", rows: [{ count: 1 }, { count: 9 }] }, ["/rows/1/count maximum"]],
])("the errors of %j", (data, expected) => {
  const found = errors(data).map(({ instancePath, keyword, params }) =>
    `${instancePath} ${keyword} ${params["missingProperty"] ?? params["limit"] ?? ""}`.trimEnd(),
  );
  expect(found.map((text) => text.replace(/maximum .*/, "maximum"))).toEqual(expected);
});

test.each<[unknown, unknown, boolean]>([
  [{ const: "a" }, "a", true],
  [{ const: "a" }, undefined, false],
  [{ type: "string" }, undefined, false],
  [{ not: { const: "a" } }, undefined, true],
  [{ enum: ["a", "b"] }, "b", true],
  [{ minimum: 3 }, undefined, true],
  [{ anyOf: [{ const: 1 }, {}] }, undefined, true],
  [{ allOf: [{ const: 1 }, {}] }, undefined, false],
  [{ pattern: "(" }, "a", true],
])("the condition %j of %j", (condition, data, holds) => {
  expect(formValidator.validate(condition, data)).toBe(holds);
});

const control = (name: string, rule?: object) =>
  ({ type: "Control", scope: `#/properties/${name}`, rule }) as unknown as UISchemaElement;

const rule = {
  effect: "SHOW",
  condition: { scope: "#/properties/kind", schema: { const: "company" } },
};

test.each<[string, unknown, string[]]>([
  ["shown", { name: "Ada", kind: "company" }, ["vat"]],
  ["hidden", { name: "Ada", kind: "person" }, []],
])("what is %s is asked for as such", (_, data, expected) => {
  const layout = { type: "VerticalLayout", elements: [control("name"), control("vat", rule)] };
  const found = shownErrors(errors(data), layout as UISchemaElement, data);
  expect(found.map(({ params }) => params["missingProperty"] as string)).toEqual(expected);
});

test("what a hidden group holds is hidden", () => {
  const group = { type: "Group", label: "x", elements: [control("vat")], rule };
  expect(shownErrors(errors({ name: "Ada" }), group as unknown as UISchemaElement, {})).toEqual([]);
});
