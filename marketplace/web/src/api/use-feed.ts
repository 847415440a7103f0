import { useEffect, useRef, useState } from "react";
import { query } from "./client";
import type { Document } from "./document";
import { nodes } from "./error";
import { type Feed, mergeBack, mergeFront } from "./feed";
import { useAction, useQuery } from "./use-query";

interface Connection<Row> {
  nodes: readonly (Row | null)[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

interface FeedAnswer<Row> {
  /** Not there before the first answer. */
  rows: readonly Row[] | undefined;
  error: Error | undefined;
  isLoading: boolean;
  /** The rows answer what was asked before. */
  isStale: boolean;
  /** Not there when all is there. */
  loadMore: (() => void) | undefined;
  refresh: () => Promise<void>;
}

/** A list, newest first, that is looked at again every now and then. */
export function useFeed<Result, Variables, Row extends { id: string }>(
  document: Document<Result, Variables>,
  variables: Variables,
  pick: (result: Result) => Connection<Row> | null | undefined,
  options: { pollMs?: number | undefined } = {},
): FeedAnswer<Row> {
  const front = useQuery(document, variables, { ...options, isNarrowed: true });
  // Rows stay with the question they answer, until another one is answered.
  const asked = front.asked ?? variables;
  const key = JSON.stringify(asked);
  const [feed, setFeed] = useState<{ key: string; feed: Feed<Row> }>();
  const picked = useRef(pick);
  picked.current = pick;
  const { data } = front;
  useEffect(() => {
    if (data === undefined) return;
    const page = read(picked.current(data));
    setFeed((known) => ({
      key,
      feed: mergeFront(known?.key === key ? known.feed : undefined, page),
    }));
  }, [data, key]);
  const first = data === undefined ? undefined : read(pick(data));
  const current = feed?.key === key ? feed.feed : first;
  const more = useAction(async () => {
    const after = current?.end ?? null;
    const page = read(picked.current(await query(document, { ...asked, after })));
    setFeed((known) =>
      known?.key === key ? { key, feed: mergeBack(known.feed, page) } : known,
    );
  });
  const isStale = key !== JSON.stringify(variables);
  const canLoad = current?.hasMore === true && !more.isRunning && !isStale;
  return {
    rows: current?.rows,
    error: more.error ?? front.error,
    isLoading: front.isLoading || more.isRunning,
    isStale,
    loadMore: canLoad ? () => void more.run() : undefined,
    refresh: front.refresh,
  };
}

function read<Row>(connection: Connection<Row> | null | undefined): Feed<Row> {
  return {
    rows: nodes(connection),
    end: connection?.pageInfo.endCursor ?? null,
    hasMore: connection?.pageInfo.hasNextPage ?? false,
  };
}
