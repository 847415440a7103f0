/** The phrases hosts may replace, as the published list has them. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import translations from "@prismatic-io/translations";
import { expect, test } from "vitest";
import { common } from "./common";

type Table = Record<string, string>;

const modules = import.meta.glob<Record<string, Table>>("../**/*phrases.ts", { eager: true });
const ours: Table = Object.assign({}, common, ...Object.values(modules).flatMap(Object.values));
const known = new Map<string, unknown>(
  Object.entries({ ...translations.sharedPhrases, ...translations.uniquePhrases }),
);

/** Ours alone: what the published list has no phrase for. */
const OWN = "marquetry.";

test("a phrase that is not ours alone is one that hosts know", () => {
  const unknown = Object.keys(ours).filter((key) => !key.startsWith(OWN) && !known.has(key));
  expect(unknown).toEqual([]);
});

/** The words a phrase has places for. */
function places(phrase: unknown): string[] {
  const text = typeof phrase === "string" ? phrase : String((phrase as { _?: string })._ ?? "");
  return [...text.matchAll(/%\{(\w+)\}/g)].map(([, name]) => name ?? "");
}

test("a host's wording of a phrase finds the words it has places for", () => {
  // Words that our text has no place for must be given by the screen all the same; those are the
  // nouns, which are always there, and values, which our own texts show as well.
  const missing = Object.entries(ours).flatMap(([key, text]) => {
    const nouns = /^(executions|integration|marketplace|organization|removalItems|removeType|workflow)/;
    const wanted = places(known.get(key) ?? "").filter((name) => !nouns.test(name));
    return wanted.filter((name) => !places(text).includes(name)).map((name) => `${key}: ${name}`);
  });
  expect(missing).toEqual([]);
});

test("the list of phrases that no screen says only gets shorter", () => {
  const path = fileURLToPath(new URL("unsaid.txt", import.meta.url));
  const unsaid = [...known.keys()].filter((key) => !(key in ours)).sort();
  if (process.env["UPDATE_PHRASES"] === "1") writeFileSync(path, `${unsaid.join("\n")}\n`);
  const listed = readFileSync(path, "utf8").trim().split("\n");
  expect(unsaid).toEqual(listed);
});
