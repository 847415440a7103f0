import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/state";
import styles from "./executions.module.css";
import { phrases } from "./phrases";
import { REPLAYS_MAX, type Tally, isOver, tally } from "./replays";
import type { Replaying } from "./use-replays";

/** How many are chosen, how far they are, and what came of it. */
export function ReplayBar({ replaying }: { replaying: Replaying }) {
  const { say, number } = useText(phrases);
  const { chosen, replays, isRunning, run, clear } = replaying;
  const counts = tally(replays);
  if (isOver(counts) && !isRunning && chosen.size === 0) {
    return <Outcome counts={counts} clear={clear} />;
  }
  if (chosen.size === 0) return null;
  const isFull = chosen.size >= REPLAYS_MAX;
  return (
    <div className={styles["bar"]}>
      <p role="status">
        {isRunning
          ? say("marquetry.replay.progress", {
              done: number(counts.queued + counts.failed),
              all: number(counts.all),
            })
          : say("executionRuns.replay.selectedCountText", { count: number(chosen.size) })}{" "}
        {isFull && say("executionRuns.replay.limitText", { limit: number(REPLAYS_MAX) })}
      </p>
      {isRunning && <progress value={counts.queued + counts.failed} max={counts.all} />}
      <Button kind="primary" aria-disabled={isRunning} onClick={() => void run()}>
        {say(isRunning ? "common.loading" : "executionRuns.replay.replayButton")}
      </Button>
      {!isRunning && <Button onClick={clear}>{say("executionRuns.replay.clearButton")}</Button>}
    </div>
  );
}

function Outcome({ counts, clear }: { counts: Tally; clear: () => void }) {
  const { say, number } = useText(phrases);
  const { all, queued, failed, message } = counts;
  const some = (count: number) =>
    count === 1
      ? say("executionRuns.replay.oneExecutionText")
      : say("executionRuns.replay.executionCountText", { count: number(count) });
  const action = <Button onClick={clear}>{say("tooltip.close")}</Button>;
  if (failed === 0) {
    return (
      <Notice kind="success" action={action}>
        {say("executionRuns.replay.queuedMessage", { executions: some(queued) })}
      </Notice>
    );
  }
  return (
    <Notice kind="error" action={action}>
      {queued === 0
        ? say("executionRuns.replay.noneReplayedMessage", { executions: some(all), message })
        : say("executionRuns.replay.partialMessage", {
            queued: some(queued),
            failed: number(failed),
            message,
          })}
    </Notice>
  );
}
