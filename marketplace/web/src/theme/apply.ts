/** Puts colours and fonts on the page. */
import { parameter } from "@/app/router";
import { createStore } from "@/app/store";
import { type Choice, type Mode, palette } from "./palette";

export interface Look {
  colors: readonly Choice[];
  properties: readonly { type: string; value: string }[];
  /** What the user set for themselves, where the host says nothing. */
  appearance: Mode | undefined;
}

export const look = createStore<Look>({ colors: [], properties: [], appearance: undefined });

const darkness = window.matchMedia("(prefers-color-scheme: dark)");

/** Names of fonts go into an address and a style sheet. */
const FAMILY = /^[\w :;@,.+-]{1,200}$/;

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
  const google = json(parameter("fontConfiguration"))["google"];
  const families: unknown = (google as { families?: unknown } | undefined)?.families;
  if (!Array.isArray(families)) return;
  const safe = families.filter((name) => typeof name === "string" && FAMILY.test(name)) as string[];
  const [first] = safe;
  if (first === undefined) return;
  const link = window.document.createElement("link");
  const query = safe.map((name) => `family=${encodeURIComponent(name)}`).join("&");
  link.rel = "stylesheet";
  link.href = `https://fonts.googleapis.com/css2?${query}&display=swap`;
  window.document.head.append(link);
  const name = first.split(":")[0] ?? "";
  window.document.documentElement.style.setProperty("--font-chosen", `"${name}"`);
}

function json(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
