import { expect, test } from "vitest";
import { durationParts } from "./duration";

test.each([
  [0, "0 millisecond"],
  [-5, "0 millisecond"],
  [999.4, "999 millisecond"],
  [1_000, "1 second"],
  [1_590, "1.5 second"],
  [59_999, "59.9 second"],
  [60_000, "1 minute"],
  [61_000, "1 minute 1 second"],
  [3_600_000, "1 hour"],
  [5_400_000, "1 hour 30 minute"],
])("%d ms is %s", (milliseconds, text) => {
  const parts = durationParts(milliseconds).map(({ value, unit }) => `${value} ${unit}`);
  expect(parts.join(" ")).toBe(text);
});
