/** Which screen is shown: the path of the address. What the host put behind it stays there. */
import { createStore, useStore } from "./store";
import { isUnsaved, leave } from "./unsaved";

const path = createStore(window.location.pathname);

interface Place {
  /** How many screens came before this one. */
  step: number;
}

let step = stepOf(window.history.state);
/** Somebody said that what they typed may go: the next move of the browser is not asked about. */
let isAllowed = false;

function stepOf(state: unknown): number {
  return (state as Place | null)?.step ?? 0;
}

window.addEventListener("popstate", (event) => {
  const next = stepOf(event.state);
  const move = next - step;
  if (isAllowed || !isUnsaved()) {
    isAllowed = false;
    step = next;
    return path.set(window.location.pathname);
  }
  if (move === 0) return;
  // The browser has moved already: it is brought back until the question is answered.
  window.history.go(-move);
  const go = () => {
    isAllowed = true;
    window.history.go(move);
  };
  leave(go, { isHistory: true });
});

export function usePath(): string {
  return useStore(path);
}

/** Host parameters that must not be asked twice: where a screen was found by. */
const ONCE = ["instanceId", "integrationId", "integrationName", "jwt", "reconfigure", "userLevelConfigured"];

export function navigate(to: string, { replace = false } = {}): void {
  const search = new URLSearchParams(window.location.search);
  for (const name of ONCE) search.delete(name);
  const [route = "", own = ""] = to.split("?");
  for (const [name, value] of new URLSearchParams(own)) search.set(name, value);
  const address = search.size > 0 ? `${route}?${search}` : route;
  if (!replace) step += 1;
  const place: Place = { step };
  window.history[replace ? "replaceState" : "pushState"](place, "", address);
  path.set(route);
  window.scrollTo(0, 0);
}

export function parameter(name: string): string | undefined {
  return new URLSearchParams(window.location.search).get(name) ?? undefined;
}

/** Takes a secret out of the address, before anything can remember it. */
export function takeParameter(name: string): string | undefined {
  const search = new URLSearchParams(window.location.search);
  const value = search.get(name) ?? undefined;
  if (value === undefined) return undefined;
  search.delete(name);
  const rest = search.size > 0 ? `?${search}` : "";
  window.history.replaceState(window.history.state, "", window.location.pathname + rest);
  return value;
}

/** The parts of a path: `/instances/abc/logs/` has three. Ids hold `=`, which hosts do not encode. */
export function parts(of: string): string[] {
  return of.split("/").filter((part) => part !== "").map(decode);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
