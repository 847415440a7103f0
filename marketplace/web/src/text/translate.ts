/**
 * Texts, and how hosts replace them.
 *
 * A host gives phrases by key: a text, or an object whose `_` is the template and whose other members
 * are words for its places, `%{place}`. `NAMESPACE__key` replaces a phrase on one page only.
 */

export type Values = Record<string, number | string>;

export interface Translation {
  phrases: Record<string, unknown>;
  /** Texts of integration authors, by the exact text. */
  dynamic: Record<string, string>;
  /** Show keys instead of texts. */
  isDebugging: boolean;
  locale: string | undefined;
}

/** Words for the product's nouns that templates have places for; hosts may bring their own. */
const WORDS: Values = {
  integrationSingular: "Integration",
  integrationSingularLower: "integration",
  integrationPlural: "Integrations",
  integrationPluralLower: "integrations",
  executions: "executions",
  marketplaceSingular: "Marketplace",
  organization: "your provider",
  workflowSingular: "Workflow",
  workflowPlural: "Workflows",
};

export function readTranslation(data: unknown): Translation {
  const root = object(data);
  const phrases = object(root["phrases"]);
  const dynamic = Object.entries(object(phrases["dynamicPhrase"])).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  const locale = root["locale"];
  return {
    phrases,
    dynamic: Object.fromEntries(dynamic),
    isDebugging: root["debugMode"] === true,
    locale: typeof locale === "string" && isLocale(locale) ? locale : undefined,
  };
}

function isLocale(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

function object(data: unknown): Record<string, unknown> {
  return typeof data === "object" && data !== null ? (data as Record<string, unknown>) : {};
}

/** The text of a phrase; `own` is what we say when the host says nothing. */
export function translate(
  translation: Translation,
  namespace: string | undefined,
  key: string,
  own: string,
  values: Values = {},
): string {
  if (translation.isDebugging) return key;
  const { phrases } = translation;
  const given = (namespace && phrases[`${namespace}__${key}`]) || phrases[key];
  if (typeof given === "string") return fill(given, { ...WORDS, ...values });
  const { _: template, ...words } = object(given);
  const used = Object.entries(words).filter(([, word]) => word !== "");
  const places = { ...WORDS, ...(Object.fromEntries(used) as Values), ...values };
  return fill(typeof template === "string" ? template : own, places);
}

/** Text that an author of integrations wrote. For the eye only: never for what is sent or compared. */
export function translateDynamic(translation: Translation, text: string): string {
  const own = Object.hasOwn(translation.dynamic, text) ? translation.dynamic[text] : undefined;
  return translation.isDebugging ? `«${own ?? text}»` : (own ?? text);
}

function fill(template: string, places: Values): string {
  return template.replaceAll(/%\{(\w+)\}/g, (place, name: string) => String(places[name] ?? place));
}
