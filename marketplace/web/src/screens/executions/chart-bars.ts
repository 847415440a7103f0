/** The executions of the last day, counted by two hours. */
import type { ExecutionChartQuery, ExecutionChartQueryVariables } from "./chart.query";

const HOURS = 24;
const BARS = 12;
const BAR_MS = (HOURS / BARS) * 3_600_000;

export interface Bar {
  start: Date;
  all: number;
  failed: number;
}

type Times = Omit<ExecutionChartQueryVariables, "instance">;

/** The edges of the bars, up to now. */
export function times(now: Date): Times {
  const edges = Array.from({ length: BARS + 1 }, (_, index) => [
    `t${index}`,
    new Date(now.getTime() - (BARS - index) * BAR_MS).toISOString(),
  ]);
  return Object.fromEntries(edges) as Times;
}

export function barsOf(counts: ExecutionChartQuery, edges: Times): Bar[] {
  const of = counts as Record<string, { totalCount: number } | undefined>;
  return Array.from({ length: BARS }, (_, index) => ({
    start: new Date(edges[`t${index}` as keyof Times]),
    all: of[`all${index}`]?.totalCount ?? 0,
    failed: of[`bad${index}`]?.totalCount ?? 0,
  }));
}

/** Heights in parts of a whole; what is there is never too small to be seen. */
export function heights(bar: Bar, highest: number): { good: number; failed: number } {
  const part = (count: number) => (count === 0 ? 0 : Math.max(count / Math.max(highest, 1), 0.04));
  return { good: part(bar.all - bar.failed), failed: part(bar.failed) };
}
