/** The token of this page: in memory, nowhere else. */
import { createStore } from "@/app/store";
import { onHost } from "@/host/channel";
import { isClosed } from "@/host/settings";
import { TokenJudge, identityKey, readToken } from "@/host/token";

/** Empty until there is one. */
export const token = createStore("");

/** Whose token it is; everything shown belongs to that person. */
export const identity = createStore("");

/** The server did not accept the newest token there is. */
export const isExpired = createStore(false);

/** How long other frames of this person have to answer before the session counts as over. */
const SIBLINGS_MS = 200;

const judge = new TokenJudge(take);
let siblings: BroadcastChannel | undefined;

function take(next: string): void {
  const key = identityKey(readToken(next));
  if (key !== identity.get()) joinSiblings(key);
  token.set(next);
  isExpired.set(false);
  identity.set(key);
  siblings?.postMessage({ token: next });
}

/** Frames of one site and one person tell each other newer tokens: the SDK tells only the first. */
function joinSiblings(key: string): void {
  siblings?.close();
  siblings = new BroadcastChannel(`marquetry ${key}`);
  siblings.onmessage = ({ data }: MessageEvent<{ token?: string; asks?: string }>) => {
    if (data.token !== undefined) judge.hearSibling(data.token);
    // Whoever asks says what was refused; saying the same again would not help.
    if (data.asks !== undefined && data.asks !== token.get() && !isExpired.get()) {
      siblings?.postMessage({ token: token.get() });
    }
  };
}

export function listenForTokens(): void {
  onHost("SET_TOKEN", (data) => {
    isClosed.set(false);
    if (typeof data === "string") judge.hear(data);
  });
  onHost("SET_VERSION", () => judge.hearVersion());
}

/** A token that did not come from the host: from the address. */
export function startWith(first: string): void {
  judge.hear(first);
}

/** The server took this token. */
export function proven(which: string): void {
  judge.prove(which);
}

/** The server refused this token: asks for a better one, and says so if there is none. */
export function refused(which: string): void {
  judge.refuse(which);
  if (token.get() !== which) return;
  siblings?.postMessage({ asks: which });
  setTimeout(() => {
    if (token.get() === which) isExpired.set(true);
  }, SIBLINGS_MS);
}

/** A token other than this one, as soon as there is one. */
export function tokenBeside(which: string): Promise<string> {
  return new Promise((resolve) => {
    const look = () => {
      const found = token.get();
      if (found === which || found === "") return false;
      resolve(found);
      return true;
    };
    if (look()) return;
    const stop = token.subscribe(() => {
      if (look()) stop();
    });
  });
}
