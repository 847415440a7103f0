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
    const nouns = /^(integration|marketplace|organization|removalItems|removeType|workflow)/;
    const wanted = places(known.get(key) ?? "").filter((name) => !nouns.test(name));
    return wanted.filter((name) => !places(text).includes(name)).map((name) => `${key}: ${name}`);
  });
  expect(missing).toEqual([]);
});

const sources = import.meta.glob<string>(["../**/*.{ts,tsx}", "!../**/*.query.ts"], {
  eager: true,
  query: "?raw",
  import: "default",
});

/** Letters a template needs for being taken for the names of phrases. */
const LETTERS_MIN = 9;

test("a phrase that a table holds is said somewhere", () => {
  const code = Object.values(sources).join("\n");
  const patterns = [...code.matchAll(/`([^`\n]*\$\{[^`\n]*)`/g)]
    .map(([, template]) => (template ?? "").split(/\$\{[^}]*\}/))
    .filter((parts) => parts.join("").length >= LETTERS_MIN)
    .map((parts) => new RegExp(`^${parts.map(escaped).join(".+")}$`));
  const isSaid = (key: string) => {
    // Once where it is declared; a table that is made of another one has it only there.
    const isNamed = code.split(`"${key}"`).length > 1 + tablesWith(key);
    return isNamed || patterns.some((pattern) => pattern.test(key));
  };
  expect(Object.keys(ours).filter((key) => !isSaid(key))).toEqual([]);
});

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function tablesWith(key: string): number {
  return Object.values(sources)
    .map((text) => text.split(`\n  "${key}":`).length - 1)
    .reduce((sum, count) => sum + count, 0);
}

/** What is not said, and why: of screens that do not exist, and of those that do. */
const LISTS = ["unsaid-elsewhere.txt", "unsaid.txt"];

test("the lists of phrases that no screen says only get shorter", () => {
  const unsaid = new Set([...known.keys()].filter((key) => !(key in ours)));
  const listed = LISTS.flatMap((name) => {
    const path = fileURLToPath(new URL(name, import.meta.url));
    let lines = readFileSync(path, "utf8").trim().split("\n");
    if (process.env["UPDATE_PHRASES"] === "1") {
      lines = lines.filter((line) => line.startsWith("#") || unsaid.has(line));
      lines = lines.filter((line, at) => !line.startsWith("#") || isKey(lines[at + 1]));
      writeFileSync(path, `${lines.join("\n")}\n`);
    }
    expect(lines[0]).toMatch(/^# /);
    return lines.filter(isKey);
  });
  expect(listed.sort()).toEqual([...unsaid].sort());
});

function isKey(line: string | undefined): line is string {
  return line !== undefined && !line.startsWith("#");
}
