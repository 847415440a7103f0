/**
 * Shared connections that the host has entered on the page, where the activation is set up: each
 * activation has one of its own, which nobody chooses.
 */
import type { Drafts } from "../draft";
import type { Variable } from "../model";

/** What a connection is called that was entered for one activation. */
export function inlineName(instance: string, key: string): string {
  return `${instance}: ${key}`;
}

/** Whether a variable is entered on the page; what was chosen among others stays chosen. */
export function isInline(
  variable: Variable,
  instance: string,
  chosen: string | null | undefined,
): boolean {
  if (variable.reusable === undefined) return false;
  return chosen === undefined || chosen === null || chosen === inlineName(instance, variable.key);
}

/** Whether there is something to save: what was entered, or a connection that needs no input. */
export function isUnkept(variable: Variable, drafts: Drafts): boolean {
  const draft = drafts[variable.key] ?? variable.saved;
  if (!variable.isInline || draft.type !== "connection") return false;
  if (Object.keys(draft.inputs).length > 0) return true;
  return draft.reusable === "" && variable.isShown;
}
