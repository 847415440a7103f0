import { expect, test } from "vitest";
import { outcomeOf } from "./outcome";

const later = "2026-01-01T00:00:00Z";

test.each([
  ["QUEUED", null, null, "queued"],
  ["PENDING", null, null, "running"],
  ["SUCCESS", "COMPLETED", null, "successful"],
  ["SUCCESS", "POLLED_NO_CHANGES", null, "unchanged"],
  ["ERROR", "ERROR", null, "failed"],
  ["ERROR", "ERROR", later, "waiting"],
  ["ERROR", "CANCELED_AS_DUPLICATE", null, "canceled"],
  ["SUCCESS", "CANCELED_AS_DUPLICATE", null, "canceled"],
] as const)("%s with %s and next try %s is %s", (status, resultType, retryNextAt, outcome) => {
  expect(outcomeOf({ status, resultType, retryNextAt })).toBe(outcome);
});
