/** Requests to the server. They wait for a token, and outlive refused tokens and rate limits. */
import { createStore } from "@/app/store";
import type { Document } from "./document";
import { NotFoundError, TroubleError } from "./error";
import { identity, proven, refused, tokenBeside } from "./session-token";

const ENDPOINT = "/api";

/** Waits between tries, in milliseconds; the last one repeats. */
const WAITS = [500, 1_000, 2_000, 5_000, 10_000];

/** Rate limits are nobody's business until they last. */
const SILENT_LIMITS = 3;

export type Trouble = "busy" | "offline" | undefined;

/** What keeps requests from being answered, for all screens. */
export const trouble = createStore<Trouble>(undefined);

interface Answer<Result> {
  data?: Result | null;
  errors?: { message: string; extensions?: { code?: string } }[];
  extensions?: { problems?: Problem[] };
}

/** What the server remarks on a definition, which it took all the same. */
export interface Problem {
  message: string;
  /** From 1; nothing where the place is not known. */
  line: number | null;
}

interface Remarked<Result> {
  data: Result;
  problems: Problem[];
}

/** Asks until there is an answer: a question can be repeated. */
export async function query<R, V>(document: Document<R, V>, variables: V): Promise<R> {
  for (let tries = 0; ; tries += 1) {
    try {
      return (await send(document, variables)).data;
    } catch (error) {
      if (!(error instanceof TroubleError)) throw error;
      trouble.set("offline");
      await pause(WAITS[Math.min(tries, WAITS.length - 1)] ?? 0);
    }
  }
}

/** Tells the server to do something, once: nobody knows what a lost answer said. */
export async function mutate<R, V>(document: Document<R, V>, variables: V): Promise<R> {
  return (await send(document, variables)).data;
}

/** As `mutate`, with the remarks beside the answer. */
export function mutateRemarked<R, V>(document: Document<R, V>, variables: V): Promise<Remarked<R>> {
  return send(document, variables);
}

async function send<R, V>(document: Document<R, V>, variables: V): Promise<Remarked<R>> {
  const body = JSON.stringify({ query: document.text, variables });
  let token = await tokenBeside("");
  const who = identity.get();
  for (let limits = 0; ; ) {
    const response = await post(body, token);
    if (response.status === 401) {
      refused(token);
      token = await tokenBeside(token);
      // What one person began, another one must not go on with.
      if (identity.get() !== who) throw new Error("Somebody else has signed in.");
    } else if (response.status === 429) {
      limits += 1;
      if (limits >= SILENT_LIMITS) trouble.set("busy");
      await pause(waitAsked(response) ?? WAITS[Math.min(limits, WAITS.length) - 1] ?? 0);
    } else {
      if (response.ok) proven(token);
      const answer = await read<R>(response);
      trouble.set(undefined);
      return answer;
    }
  }
}

async function post(body: string, token: string): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  try {
    return await fetch(ENDPOINT, { method: "POST", headers, body, credentials: "omit" });
  } catch {
    throw new TroubleError("The server cannot be reached.");
  }
}

async function read<R>(response: Response): Promise<Remarked<R>> {
  if (response.status >= 500) throw new TroubleError("The server is in trouble.");
  const answer = (await response.json().catch(() => ({}))) as Answer<R>;
  const [error] = answer.errors ?? [];
  if (error?.extensions?.code === "NOT_FOUND") throw new NotFoundError(error.message);
  if (error !== undefined) throw new Error(error.message);
  if (answer.data === undefined || answer.data === null) {
    throw new TroubleError("The server's answer cannot be read.");
  }
  return { data: answer.data, problems: answer.extensions?.problems ?? [] };
}

function waitAsked(response: Response): number | undefined {
  const seconds = Number(response.headers.get("retry-after"));
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
