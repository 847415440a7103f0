import { useRef, useState } from "react";
import { mutate } from "@/api/client";
import { RefusedError, TroubleError, done } from "@/api/error";
import { useText } from "@/text/use-text";
import { Replay as Question } from "./detail.query";
import { phrases } from "./phrases";
import { type Replay, type Replays, toggled } from "./replays";

export interface Replaying {
  chosen: ReadonlySet<string>;
  replays: Replays;
  isRunning: boolean;
  toggle: (id: string) => void;
  /** Runs what is chosen again. */
  run: () => Promise<void>;
  clear: () => void;
}

/** Which executions are chosen to run again, and what became of those that were. */
export function useReplays(refresh: () => Promise<void>): Replaying {
  const { say } = useText(phrases);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [replays, setReplays] = useState<Replays>({});
  const [isRunning, setIsRunning] = useState(false);
  const running = useRef(false);
  const note = (id: string, replay: Replay) =>
    setReplays((before) => ({ ...before, [id]: replay }));
  const messageOf = (error: unknown) => {
    if (error instanceof TroubleError) return say("executionRuns.replay.unreachableError");
    if (!(error instanceof RefusedError)) return say("executionRuns.replay.requestRefusedError");
    return error.message || say("executionRuns.replay.executionRefusedError");
  };
  const run = async () => {
    if (running.current || chosen.size === 0) return;
    running.current = true;
    setIsRunning(true);
    const ids = [...chosen];
    setReplays(Object.fromEntries(ids.map((id) => [id, { state: "waiting" }])));
    // One after the other: what the first of them breaks, the others should not.
    for (const id of ids) {
      note(id, { state: "running" });
      const failed = (error: unknown): Replay => ({ state: "failed", message: messageOf(error) });
      note(id, await replayOne(id).catch(failed));
    }
    setChosen(new Set());
    running.current = false;
    setIsRunning(false);
    await refresh();
  };
  return {
    chosen,
    replays,
    isRunning,
    toggle: (id) => setChosen((before) => toggled(before, id)),
    run,
    clear: () => {
      setChosen(new Set());
      setReplays({});
    },
  };
}

async function replayOne(id: string): Promise<Replay> {
  const { instanceExecutionResult: next } = done((await mutate(Question, { id })).replayExecution);
  return { state: "queued", next: next?.id };
}
