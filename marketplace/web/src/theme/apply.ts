/** Puts colours and fonts on the page. */
import { parameter } from "@/app/router";
import { createStore } from "@/app/store";
import { fontsOf } from "./fonts";
import { type Choice, type Mode, palette } from "./palette";

export interface Look {
  colors: readonly Choice[];
  properties: readonly { type: string; value: string }[];
  /** What the user set for themselves, where the host says nothing. */
  appearance: Mode | undefined;
}

export const look = createStore<Look>({ colors: [], properties: [], appearance: undefined });

const darkness = window.matchMedia("(prefers-color-scheme: dark)");

export function startTheme(): void {
  applyFonts();
  applyInitial();
  applyLook();
  look.subscribe(applyLook);
  darkness.addEventListener("change", applyLook);
}

export function currentMode(): Mode {
  const wanted = parameter("theme");
  if (wanted === "LIGHT" || wanted === "DARK") return wanted === "DARK" ? "dark" : "light";
  return look.get().appearance ?? (darkness.matches ? "dark" : "light");
}

function applyLook(): void {
  const { style, dataset } = window.document.documentElement;
  const { colors, properties } = look.get();
  const mode = currentMode();
  dataset["theme"] = mode;
  style.colorScheme = mode;
  for (const [name, value] of Object.entries(palette(mode, colors))) style.setProperty(name, value);
  const property = (type: string) => properties.find((known) => known.type === type)?.value;
  const radius = Number.parseFloat(property("BORDER_RADIUS") ?? "");
  if (radius >= 0 && radius <= 32) style.setProperty("--radius", `${radius}px`);
  if (property("DISABLE_ELEVATION") === "true") style.setProperty("--shadow", "none");
}

/** The host's colours for the time before anything else is known. */
function applyInitial(): void {
  const { style } = window.document.documentElement;
  const { background, color } = json(parameter("initializing"));
  if (isColor(background) && isColor(color)) {
    style.setProperty("--color-initial-background", background);
    style.setProperty("--color-initial", color);
  }
}

function isColor(value: unknown): value is string {
  return typeof value === "string" && CSS.supports("color", value) && !value.includes("var(");
}

function applyFonts(): void {
  const fonts = fontsOf(json(parameter("fontConfiguration")));
  if (fonts === undefined) return;
  for (const address of fonts.addresses) {
    const link = window.document.createElement("link");
    link.rel = "stylesheet";
    // Whose page asks is nobody's business.
    link.crossOrigin = "anonymous";
    link.referrerPolicy = "no-referrer";
    link.href = address;
    window.document.head.append(link);
  }
  window.document.documentElement.style.setProperty("--font-chosen", fonts.stack);
}

function json(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
