/** How an authorization in another window goes on, told from what the server says of it. */
import type { Status } from "../model";

/** What the server says of a connection. */
export interface Reading {
  status: Status;
  /** When a token came last; another one says that this authorization succeeded. */
  connectedAt: string | null;
}

export interface Progress {
  start: Reading;
  now: Reading;
  elapsedMs: number;
  /** `undefined` where there is no window, or none that can be asked. */
  isWindowClosed: boolean | undefined;
}

export type Verdict = "abandoned" | "active" | "failed" | "late" | "waiting";

/** After this, a closed window means that somebody gave up. */
export const ABANDONED_MS = 30_000;

/** Nobody takes this long. */
export const LATE_MS = 10 * 60_000;

const isFailure = (status: Status) => status === "ERROR" || status === "FAILED";

export function judge({ start, now, elapsedMs, isWindowClosed }: Progress): Verdict {
  const isNew = now.connectedAt !== start.connectedAt;
  if (now.status === "ACTIVE" && (start.status !== "ACTIVE" || isNew)) return "active";
  // A failure from before is not one of this time.
  if (isFailure(now.status) && !isFailure(start.status)) return "failed";
  if (elapsedMs >= LATE_MS) return "late";
  const isGivenUp = isWindowClosed === true && elapsedMs >= ABANDONED_MS;
  return isGivenUp ? "abandoned" : "waiting";
}

/** Only such addresses are opened: a consent screen has nothing to do with any other kind. */
export function isConsentUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  const isLocal = hostname === "localhost" || hostname === "127.0.0.1";
  return protocol === "https:" || (protocol === "http:" && isLocal);
}
