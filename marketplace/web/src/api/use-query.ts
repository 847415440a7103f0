/** Answers of the server, kept while screens show them. */
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useStore } from "@/app/store";
import { isClosed } from "@/host/settings";
import { query } from "./client";
import type { Document } from "./document";
import { type Shown, shownNow } from "./kept";
import { identity } from "./session-token";

export interface Answer<Result, Variables = unknown> {
  /** The newest answer; while another one is on its way, the one before. */
  data: Result | undefined;
  /** What the data answers: not always what is asked now. */
  asked: Variables | undefined;
  error: Error | undefined;
  isLoading: boolean;
  refresh: () => Promise<void>;
}

interface Entry {
  data: unknown;
  error: Error | undefined;
  running: Promise<void> | undefined;
  listeners: Set<() => void>;
  snapshot: { data: unknown; error: Error | undefined; isLoading: boolean };
}

const entries = new Map<string, Entry>();

// What one person saw must never be shown to another.
identity.subscribe(() => entries.clear());

function entryOf(key: string): Entry {
  const found = entries.get(key);
  if (found !== undefined) return found;
  const entry: Entry = {
    data: undefined,
    error: undefined,
    running: undefined,
    listeners: new Set(),
    snapshot: { data: undefined, error: undefined, isLoading: true },
  };
  entries.set(key, entry);
  return entry;
}

function publish(entry: Entry): void {
  const isLoading = entry.running !== undefined;
  entry.snapshot = { data: entry.data, error: entry.error, isLoading };
  for (const listener of [...entry.listeners]) listener();
}

function load<R, V>(key: string, document: Document<R, V>, variables: V): Promise<void> {
  const entry = entryOf(key);
  if (entry.running !== undefined) return entry.running;
  const who = identity.get();
  entry.running = query(document, variables)
    .then(
      (data) => {
        if (who === "" || who === identity.get()) entry.data = data;
        entry.error = undefined;
      },
      (error: Error) => {
        entry.error = error;
      },
    )
    .finally(() => {
      entry.running = undefined;
      publish(entry);
    });
  publish(entry);
  return entry.running;
}

interface Options {
  /** Asks nothing while true. */
  skip?: boolean;
  /** Asks again after so many milliseconds, while somebody looks. */
  pollMs?: number | undefined;
  /** Variables only narrow what is asked for: the last answer stays until there is another. */
  isNarrowed?: boolean;
}

export function useQuery<R, V>(
  document: Document<R, V>,
  variables: V,
  { skip = false, pollMs, isNarrowed = false }: Options = {},
): Answer<R, V> {
  const key = document.text + JSON.stringify(variables);
  const who = useStore(identity);
  const subscribe = useCallback(
    (listener: () => void) => {
      const { listeners } = entryOf(key);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    // The entries of one person go when another one comes.
    [key, who],
  );
  const snapshot = useSyncExternalStore(subscribe, () => entryOf(key).snapshot);
  const refresh = useCallback(() => load(key, document, variables), [key, who]);
  useEffect(() => {
    if (!skip) void refresh();
  }, [refresh, skip]);
  usePolling(refresh, skip ? undefined : pollMs);
  const { error, isLoading } = snapshot;
  const last = useRef<Shown<R, V>>(undefined);
  const now = { who, text: document.text, data: snapshot.data as R | undefined };
  const shown = shownNow(isNarrowed ? last.current : undefined, { ...now, asked: variables, error });
  last.current = shown;
  return { data: shown?.data, asked: shown?.asked, error, isLoading, refresh };
}

/** Runs again and again while the page is seen. */
function usePolling(run: () => Promise<void>, everyMs: number | undefined): void {
  const closed = useStore(isClosed);
  useEffect(() => {
    if (everyMs === undefined || closed) return;
    const look = () => {
      if (!window.document.hidden) void run();
    };
    const timer = setInterval(look, everyMs);
    window.document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      window.document.removeEventListener("visibilitychange", look);
    };
  }, [run, everyMs, closed]);
}

export interface Action<Arguments extends unknown[]> {
  run: (...input: Arguments) => Promise<void>;
  isRunning: boolean;
  error: Error | undefined;
  clear: () => void;
}

/** Something a person does that takes a while and may fail. */
export function useAction<Arguments extends unknown[]>(
  act: (...input: Arguments) => Promise<void>,
): Action<Arguments> {
  const [state, setState] = useState<{ isRunning: boolean; error: Error | undefined }>({
    isRunning: false,
    error: undefined,
  });
  const run = async (...input: Arguments) => {
    setState({ isRunning: true, error: undefined });
    try {
      await act(...input);
      setState({ isRunning: false, error: undefined });
    } catch (error) {
      setState({ isRunning: false, error: error as Error });
    }
  };
  const clear = () => setState({ isRunning: false, error: undefined });
  return { run, ...state, clear };
}
