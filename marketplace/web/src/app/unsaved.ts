/** What somebody typed and did not save: they are asked before it goes. */
import { createStore } from "./store";

/** A part of a screen that would lose something. */
export interface Guard {
  /** Runs when somebody gives up what they typed. */
  onDiscard: () => void;
}

export interface LeaveQuestion {
  /** Whose input would go. */
  guards: readonly Guard[];
  /** What is done when it may. */
  go: () => void;
  /** The browser's `Back` or `Forward` asks, not something on the page. */
  isHistory: boolean;
}

const guards = new Set<Guard>();

/** What is asked now. */
export const leaveQuestion = createStore<LeaveQuestion | undefined>(undefined);

export function isUnsaved(): boolean {
  return guards.size > 0;
}

/** Watches over what was typed, until what it returns is called. */
export function guard(one: Guard): () => void {
  guards.add(one);
  return () => {
    guards.delete(one);
    // A question about what is gone makes no sense.
    if (leaveQuestion.get()?.guards.includes(one) === true) leaveQuestion.set(undefined);
  };
}

interface LeaveOptions {
  /** The part that is left; all of them if none is named. */
  of?: Guard;
  isHistory?: boolean;
}

/** Goes on if nothing is lost by it; else asks first. */
export function leave(go: () => void, { of, isHistory = false }: LeaveOptions = {}): void {
  const lost = of === undefined ? [...guards] : [...guards].filter((one) => one === of);
  if (lost.length === 0) go();
  else leaveQuestion.set({ guards: lost, go, isHistory });
}

export function stay(): void {
  leaveQuestion.set(undefined);
}

export function discard(): void {
  const question = leaveQuestion.get();
  leaveQuestion.set(undefined);
  for (const one of question?.guards ?? []) one.onDiscard();
  question?.go();
}
