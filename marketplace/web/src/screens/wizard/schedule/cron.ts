/** Cron expressions of five fields: whether they can be read, and when they come due. */
import { type LocalTime, instantOf, localTime } from "@/ui/inputs/time-zone";

interface Field {
  low: number;
  high: number;
  names?: readonly string[];
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const FIELDS: readonly Field[] = [
  { low: 0, high: 59 },
  { low: 0, high: 23 },
  { low: 1, high: 31 },
  { low: 1, high: 12, names: MONTHS },
  { low: 0, high: 7, names: DAYS },
];

export interface Cron {
  minutes: ReadonlySet<number>;
  hours: ReadonlySet<number>;
  days: ReadonlySet<number>;
  months: ReadonlySet<number>;
  weekdays: ReadonlySet<number>;
  /** With both given, a day has to fit one of them. */
  isEitherDay: boolean;
}

export function parseCron(text: string): Cron | undefined {
  const parts = text.trim().toLowerCase().split(/\s+/);
  if (parts.length !== FIELDS.length) return undefined;
  const sets = parts.map((part, index) => parseField(part, FIELDS[index] as Field));
  if (sets.some((set) => set === undefined)) return undefined;
  const [minutes, hours, days, months, weekdays] = sets as Set<number>[];
  if (!minutes || !hours || !days || !months || !weekdays) return undefined;
  if (weekdays.has(7)) weekdays.add(0);
  const isEitherDay = !parts[2]?.startsWith("*") && !parts[4]?.startsWith("*");
  return { minutes, hours, days, months, weekdays, isEitherDay };
}

function parseField(text: string, field: Field): Set<number> | undefined {
  const set = new Set<number>();
  for (const part of text.split(",")) {
    const [range = "", step = "1", ...more] = part.split("/");
    const every = Number(step);
    const bounds = parseRange(range, field, part.includes("/"));
    if (more.length > 0 || !Number.isInteger(every) || every < 1 || !bounds) return undefined;
    for (let value = bounds[0]; value <= bounds[1]; value += every) set.add(value);
  }
  return set;
}

function parseRange(
  text: string,
  field: Field,
  isStepped: boolean,
): readonly [number, number] | undefined {
  if (text === "*" || text === "?") return [field.low, field.high];
  const [from = "", to, ...more] = text.split("-");
  const first = parseValue(from, field);
  const last = to === undefined ? (isStepped ? field.high : first) : parseValue(to, field);
  if (first === undefined || last === undefined || more.length > 0 || last < first)
    return undefined;
  return [first, last];
}

function parseValue(text: string, field: Field): number | undefined {
  const named = field.names?.indexOf(text) ?? -1;
  if (named >= 0) return named + field.low;
  if (!/^\d+$/.test(text)) return undefined;
  const value = Number(text);
  return value >= field.low && value <= field.high ? value : undefined;
}

function isDayOf(cron: Cron, time: LocalTime): boolean {
  if (!cron.months.has(time.month)) return false;
  const weekday = new Date(Date.UTC(time.year, time.month - 1, time.day)).getUTCDay();
  const [byDate, byWeekday] = [cron.days.has(time.day), cron.weekdays.has(weekday)];
  return cron.isEitherDay ? byDate || byWeekday : byDate && byWeekday;
}

/** How far runs are looked for: the 29th of February may be eight years away. */
const DAYS_MAX = 366 * 8 + 1;

/** The next instants, in milliseconds, that an expression means in a time zone. */
export function nextRuns(cron: Cron, after: number, zone: string, count: number): number[] {
  const start = localTime(after, zone);
  const runs: number[] = [];
  for (let offset = 0; offset < DAYS_MAX && runs.length < count; offset += 1) {
    const date = new Date(Date.UTC(start.year, start.month - 1, start.day + offset));
    const day = {
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
    };
    if (!isDayOf(cron, { ...day, hour: 0, minute: 0 })) continue;
    for (const run of runsOf(cron, day, zone)) {
      if (run > after && runs.length < count) runs.push(run);
    }
  }
  return runs;
}

function runsOf(cron: Cron, day: Omit<LocalTime, "hour" | "minute">, zone: string): number[] {
  const runs = new Set<number>();
  for (let hour = 0; hour < 24; hour += 1) {
    if (!cron.hours.has(hour)) continue;
    for (const minute of cron.minutes) runs.add(instantOf({ ...day, hour, minute }, zone));
  }
  return [...runs].sort((a, b) => a - b);
}
