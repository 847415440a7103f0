import { useEffect, useRef } from "react";
import { type Guard, guard, leave } from "./unsaved";

/**
 * Asks before what was typed in a part of a screen goes: by a link, by `Back`, by closing the
 * popover or the page. Returns how the part itself is left.
 */
export function useUnsaved(
  isTyped: boolean,
  onDiscard: () => void = nothing,
): (go: () => void) => void {
  const latest = useRef(onDiscard);
  latest.current = onDiscard;
  const own = useRef<Guard>({ onDiscard: () => latest.current() });
  useEffect(() => (isTyped ? guard(own.current) : undefined), [isTyped]);
  return (go) => leave(go, { of: own.current });
}

function nothing(): void {
  // Drafts go with the part that holds them.
}
