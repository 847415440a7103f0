/** Schedules as people set them, and the cron expressions that mean the same. */
import type { Schedule } from "../draft";
import { ownTimeZone } from "@/ui/inputs/time-zone";

export interface Parts {
  every: number;
  hour: number;
  minute: number;
  weekdays: readonly number[];
}

const UNSET: Parts = { every: 1, hour: 9, minute: 0, weekdays: [1] };

/** What the fields of the builder show for a schedule. */
export function readParts({ kind, cron }: Pick<Schedule, "cron" | "kind">): Parts {
  const [minute = "", hour = "", day = "", , weekdays = ""] = cron.trim().split(/\s+/);
  switch (kind) {
    case "MINUTE":
      return { ...UNSET, every: step(minute) };
    case "HOUR":
      return { ...UNSET, minute: number(minute, 0), every: step(hour) };
    case "DAY":
      return { ...UNSET, minute: number(minute, 0), hour: number(hour, 9), every: step(day) };
    case "WEEK": {
      const days = weekdays.split(",").map((text) => number(text, -1) % 7);
      const known = days.filter((value) => value >= 0);
      return {
        ...UNSET,
        minute: number(minute, 0),
        hour: number(hour, 9),
        weekdays: known.length > 0 ? known : UNSET.weekdays,
      };
    }
    default:
      return UNSET;
  }
}

function step(text: string): number {
  const [, every = "1"] = text.split("/");
  return Math.max(1, number(every, 1));
}

function number(text: string, otherwise: number): number {
  return /^\d+$/.test(text) ? Number(text) : otherwise;
}

export function writeCron(kind: Schedule["kind"], parts: Parts, before: string): string {
  const { every, hour, minute, weekdays } = parts;
  switch (kind) {
    case "NONE":
    case "ONCE":
      return "";
    case "MINUTE":
      return `${every === 1 ? "*" : `*/${every}`} * * * *`;
    case "HOUR":
      return `${minute} ${every === 1 ? "*" : `*/${every}`} * * *`;
    case "DAY":
      return `${minute} ${hour} ${every === 1 ? "*" : `*/${every}`} * *`;
    case "WEEK":
      return `${minute} ${hour} * * ${[...weekdays].sort().join(",")}`;
    case "CUSTOM":
      return before;
  }
}

/** Another kind, with what of the schedule still makes sense. */
export function withKind(schedule: Schedule, kind: Schedule["kind"]): Schedule {
  const parts = readParts({ kind, cron: kind === schedule.kind ? schedule.cron : "" });
  return {
    kind,
    cron: writeCron(kind, parts, schedule.cron),
    timeZone: schedule.timeZone || ownTimeZone(),
  };
}

export function withParts(schedule: Schedule, change: Partial<Parts>): Schedule {
  const parts = { ...readParts(schedule), ...change };
  return { ...schedule, cron: writeCron(schedule.kind, parts, schedule.cron) };
}
