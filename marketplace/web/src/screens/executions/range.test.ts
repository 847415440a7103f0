import { expect, test } from "vitest";
import { isBackwards, timesOf } from "./range";

const now = new Date("2026-05-02T12:30:59.999Z");
const iso = (local: string) => new Date(local).toISOString();
const [early, late] = ["2026-05-01T08:00", "2026-05-01T09:30"];

test.each([
  ["", "", "", {}],
  ["unknown", "", "", {}],
  ["15m", "", "", { since: "2026-05-02T12:15:00.000Z" }],
  ["1h", early, late, { since: "2026-05-02T11:30:00.000Z" }],
  ["14d", "", "", { since: "2026-04-18T12:30:00.000Z" }],
  ["custom", "", "", {}],
  ["custom", early, "", { since: iso(early) }],
  ["custom", "", late, { until: iso(late) }],
  ["custom", early, late, { since: iso(early), until: iso(late) }],
  ["custom", "soon", late, { until: iso(late) }],
])("%s from %s to %s", (range, from, to, times) => {
  expect(timesOf({ range, from, to }, now)).toEqual(times);
});

test.each([
  ["custom", late, early, true],
  ["custom", early, late, false],
  ["custom", early, early, false],
  ["custom", late, "", false],
  ["1h", late, early, false],
])("%s from %s to %s is backwards: %s", (range, from, to, backwards) => {
  expect(isBackwards({ range, from, to })).toBe(backwards);
});
