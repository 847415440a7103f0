/** From when to when somebody looks. */

/** What is offered: until now, from so many minutes ago. */
export const RANGES = {
  "15m": { minutes: 15, text: "input.timeRange.past15MinutesValue" },
  "1h": { minutes: 60, text: "input.timeRange.pastHourValue" },
  "24h": { minutes: 1_440, text: "input.timeRange.past24HoursValue" },
  "7d": { minutes: 10_080, text: "input.timeRange.pastWeekValue" },
  "14d": { minutes: 20_160, text: "input.timeRange.past2WeeksValue" },
} as const;

export const CUSTOM = "custom";

export interface ChosenRange {
  /** A key of what is offered, or `CUSTOM`, or empty for any time. */
  range: string;
  /** Of a custom range, as inputs have them: local, to the minute; empty is open. */
  from: string;
  to: string;
}

export interface Times {
  since?: string;
  until?: string;
}

export function timesOf({ range, from, to }: ChosenRange, now: Date): Times {
  if (range === CUSTOM) {
    const [since, until] = [instantOf(from), instantOf(to)];
    return { ...(since && { since }), ...(until && { until }) };
  }
  const offered = Object.entries(RANGES).find(([key]) => key === range);
  if (offered === undefined) return {};
  // To the minute: lists are not asked for again because a second has passed.
  const minute = Math.floor(now.getTime() / 60_000) - offered[1].minutes;
  return { since: new Date(minute * 60_000).toISOString() };
}

/** Whether it leaves anything out. */
export function isLimited({ range, from, to }: ChosenRange): boolean {
  return range === CUSTOM ? from !== "" || to !== "" : range !== "";
}

export function isBackwards({ range, from, to }: ChosenRange): boolean {
  return range === CUSTOM && from !== "" && to !== "" && from > to;
}

function instantOf(local: string): string | undefined {
  const time = new Date(local);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}
