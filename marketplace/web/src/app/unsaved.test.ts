import { expect, test } from "vitest";
import { discard, guard, isUnsaved, leave, leaveQuestion, stay } from "./unsaved";

/** Two parts with input, one inside the other; tells what happened after these steps. */
function told(steps: (open: { outer: () => void; inner: () => void }) => void): string[] {
  const happened: string[] = [];
  const part = (name: string) => ({ onDiscard: () => happened.push(`${name} discarded`) });
  const [outer, inner] = [part("outer"), part("inner")];
  const free = [guard(outer), guard(inner)];
  const go = (where: string) => () => happened.push(where);
  steps({ outer: () => leave(go("out")), inner: () => leave(go("in"), { of: inner }) });
  for (const unwatch of free) unwatch();
  return happened;
}

test.each<[string, Parameters<typeof told>[0], string[]]>([
  ["nothing happens before the answer", ({ outer }) => outer(), []],
  ["nothing happens to those who stay", ({ outer }) => (outer(), stay(), discard()), []],
  [
    "all is discarded before one goes",
    ({ outer }) => (outer(), discard()),
    ["outer discarded", "inner discarded", "out"],
  ],
  [
    "what is around a part stays",
    ({ inner }) => (inner(), discard()),
    ["inner discarded", "in"],
  ],
])("%s", (_, steps, happened) => {
  expect(told(steps)).toEqual(happened);
  expect(isUnsaved()).toBe(false);
});

test("who typed nothing is not asked", () => {
  let isGone = false;
  leave(() => (isGone = true));
  expect(isGone).toBe(true);
});

test("a question ends with what it asks about", () => {
  const unwatch = guard({ onDiscard: () => undefined });
  leave(() => undefined);
  expect(leaveQuestion.get()).toBeDefined();
  unwatch();
  expect(leaveQuestion.get()).toBeUndefined();
});
