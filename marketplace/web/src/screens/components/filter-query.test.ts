import { expect, test } from "vitest";
import { meets } from "./filter-query";

const fields = new Map([
  ["name", ["Salesforce"]],
  ["category", ["CRM"]],
  ["labels", ["sales", "cloud"]],
]);

test.each<[unknown, boolean | undefined]>([
  [["equal", "name", "Salesforce"], true],
  [["equal", "name", "salesforce"], false],
  [["notEqual", "category", "CRM"], false],
  [["in", "labels", "cloud"], true],
  [["in", "labels", ["other", "sales"]], true],
  [["notIn", "labels", "sales"], false],
  [["notIn", "labels", "other"], true],
  [["startsWith", "name", "Sales"], true],
  [["doesNotStartWith", "name", "Sales"], false],
  [["endsWith", "name", "force"], true],
  [["doesNotEndWith", "name", "x"], true],
  [["and", ["equal", "category", "CRM"], ["equal", "name", "Slack"]], false],
  [["or", ["equal", "category", "CRM"], ["equal", "name", "Slack"]], true],
  [["and", ["or", ["equal", "name", "x"], ["in", "labels", "sales"]]], true],
  [[["equal", "name", "x"], ["in", "labels", "sales"]], true],
  [[["equal", "name", "x"], ["in", "labels", "x"]], false],
  // What is not understood says nothing.
  [["like", "name", "x"], undefined],
  [["equal", "owner", "x"], undefined],
  [["equal", "name", 7], undefined],
  [["constructor", "name", "x"], undefined],
  [["and"], undefined],
  [["and", ["like", "name", "x"], ["equal", "category", "CRM"]], true],
  [["or", ["like", "name", "x"], ["equal", "category", "Chat"]], false],
  ["equal", undefined],
  [undefined, undefined],
])("%j: %s", (query, expected) => {
  expect(meets(query, fields)).toBe(expected);
});
