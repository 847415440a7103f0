import { expect, test } from "vitest";
import { countOf, partsOf } from "./found-text";

test.each([
  ["", "a", "", 0],
  ["abc", "", "abc", 0],
  ["abc", "x", "abc", 0],
  ["Abcabc", "aB", "[Ab]c[ab]c", 2],
  ["aaa", "aa", "[aa]a", 1],
  ["a.c abc", "a.c", "[a.c] abc", 1],
  ["İb b", "b", "İb b", 0],
])("in %j, %j is %j", (text, search, marked, count) => {
  const parts = partsOf(text, search);
  const shown = parts.map((part) => (part.found === undefined ? part.text : `[${part.text}]`));
  expect(shown.join("")).toBe(marked);
  expect(countOf(parts)).toBe(count);
});
