import { expect, test } from "vitest";
import { contrast, readColor } from "./color";
import { palette } from "./palette";

const GROUNDS = ["background", "subtle", "raised", "hover"];
const TEXTS = ["text", "muted", "accent", "link", "error", "warning", "success", "info"];

const choose = (variant: string, type: string, value: string) => ({ variant, type, value });

test.each([
  ["nothing", []],
  ["pale colours", [choose("LIGHT", "PRIMARY", "#ffff99"), choose("DARK", "PRIMARY", "#000033")]],
  ["one grey for all", ["LIGHT", "DARK"].flatMap((variant) =>
    ["BACKGROUND", "PRIMARY", "LINK_COLOR", "ERROR", "WARNING"].map((type) =>
      choose(variant, type, "#777777"),
    ),
  )],
])("an organization that chose %s has texts that can be read", (_, choices) => {
  for (const mode of ["light", "dark"] as const) {
    const colors = palette(mode, choices);
    const color = (name: string) => readColor(colors[`--color-${name}`] ?? "") ?? [0, 0, 0];
    for (const ground of GROUNDS) {
      for (const text of TEXTS) {
        const ratio = contrast(color(text), color(ground));
        expect(ratio, `${mode}: ${text} on ${ground}`).toBeGreaterThanOrEqual(4.49);
      }
    }
    expect(contrast(color("on-primary"), color("primary"))).toBeGreaterThanOrEqual(4.49);
  }
});

test("what is chosen for embedding wins, and nonsense counts as nothing", () => {
  const choices = [
    choose("EMBEDDED_LIGHT", "BACKGROUND", "#faf0e6"),
    choose("LIGHT", "BACKGROUND", "#ffffff"),
    choose("EMBEDDED_LIGHT", "PRIMARY", "red;}"),
  ];
  const own = palette("light", []);
  const colors = palette("light", choices);
  expect(colors["--color-background"]).toBe("#faf0e6");
  expect(readColor(colors["--color-primary"] ?? "")).toEqual(readColor(own["--color-primary"] ?? ""));
});
