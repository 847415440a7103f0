/** How long something took, in the two units that matter. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export interface DurationPart {
  value: number;
  unit: "hour" | "millisecond" | "minute" | "second";
}

export function durationParts(milliseconds: number): DurationPart[] {
  const ms = Math.max(0, Math.round(milliseconds));
  if (ms < SECOND) return [{ value: ms, unit: "millisecond" }];
  if (ms < MINUTE) return [{ value: Math.floor(ms / 100) / 10, unit: "second" }];
  const [big, small]: [DurationPart, DurationPart] =
    ms < HOUR
      ? [
          { value: Math.floor(ms / MINUTE), unit: "minute" },
          { value: Math.floor((ms % MINUTE) / SECOND), unit: "second" },
        ]
      : [
          { value: Math.floor(ms / HOUR), unit: "hour" },
          { value: Math.floor((ms % HOUR) / MINUTE), unit: "minute" },
        ];
  return small.value === 0 ? [big] : [big, small];
}
