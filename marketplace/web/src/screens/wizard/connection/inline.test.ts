import { expect, test } from "vitest";
import type { Draft } from "../draft";
import { connection } from "../samples";
import { isInline, isUnkept } from "./inline";

test.each([
  ["nothing is chosen", "s1", undefined, true],
  ["nothing is chosen, says the server", "s1", null, true],
  ["its own is chosen", "s1", "My shop: Login", true],
  ["another one is chosen", "s1", "Head office", false],
  ["it is not shared", undefined, undefined, false],
])("whether it is entered on the page if %s", (_, reusable, chosen, expected) => {
  expect(isInline(connection({ reusable }), "My shop", chosen)).toBe(expected);
});

const draft = (inputs: Record<string, string>, reusable = ""): Draft => ({
  type: "connection",
  inputs,
  reusable,
});

test.each([
  ["entered", { isInline: true }, draft({ user: "ada" }), true],
  ["entered again", { isInline: true }, draft({ user: "ada" }, "v1"), true],
  ["as it is saved", { isInline: true }, draft({}, "v1"), false],
  ["new, with nothing to enter", { isInline: true }, draft({}), true],
  ["unseen, and not set", { isInline: true, isShown: false }, draft({}), false],
  ["unseen, and set by the host", { isInline: true, isShown: false }, draft({ user: "a" }), true],
  ["chosen, not entered", { isInline: false }, draft({ user: "ada" }), false],
])("whether there is something to save of what is %s", (_, change, entered, expected) => {
  expect(isUnkept(connection({ reusable: "s1", ...change }), { Login: entered })).toBe(expected);
});
