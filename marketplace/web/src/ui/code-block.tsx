import { useEffect, useMemo, useRef, useState } from "react";
import { common } from "@/text/common";
import { useText } from "@/text/use-text";
import { Button } from "./button";
import styles from "./code-block.module.css";
import { inputClass } from "./field";
import { countOf, partsOf } from "./found-text";

/** What fits on the screen needs no search. */
const LINES_MAX = 20;

/** A long text that is read and searched, not edited. */
export function CodeBlock({ text, label }: { text: string; label: string }) {
  const [search, setSearch] = useState("");
  const [at, setAt] = useState(0);
  const block = useRef<HTMLPreElement>(null);
  const parts = useMemo(() => partsOf(text, search), [text, search]);
  const count = countOf(parts);
  useEffect(() => {
    block.current?.querySelector("[data-current]")?.scrollIntoView({ block: "nearest" });
  }, [at, parts]);
  return (
    <>
      {text.split("\n", LINES_MAX + 1).length > LINES_MAX && (
        <Searching
          {...{ label, search, count, at }}
          onSearch={(next) => {
            setSearch(next);
            setAt(0);
          }}
          go={(by) => setAt((at + by + count) % count)}
        />
      )}
      {/* Long texts scroll, also for those who have only a keyboard. */}
      <pre
        ref={block}
        className={styles["code"]}
        dir="ltr"
        tabIndex={0}
        role="region"
        aria-label={label}
      >
        {parts.map(({ text: part, found }, index) =>
          found === undefined ? (
            part
          ) : (
            <mark key={index} data-current={found === at ? "" : undefined}>
              {part}
            </mark>
          ),
        )}
      </pre>
    </>
  );
}

interface SearchingProps {
  label: string;
  search: string;
  count: number;
  at: number;
  onSearch: (search: string) => void;
  /** Leads to the next place, or the one before. */
  go: (by: -1 | 1) => void;
}

function Searching({ label, search, count, at, onSearch, go }: SearchingProps) {
  const { say, number } = useText(common);
  const name = say("input.filterSearchPlaceholder", { type: label });
  const isFound = search.trim() !== "" && count > 0;
  const places = isFound
    ? say("marquetry.found", { number: number(at + 1), count: number(count) })
    : say("noResults.title");
  return (
    <div role="search" aria-label={name} className={styles["search"]}>
      <input
        type="search"
        className={inputClass}
        aria-label={name}
        placeholder={name}
        value={search}
        onChange={(event) => onSearch(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && isFound) go(event.shiftKey ? -1 : 1);
        }}
      />
      <span role="status">{search.trim() === "" ? "" : places}</span>
      {isFound && (
        <>
          <Button kind="quiet" aria-label={say("marquetry.found.previous")} onClick={() => go(-1)}>
            ↑
          </Button>
          <Button kind="quiet" aria-label={say("marquetry.found.next")} onClick={() => go(1)}>
            ↓
          </Button>
        </>
      )}
    </div>
  );
}
