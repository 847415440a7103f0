import { useEffect, useRef } from "react";

/** Runs something the first time a condition holds. */
export function useOnce(condition: boolean, run: () => void): void {
  const hasRun = useRef(false);
  useEffect(() => {
    if (!condition || hasRun.current) return;
    hasRun.current = true;
    run();
  });
}
