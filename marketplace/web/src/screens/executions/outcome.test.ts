import { expect, test } from "vitest";
import { outcomeOf, since } from "./outcome";

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

test.each([
  ["15m", "2026-05-02T12:15:00.000Z"],
  ["1h", "2026-05-02T11:30:00.000Z"],
  ["14d", "2026-04-18T12:30:00.000Z"],
] as const)("%s ago", (range, instant) => {
  expect(since(range, new Date("2026-05-02T12:30:59.999Z"))).toBe(instant);
});
