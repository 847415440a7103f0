import { expect, test } from "vitest";
import { readTranslation, translate, translateDynamic } from "./translate";

const OWN = "Search %{integrationPluralLower}";

function said(phrases: unknown, namespace?: string, rest = {}): string {
  return translate(readTranslation({ phrases, ...rest }), namespace, "a.key", OWN, { count: 3 });
}

test.each([
  ["nothing", undefined, "Search integrations"],
  ["a text", { "a.key": "Find it" }, "Find it"],
  ["a text with places", { "a.key": "%{count} %{integrationPlural}" }, "3 Integrations"],
  ["a template", { "a.key": { _: "%{count} apps" } }, "3 apps"],
  ["words for our template", { "a.key": { integrationPluralLower: "apps" } }, "Search apps"],
  ["empty words", { "a.key": { integrationPluralLower: "" } }, "Search integrations"],
  ["a word that is ours to say", { "a.key": { _: "%{count}", count: 0 } }, "3"],
  ["a place nobody knows", { "a.key": "%{nobody}" }, "%{nobody}"],
  ["nonsense", { "a.key": 7 }, "Search integrations"],
])("a host that gives %s", (_, phrases, text) => {
  expect(said(phrases)).toBe(text);
});

test("a phrase of one page is said there and nowhere else", () => {
  const phrases = { "page__a.key": "Here", "a.key": "There" };
  expect(said(phrases, "page")).toBe("Here");
  expect(said(phrases, "other")).toBe("There");
});

test("keys are shown on request", () => {
  expect(said({}, undefined, { debugMode: true })).toBe("a.key");
});

test("authors' texts are replaced when they are exactly the same", () => {
  const translation = readTranslation({ phrases: { dynamicPhrase: { CRM: "Kunden", Bad: 1 } } });
  expect(["CRM", "crm", "Bad", "toString"].map((text) => translateDynamic(translation, text))).toEqual(
    ["Kunden", "crm", "Bad", "toString"],
  );
});

test("a locale that is none is ignored", () => {
  expect(readTranslation({ locale: "de-CH" }).locale).toBe("de-CH");
  expect(readTranslation({ locale: "not a locale" }).locale).toBeUndefined();
});
