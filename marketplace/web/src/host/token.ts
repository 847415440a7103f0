/**
 * Which of the tokens that reach this page counts.
 *
 * The SDK repeats everything it ever said, with the token of the moment the frame was shown, whenever
 * any frame of the host page starts; so a token that comes in such a burst may be older than ours. A
 * burst is a token directly followed by `SET_VERSION`; a token on its own comes from the host's code.
 */

/** Long enough for the next message of a burst, which is posted in the same turn of the host. */
const BURST_MS = 50;

export interface Identity {
  organization: string;
  customer: string;
  subject: string;
  /** Seconds; 0 if the token does not say. */
  expiresAt: number;
  issuedAt: number;
}

/** What a token says of itself, unchecked: the server decides whether it is true. */
export function readToken(token: string): Identity {
  const claims = payload(token);
  const text = (name: string) => (typeof claims[name] === "string" ? claims[name] : "");
  const number = (name: string) => (typeof claims[name] === "number" ? claims[name] : 0);
  return {
    organization: text("organization"),
    customer: text("customer"),
    subject: text("sub"),
    expiresAt: number("exp"),
    issuedAt: number("iat"),
  };
}

function payload(token: string): Record<string, unknown> {
  try {
    const part = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(part), (char) => char.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === "object" && claims !== null ? (claims as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** The name of what shares tokens: frames of one person. */
export function identityKey({ organization, customer, subject }: Identity): string {
  return JSON.stringify([organization, customer, subject]);
}

interface Timer {
  after(milliseconds: number, run: () => void): () => void;
}

const browserTimer: Timer = {
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Judges tokens as they come, and says which is taken. */
export class TokenJudge {
  #current = "";
  #isRefused = false;
  /** What the server took before; hosts pass tokens on that it turns out not to take. */
  #proven = "";
  #pending: { token: string; cancel: () => void } | undefined;
  readonly #take: (token: string) => void;
  readonly #now: () => number;
  readonly #timer: Timer;

  constructor(take: (token: string) => void, now = Date.now, timer = browserTimer) {
    this.#take = take;
    this.#now = now;
    this.#timer = timer;
  }

  get current(): string {
    return this.#current;
  }

  /** `SET_TOKEN` came. */
  hear(token: string): void {
    this.#settle(true);
    if (token === "" || token === this.#current) return;
    if (this.#needsOne()) {
      this.#accept(token);
      return;
    }
    const cancel = this.#timer.after(BURST_MS, () => this.#settle(true));
    this.#pending = { token, cancel };
  }

  /** `SET_VERSION` came: what was pending belongs to a burst, and is an echo. */
  hearVersion(): void {
    this.#settle(false);
  }

  /** Another frame of the same person has this token. */
  hearSibling(token: string): void {
    if (token === this.#current) return;
    const [ours, theirs] = [readToken(this.#current), readToken(token)];
    if (identityKey(ours) !== identityKey(theirs)) return;
    if (this.#isRefused || theirs.issuedAt > ours.issuedAt) this.#accept(token);
  }

  /** The server did not accept this token. */
  refuse(token: string): void {
    if (token !== this.#current) return;
    this.#isRefused = true;
    // What waits to be judged is better than what was refused.
    this.#settle(true);
    if (this.#isRefused) this.#fallBack();
  }

  /** The server took this token; its answer may come when another one is ours already. */
  prove(token: string): void {
    if (identityKey(readToken(token)) !== identityKey(readToken(this.#current))) return;
    this.#proven = token;
    if (this.#isRefused) this.#fallBack();
  }

  /** To what the same person had before, for as long as that goes. */
  #fallBack(): void {
    const [refused, proven] = [this.#current, this.#proven];
    this.#proven = "";
    if (proven === "" || proven === refused || this.#isOver(proven)) return;
    const isSame = identityKey(readToken(proven)) === identityKey(readToken(refused));
    if (isSame) this.#accept(proven);
  }

  #needsOne(): boolean {
    return this.#current === "" || this.#isRefused || this.#isOver(this.#current);
  }

  #isOver(token: string): boolean {
    const { expiresAt } = readToken(token);
    return expiresAt !== 0 && expiresAt * 1000 <= this.#now();
  }

  #settle(isAlone: boolean): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    this.#pending = undefined;
    pending.cancel();
    if (isAlone || this.#needsOne()) this.#accept(pending.token);
  }

  #accept(token: string): void {
    this.#current = token;
    this.#isRefused = false;
    this.#take(token);
  }
}
