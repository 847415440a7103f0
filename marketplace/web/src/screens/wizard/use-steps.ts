import { useState } from "react";

export interface Steps {
  index: number;
  /** Counts how often a page was shown: the same one again is another visit. */
  visit: number;
  /** The last page that was seen, up to which one can go. */
  reached: number;
  goTo: (index: number) => void;
}

export function useSteps(reachedBefore: number): Steps {
  const [at, setAt] = useState({ index: 0, visit: 0, reached: reachedBefore });
  const goTo = (index: number) =>
    setAt(({ visit, reached }) => ({
      index,
      visit: visit + 1,
      reached: Math.max(reached, index),
    }));
  return { ...at, goTo };
}
