import { expect, test } from "vitest";
import { BLACK, WHITE, type Color, contrast, readColor, readable, writeColor } from "./color";

test.each([
  ["#fff", [255, 255, 255]],
  ["#1a2B3c", [26, 43, 60]],
  ["#1a2b3cff", [26, 43, 60]],
  ["red", undefined],
  ["#12", undefined],
  ["#12345", undefined],
  ["url(x)", undefined],
])("%s is read", (text, color) => {
  expect(readColor(text)).toEqual(color);
});

test("black on white has the greatest contrast", () => {
  expect(contrast(BLACK, WHITE)).toBeCloseTo(21);
});

test("a repaired colour has its contrast on every background, and a good one stays", () => {
  const parts = [0, 51, 102, 153, 204, 255];
  const all = parts.flatMap((r) => parts.flatMap((g) => parts.map((b): Color => [r, g, b])));
  for (const background of all) {
    for (const color of [all[7], all[100], all[210]] as Color[]) {
      const repaired = readColor(writeColor(readable(color, background, 4.5)));
      expect(contrast(repaired ?? BLACK, background)).toBeGreaterThanOrEqual(4.5);
    }
  }
  expect(readable([0, 0, 139], WHITE, 4.5)).toEqual([0, 0, 139]);
});
