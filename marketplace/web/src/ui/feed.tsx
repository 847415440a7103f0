/** What stands around a list that is loaded page by page. */
import type { ReactNode } from "react";
import { common } from "@/text/common";
import { useText } from "@/text/use-text";
import { Button } from "./button";
import styles from "./filters.module.css";
import { Failure, Message, Notice, Spinner } from "./state";

export interface FeedProps<Row> {
  feed: {
    rows: readonly Row[] | undefined;
    error: Error | undefined;
    isLoading: boolean;
    isStale: boolean;
    loadMore: (() => void) | undefined;
    refresh: () => Promise<void>;
  };
  /** What is said when there is nothing; a text is made a message. */
  nothing: ReactNode;
  children: (rows: readonly Row[]) => ReactNode;
}

export function FeedView<Row>({ feed, nothing, children }: FeedProps<Row>) {
  const { say } = useText(common);
  const { rows, error } = feed;
  if (rows === undefined) {
    if (error === undefined) return <Spinner />;
    return <Failure error={error} retry={() => void feed.refresh()} />;
  }
  return (
    <div className={styles["feed"]} aria-busy={feed.isStale}>
      {error !== undefined && <Notice kind="error">{error.message}</Notice>}
      {rows.length > 0 && children(rows)}
      {rows.length === 0 && (typeof nothing === "string" ? <Message title={nothing} /> : nothing)}
      {feed.loadMore !== undefined && (
        <p className={styles["more"]}>
          <Button onClick={feed.loadMore}>{say("common.loadMore")}</Button>
        </p>
      )}
    </div>
  );
}
