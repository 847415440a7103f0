/** Readings of clocks in time zones, and the instants they mean. */

export interface LocalTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
}

const FORMATS = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = FORMATS.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone || "UTC",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
  FORMATS.set(zone, format);
  return format;
}

/** What clocks of a zone show at an instant. */
export function localTime(instant: number, zone: string): LocalTime {
  const parts = formatOf(zone).formatToParts(instant);
  const part = (type: string) => Number(parts.find((found) => found.type === type)?.value ?? 0);
  return {
    year: part("year"),
    month: part("month"),
    day: part("day"),
    hour: part("hour"),
    minute: part("minute"),
  };
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

function asUtc(time: LocalTime): number {
  return Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute);
}

/**
 * The first instant at which clocks of a zone show a time. A time that is left out when clocks are
 * put on means the first instant after the gap.
 */
export function instantOf(time: LocalTime, zone: string): number {
  const wanted = asUtc(time);
  const shown = (instant: number) => asUtc(localTime(instant, zone));
  // Of a time that comes twice, the offset of the day before names the first one.
  const before = shown(wanted - DAY_MS) - (wanted - DAY_MS);
  const late = wanted - before;
  if (shown(late) === wanted) return late;
  let early = wanted - (shown(late) - late);
  if (shown(early) === wanted) return early;
  for (let after = late; after - early > MINUTE_MS;) {
    const middle = Math.floor((early + after) / 2 / MINUTE_MS) * MINUTE_MS;
    if (shown(middle) < wanted) early = middle;
    else after = middle;
  }
  return early + MINUTE_MS;
}

export function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

export function ownTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export function timeZones(): string[] {
  const names = Intl.supportedValuesOf("timeZone");
  return names.includes("UTC") ? names : ["UTC", ...names];
}

/** `2026-03-01T09:30`, as inputs of browsers have it. */
export function toClock(instant: string, zone: string): string {
  const time = Date.parse(instant);
  if (Number.isNaN(time)) return "";
  const { year, month, day, hour, minute } = localTime(time, zone);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`;
}

/** The instant that an input of a browser means in a zone; empty where it means none. */
export function fromClock(clock: string, zone: string): string {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(clock);
  if (found === null) return "";
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = found.slice(1).map(Number);
  const instant = new Date(instantOf({ year, month, day, hour, minute }, zone));
  return instant.toISOString().replace(".000Z", "Z");
}

/** `YYYY-MM-DD` of a date that may be written in the older way, `MM/DD/YYYY`. */
export function toDay(date: string): string {
  const found = /^(\d\d?)\/(\d\d?)\/(\d{4})$/.exec(date.trim());
  if (found === null) return date;
  const [, month = "", day = "", year = ""] = found;
  return `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
}
