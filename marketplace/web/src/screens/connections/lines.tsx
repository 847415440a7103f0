import { useFeed } from "@/api/use-feed";
import { useText } from "@/text/use-text";
import { FeedView } from "@/ui/feed";
import { Lines } from "../logs/logs";
import { ConnectionLogs } from "./connections.query";
import { phrases } from "./phrases";

/** What a connection wrote down: authorizations, and why they failed. */
export function ConnectionLines({ id }: { id: string }) {
  const { say } = useText(phrases);
  const pick = (data: NonNullable<typeof ConnectionLogs.result>) =>
    data.customerConfigVariable?.logs;
  const feed = useFeed(ConnectionLogs, { id }, pick, { pollMs: 5_000 });
  return (
    <FeedView feed={feed} nothing={say("logsTab.noLogsTitle")}>
      {(rows) => <Lines rows={rows} withFlow={false} withInstance />}
    </FeedView>
  );
}
