import { useText } from "@/text/use-text";
import { Badge } from "@/ui/state";
import type { ConnectionRowFragment } from "./connections.query";
import { phrases } from "./phrases";

const STATUSES = {
  ACTIVE: { kind: "success", text: "customerConnections.filters.status.option.connected" },
  PENDING: { kind: "warning", text: "customerConnections.filters.status.option.disconnected" },
  ERROR: { kind: "error", text: "customerConnections.filters.status.option.error" },
  FAILED: { kind: "error", text: "customerConnections.filters.status.option.error" },
} as const;

export function StatusBadge({ status }: { status: ConnectionRowFragment["status"] }) {
  const { say } = useText(phrases);
  if (status === null) {
    return <Badge kind="none">{say("customerConnections.filters.status.option.none")}</Badge>;
  }
  const { kind, text } = STATUSES[status];
  return <Badge kind={kind}>{say(text)}</Badge>;
}

/** What is looked for by each choice of the filter. */
export const STATUS_FILTERS = [
  { value: "connected", statuses: ["ACTIVE"] },
  { value: "disconnected", statuses: ["PENDING"] },
  { value: "error", statuses: ["ERROR", "FAILED"] },
] as const;
