/** Several executions run again, one after the other; each has a result of its own. */

export type Replay =
  | { state: "failed"; message: string }
  | { state: "queued"; next: string | undefined }
  | { state: "running" | "waiting" };

/** By the id of the execution that is run again. */
export type Replays = Readonly<Record<string, Replay>>;

/** So many at once: each of them does again whatever the first did. */
export const REPLAYS_MAX = 20;

export interface Tally {
  all: number;
  queued: number;
  failed: number;
  /** Of the first that failed. */
  message: string;
}

export function tally(replays: Replays): Tally {
  const all = Object.values(replays);
  const failed = all.filter((replay) => replay.state === "failed");
  return {
    all: all.length,
    queued: all.filter((replay) => replay.state === "queued").length,
    failed: failed.length,
    message: failed[0]?.message ?? "",
  };
}

export function isOver({ all, queued, failed }: Tally): boolean {
  return all > 0 && queued + failed === all;
}

/** Chooses one, or takes it back; there is a limit to how many can be chosen. */
export function toggled(chosen: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(chosen);
  if (!next.delete(id) && next.size < REPLAYS_MAX) next.add(id);
  return next;
}

interface Row {
  status: string;
  instance: { allowUpdate: boolean } | null;
}

export function mayReplay({ status, instance }: Row): boolean {
  const isRunning = status === "QUEUED" || status === "PENDING";
  return instance?.allowUpdate === true && !isRunning;
}
