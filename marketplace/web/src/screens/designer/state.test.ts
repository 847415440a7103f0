import { expect, test } from "vitest";
import { stateOf } from "./state";

test.each([
  [0, true, "unpublished"],
  [0, false, "unpublished"],
  [2, true, "changed"],
  [2, false, "published"],
] as const)("version %i, changed: %s, is %s", (versionNumber, hasUnpublishedChanges, expected) => {
  expect(stateOf({ versionNumber, hasUnpublishedChanges })).toBe(expected);
});
