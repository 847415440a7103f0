import { useText } from "@/text/use-text";
import { Badge } from "@/ui/state";
import type { ExecutionRowFragment } from "./executions.query";
import { type Outcome, outcomeOf } from "./outcome";
import { phrases } from "./phrases";

const KINDS = {
  failed: "error",
  waiting: "warning",
  queued: "none",
  running: "info",
  canceled: "none",
  unchanged: "none",
  successful: "success",
} as const;

const TEXTS = {
  failed: "executionRuns.status.errorValue",
  waiting: "marquetry.executions.waiting",
  queued: "executionRuns.status.queuedValue",
  running: "executionRuns.status.pendingValue",
  canceled: "executionRuns.resultType.canceledAsDuplicateValue",
  unchanged: "executionRuns.resultType.polledNoChangesValue",
  successful: "executionRuns.status.successValue",
} as const satisfies Record<Outcome, string>;

export function OutcomeBadge({ execution }: { execution: ExecutionRowFragment }) {
  const { say } = useText(phrases);
  const outcome = outcomeOf(execution);
  return <Badge kind={KINDS[outcome]}>{say(TEXTS[outcome])}</Badge>;
}
