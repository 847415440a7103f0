import { expect, test } from "vitest";
import { understand } from "./filter-query";

const NAME = ["equal", "name", "A"];
const LABEL = ["in", "labels", ["a", "b"]];
const STRANGE = ["sounds", "name", "A"];

test.each([
  [undefined, undefined, []],
  [null, undefined, []],
  [[], undefined, []],
  ["name", undefined, ["name"]],
  [{}, undefined, [{}]],
  [NAME, NAME, []],
  [LABEL, LABEL, []],
  [["doesNotEndWith", "category", "x"], ["doesNotEndWith", "category", "x"], []],
  [["endsWith", "labels", "x"], undefined, [["endsWith", "labels", "x"]]],
  [["equal", "price", "1"], undefined, [["equal", "price", "1"]]],
  [["equal", "name"], undefined, [["equal", "name"]]],
  [["equal", "name", null], undefined, [["equal", "name", null]]],
  [["equal", "name", { a: 1 }], undefined, [["equal", "name", { a: 1 }]]],
  [["equal", "name", 7], ["equal", "name", 7], []],
  [STRANGE, undefined, [STRANGE]],
  [["and", NAME, LABEL], ["and", NAME, LABEL], []],
  [["and", NAME, STRANGE], ["and", NAME], [STRANGE]],
  [["or", STRANGE], undefined, [STRANGE]],
  [["or", ["and", STRANGE], NAME], ["or", NAME], [STRANGE]],
  [["and"], undefined, []],
  [[NAME, STRANGE, LABEL], [NAME, LABEL], [STRANGE]],
])("understands %j as %j", (given, query, unknown) => {
  expect(understand(given)).toEqual({ query, unknown });
});
