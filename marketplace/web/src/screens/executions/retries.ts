/** How an execution and its retries ended, taken together. */
import { type Outcome, outcomeOf } from "./outcome";

type Facts = Parameters<typeof outcomeOf>[0];

interface Row extends Facts {
  retryCount: number | null;
}

export type Ending =
  | { is: "failed"; retries: number }
  | { is: "succeeded"; retries: number }
  | undefined;

const GOOD: readonly Outcome[] = ["successful", "unchanged"];

/** Nothing while it is not over, or where nothing would have been tried again. */
export function endingOf(
  first: Row & { maxRetryCount: number | null },
  later: readonly Row[],
): Ending {
  if ((first.maxRetryCount ?? 0) === 0) return undefined;
  const all = [first, ...later];
  const good = all.find((row) => GOOD.includes(outcomeOf(row)));
  if (good !== undefined) return { is: "succeeded", retries: good.retryCount ?? 0 };
  const isOver = all.every((row) => ["canceled", "failed"].includes(outcomeOf(row)));
  if (!isOver) return undefined;
  return { is: "failed", retries: Math.max(...all.map((row) => row.retryCount ?? 0)) };
}
