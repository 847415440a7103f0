/** Times and durations, as the host's language writes them. */
import { useMemo } from "react";
import { useStore } from "@/app/store";
import { translation } from "@/host/settings";
import { type DurationPart, durationParts } from "./duration";
import { readTranslation } from "./translate";

export interface TimeWords {
  /** To the second. */
  moment: (instant: string | null | undefined) => string;
  /** The hour of a day. */
  hour: (instant: Date) => string;
  duration: (milliseconds: number) => string;
  between: (start: string, end: string | null) => string;
}

export function useTime(): TimeWords {
  const data = useStore(translation);
  return useMemo(() => {
    const { locale } = readTranslation(data);
    const moments = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });
    const hours = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
    const part = ({ value, unit }: DurationPart) => {
      const format = { style: "unit", unit, unitDisplay: "short" } as const;
      return new Intl.NumberFormat(locale, format).format(value);
    };
    const duration = (milliseconds: number) => durationParts(milliseconds).map(part).join(" ");
    return {
      moment: (instant) => (instant ? moments.format(new Date(instant)) : ""),
      hour: (instant) => hours.format(instant),
      duration,
      between: (start, end) =>
        end === null ? "" : duration(new Date(end).getTime() - new Date(start).getTime()),
    };
  }, [data]);
}
