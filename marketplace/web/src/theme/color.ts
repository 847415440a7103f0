/** Colours as numbers: how bright they are, and how to keep text readable on them. */

export type Color = readonly [red: number, green: number, blue: number];

/** `#abc` or `#aabbcc`; what has an alpha part is read without it. */
export function readColor(text: string): Color | undefined {
  const digits = /^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i.exec(text.trim())?.[1];
  if (digits === undefined) return undefined;
  const isShort = digits.length < 6;
  const part = (index: number) => {
    const text = isShort ? digits.charAt(index).repeat(2) : digits.slice(index * 2, index * 2 + 2);
    return Number.parseInt(text, 16);
  };
  return [part(0), part(1), part(2)];
}

export function writeColor(color: Color): string {
  return `#${color.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}

/** WCAG relative luminance, 0 to 1. */
export function luminance(color: Color): number {
  const [red, green, blue] = color.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** WCAG contrast ratio, 1 to 21. */
export function contrast(a: Color, b: Color): number {
  const [one, other] = [luminance(a), luminance(b)];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

export function mix(a: Color, b: Color, share: number): Color {
  const part = (index: 0 | 1 | 2) => a[index] + (b[index] - a[index]) * share;
  return [part(0), part(1), part(2)];
}

export const WHITE: Color = [255, 255, 255];
export const BLACK: Color = [0, 0, 0];

/** The better of black and white on a background. */
export function textOn(background: Color): Color {
  return contrast(WHITE, background) >= contrast(BLACK, background) ? WHITE : BLACK;
}

/** As many steps as a repair has; each is too small to see. */
const STEPS = 50;

/** The colour itself if it has the contrast on this background, else the nearest one that has. */
export function readable(color: Color, background: Color, ratio: number): Color {
  const end = textOn(background);
  for (let step = 0; step < STEPS; step += 1) {
    const candidate = mix(color, end, step / STEPS);
    if (contrast(rounded(candidate), background) >= ratio) return candidate;
  }
  return end;
}

/** As it will be shown: rounding must not cost the last bit of contrast. */
function rounded(color: Color): Color {
  return [Math.round(color[0]), Math.round(color[1]), Math.round(color[2])];
}
