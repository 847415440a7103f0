/** The colours of this product, made from those an organization chose, so that all can be read. */
import {
  BLACK,
  type Color,
  WHITE,
  contrast,
  mix,
  readColor,
  readable,
  textOn,
  writeColor,
} from "./color";

export type Mode = "dark" | "light";

/** One colour an organization chose. */
export interface Choice {
  type: string;
  variant: string;
  value: string;
}

/** WCAG 2.2: text, and what is not text but has to be seen. */
const TEXT = 4.5;
const SHAPE = 3;

/** With less than this between background and ink, no ground may come nearer to the ink. */
const ROOM = 7;

const DEFAULTS: Record<Mode, Record<string, Color>> = {
  light: {
    BACKGROUND: [255, 255, 255],
    PRIMARY: [38, 84, 214],
    LINK_COLOR: [38, 84, 214],
    ERROR: [190, 30, 45],
    WARNING: [150, 90, 0],
    SUCCESS: [20, 115, 60],
    INFO: [20, 95, 160],
  },
  dark: {
    BACKGROUND: [20, 23, 28],
    PRIMARY: [112, 152, 255],
    LINK_COLOR: [138, 173, 255],
    ERROR: [255, 125, 125],
    WARNING: [240, 180, 80],
    SUCCESS: [100, 205, 140],
    INFO: [110, 185, 245],
  },
};

/** CSS custom properties for a mode; what an organization chose for embedding wins. */
export function palette(mode: Mode, choices: readonly Choice[]): Record<string, string> {
  const chosen = pick(mode, choices);
  const color = (type: string): Color => chosen[type] ?? DEFAULTS[mode][type] ?? [128, 128, 128];
  const background = color("BACKGROUND");
  const ink = textOn(background);
  const toward = (share: number) => mix(background, ink, share);
  const hasRoom = contrast(background, ink) >= ROOM;
  const away = ink === WHITE ? BLACK : WHITE;
  const ground = (share: number) => mix(background, hasRoom ? ink : away, share);
  // What is readable on the ground that is nearest to the ink is readable on the others.
  const hardest = hasRoom ? ground(0.08) : background;
  const primary = readable(color("PRIMARY"), hardest, SHAPE);
  const text = (type: string) => readable(color(type), hardest, TEXT);
  const colors: Record<string, Color> = {
    background,
    subtle: ground(0.04),
    raised: mode === "dark" ? ground(0.05) : background,
    hover: ground(0.08),
    border: toward(0.16),
    outline: readable(toward(0.4), background, SHAPE),
    text: readable(toward(0.9), hardest, TEXT),
    muted: readable(toward(0.6), hardest, TEXT),
    primary,
    "on-primary": textOn(primary),
    accent: text("PRIMARY"),
    link: text("LINK_COLOR"),
    error: text("ERROR"),
    warning: text("WARNING"),
    success: text("SUCCESS"),
    info: text("INFO"),
  };
  return Object.fromEntries(
    Object.entries(colors).map(([name, value]) => [`--color-${name}`, writeColor(value)]),
  );
}

function pick(mode: Mode, choices: readonly Choice[]): Record<string, Color> {
  const chosen: Record<string, Color> = {};
  const variant = mode.toUpperCase();
  for (const wanted of [variant, `EMBEDDED_${variant}`]) {
    for (const choice of choices) {
      const value = choice.variant === wanted ? readColor(choice.value) : undefined;
      if (value !== undefined) chosen[choice.type] = value;
    }
  }
  return chosen;
}
