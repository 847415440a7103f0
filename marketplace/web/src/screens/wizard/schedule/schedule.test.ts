import { expect, test } from "vitest";
import { fromClock, toClock, toDay } from "@/ui/inputs/time-zone";
import { nextRuns, parseCron } from "./cron";
import { readParts, withKind, withParts } from "./schedule";

function runs(cron: string, after: string, zone: string, count = 3): string[] {
  const read = parseCron(cron);
  if (read === undefined) return [];
  return nextRuns(read, Date.parse(after), zone, count).map((run) => new Date(run).toISOString());
}

test.each([
  [
    "*/20 * * * *",
    "2026-01-01T00:05:00Z",
    "UTC",
    ["2026-01-01T00:20", "2026-01-01T00:40", "2026-01-01T01:00"],
  ],
  [
    "30 9 * * 1,3",
    "2026-01-01T00:00:00Z",
    "Europe/Vienna",
    ["2026-01-05T08:30", "2026-01-07T08:30", "2026-01-12T08:30"],
  ],
  ["0 0 29 feb *", "2026-01-01T00:00:00Z", "UTC", ["2028-02-29T00:00", "2032-02-29T00:00"]],
  [
    "0 0 13 * fri",
    "2026-02-01T00:00:00Z",
    "UTC",
    ["2026-02-06T00:00", "2026-02-13T00:00", "2026-02-20T00:00"],
  ],
  [
    "30 2 * * *",
    "2026-03-28T12:00:00Z",
    "Europe/Vienna",
    ["2026-03-29T01:00", "2026-03-30T00:30", "2026-03-31T00:30"],
  ],
  [
    "30 2 * * *",
    "2026-10-24T12:00:00Z",
    "Europe/Vienna",
    ["2026-10-25T00:30", "2026-10-26T01:30", "2026-10-27T01:30"],
  ],
  [
    "0 0 * * 7",
    "2026-01-01T00:00:00Z",
    "UTC",
    ["2026-01-04T00:00", "2026-01-11T00:00", "2026-01-18T00:00"],
  ],
])("%s after %s in %s", (cron, after, zone, expected) => {
  expect(runs(cron, after, zone)).toEqual(expected.map((run) => `${run}:00.000Z`));
});

test.each([
  "",
  "* * * *",
  "60 * * * *",
  "* 24 * * *",
  "*/0 * * * *",
  "5-1 * * * *",
  "x * * * *",
  "* * * * 8",
  "1/2/3 * * * *",
])("%j is no cron expression", (cron) => expect(parseCron(cron)).toBeUndefined());

test("what the builder writes, it reads", () => {
  const start = { kind: "NONE", cron: "", timeZone: "UTC" } as const;
  const minutes = withParts(withKind(start, "MINUTE"), { every: 15 });
  expect([minutes.cron, readParts(minutes).every]).toEqual(["*/15 * * * *", 15]);
  const week = withParts(withKind(minutes, "WEEK"), { weekdays: [5, 1], hour: 7, minute: 30 });
  expect([week.cron, readParts(week).weekdays]).toEqual(["30 7 * * 1,5", [1, 5]]);
  expect(withKind(week, "CUSTOM").cron).toBe("30 7 * * 1,5");
  expect(withKind(week, "NONE").cron).toBe("");
  expect(readParts({ kind: "DAY", cron: "00 00 */2 * *" })).toMatchObject({ every: 2, hour: 0 });
});

test.each([
  ["2026-07-01T10:00:00Z", "Europe/Vienna", "2026-07-01T12:00"],
  ["2026-01-01T10:00:00Z", "Asia/Kolkata", "2026-01-01T15:30"],
])("clocks show %s in %s as %s", (instant, zone, clock) => {
  expect(toClock(instant, zone)).toBe(clock);
  expect(fromClock(clock, zone)).toBe(instant);
});

test("dates may be in the older form", () => {
  expect(["2/3/2026", "2026-02-03", ""].map(toDay)).toEqual(["2026-02-03", "2026-02-03", ""]);
});
