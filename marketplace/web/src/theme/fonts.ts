/**
 * Fonts that a host wishes for.
 *
 * Nothing is asked of Google but what the host names, and nothing at all where it names nothing. A
 * font that does not come leaves the page in the fonts of the device.
 */

/** Names go into an address and a style sheet. */
const NAME = /^[A-Za-z0-9][\w +-]{0,99}$/;

/** What may follow a name: `400,700`, `wght@400;700`, `ital,wght@0,400..900;1,700`, `latin`. */
const STYLES = /^[\w,;@.:-]{1,120}$/;

/** What the screens are set in, where a host does not say which weights it has. */
const WEIGHTS = "400,500,600,700";

export interface Fonts {
  /** As style sheets name them, the first one first. */
  stack: string;
  /** Style sheets of Google, one for each: a family that is not there takes no other with it. */
  addresses: readonly string[];
}

export function fontsOf(configuration: unknown): Fonts | undefined {
  const google = member(configuration, "google");
  const families = member(google, "families");
  const given = (Array.isArray(families) ? families : []) as unknown[];
  const names = given.filter((entry) => typeof entry === "string");
  const read = names.flatMap((entry) => readFamily(entry) ?? []);
  if (read.length === 0) return undefined;
  const unique = [...new Map(read.map((family) => [family.name, family])).values()];
  return {
    stack: unique.map(({ name }) => `"${name}"`).join(", "),
    addresses: unique.map(({ address }) => address),
  };
}

function readFamily(entry: string): { name: string; address: string } | undefined {
  const [before = "", ...after] = entry.split(":");
  const name = before.replaceAll("+", " ").trim();
  const styles = after.join(":").replaceAll(" ", "");
  if (!NAME.test(name) || (styles !== "" && !STYLES.test(styles))) return undefined;
  const isNew = styles.includes("@");
  // The older of the two addresses leaves out weights that a font does not have.
  const family = `${name}:${styles === "" ? WEIGHTS : styles}`;
  const query = new URLSearchParams({ family, display: "swap" });
  const path = isNew ? "css2" : "css";
  return { name, address: `https://fonts.googleapis.com/${path}?${query}` };
}

function member(of: unknown, name: string): unknown {
  return typeof of === "object" && of !== null ? (of as Record<string, unknown>)[name] : undefined;
}
