/**
 * The line to the page that embeds this one.
 *
 * The parent's first token fixes its origin: from then on only that window at that origin is
 * listened to, and everything but the greeting goes there and nowhere else.
 */
import type { HostEvents, HostMessage } from "./messages";

type Listener = (data: unknown) => void;

const listeners = new Map<HostMessage, Set<Listener>>();
let origin: string | undefined;

export const isEmbedded = window.parent !== window;

/** The host's origin; unknown until the host has given a token. */
export function hostOrigin(): string | undefined {
  return origin;
}

export function onHost(message: HostMessage, listener: Listener): () => void {
  const known = listeners.get(message) ?? new Set();
  listeners.set(message, known.add(listener));
  return () => known.delete(listener);
}

/** Tells the host what happened. */
export function tellHost<Name extends keyof HostEvents>(event: Name, data: HostEvents[Name]): void {
  if (isEmbedded && origin !== undefined) window.parent.postMessage({ event, data }, origin);
}

/** Starts to listen, and says so. Hosts answer with a token and their settings. */
export function openChannel(): void {
  window.addEventListener("message", receive);
  if (isEmbedded) window.parent.postMessage({ event: "PRISMATIC_INITIALIZED" }, "*");
}

/**
 * A host that put the token into the address answers no greeting. It is told what happens all the
 * same: browsers that know who embeds a page say so.
 */
export function pinParent(): void {
  origin ??= window.location.ancestorOrigins?.[0];
}

function receive(message: MessageEvent): void {
  if (!isEmbedded || message.source !== window.parent) return;
  if (origin !== undefined && message.origin !== origin) return;
  const content: unknown = message.data;
  if (typeof content !== "object" || content === null || !("event" in content)) return;
  const { event, data } = content as { event: unknown; data?: unknown };
  if (event === "SET_TOKEN" && typeof data === "string") origin ??= message.origin;
  // Settings may come before a token does; they hold nothing that has to be believed.
  for (const listener of listeners.get(event as HostMessage) ?? []) listener(data);
}
