import { expect, test } from "vitest";
import { type Reading, type Verdict, isConsentUrl, judge } from "./judge";

const reading = (status: Reading["status"], connectedAt: string | null = null): Reading => ({
  status,
  connectedAt,
});
const [pending, active, failed, error] = [
  reading("PENDING"),
  reading("ACTIVE", "t1"),
  reading("FAILED"),
  reading("ERROR"),
];

test.each<[string, Reading, Reading, number, boolean | undefined, Verdict]>([
  ["nothing happened", pending, pending, 5, false, "waiting"],
  ["it succeeded", pending, active, 5, false, "active"],
  ["it succeeded after the window closed", pending, active, 60, true, "active"],
  ["it is still what it was", active, active, 5, false, "waiting"],
  ["it was renewed", active, reading("ACTIVE", "t2"), 5, false, "active"],
  ["it failed", pending, failed, 5, false, "failed"],
  ["it had failed before", failed, error, 5, false, "waiting"],
  ["it was repaired", error, active, 5, false, "active"],
  ["the window reads as closed early", pending, pending, 29, true, "waiting"],
  ["somebody gave up", pending, pending, 30, true, "abandoned"],
  ["nobody knows of a window", pending, pending, 60, undefined, "waiting"],
  ["nothing comes", pending, pending, 600, undefined, "late"],
])("%s", (_, start, now, seconds, isWindowClosed, verdict) => {
  expect(judge({ start, now, elapsedMs: seconds * 1000, isWindowClosed })).toBe(verdict);
});

test.each([
  ["https://login.example.com/authorize?x=1", true],
  ["http://127.0.0.1:9000/authorize", true],
  ["http://login.example.com/", false],
  ["javascript:alert(1)", false],
  ["", false],
])("%s may be opened: %s", (url, may) => {
  expect(isConsentUrl(url)).toBe(may);
});
