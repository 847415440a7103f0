import { expect, test } from "vitest";
import type { ExecutionChartQuery } from "./chart.query";
import { barsOf, heights, times } from "./chart-bars";

const now = new Date("2026-05-02T12:30:00Z");

test("a day has twelve bars that end now", () => {
  const edges = times(now);
  expect(Object.keys(edges)).toHaveLength(13);
  expect([edges.t0, edges.t1, edges.t12]).toEqual([
    "2026-05-01T12:30:00.000Z",
    "2026-05-01T14:30:00.000Z",
    "2026-05-02T12:30:00.000Z",
  ]);
});

test("counts go to their bars", () => {
  const counts = { all0: { totalCount: 3 }, bad0: { totalCount: 1 }, all11: { totalCount: 9 } };
  const bars = barsOf(counts as ExecutionChartQuery, times(now));
  expect(bars).toHaveLength(12);
  expect(bars[0]).toEqual({ start: new Date("2026-05-01T12:30:00Z"), all: 3, failed: 1 });
  expect(bars.map((bar) => bar.all)).toEqual([3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]);
});

test.each([
  [4, 1, 4, { good: 0.75, failed: 0.25 }],
  [0, 0, 4, { good: 0, failed: 0 }],
  [0, 0, 0, { good: 0, failed: 0 }],
  [1000, 1, 1000, { good: 0.999, failed: 0.04 }],
])("%d, of which %d failed, beside %d", (all, failed, highest, expected) => {
  expect(heights({ start: now, all, failed }, highest)).toEqual(expected);
});
