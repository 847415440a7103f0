/** What a list is narrowed by. */
import { type ReactNode, useRef, useState } from "react";
import { common } from "@/text/common";
import { useText } from "@/text/use-text";
import { Button } from "./button";
import { inputClass } from "./field";
import styles from "./filters.module.css";

interface FiltersProps {
  label: string;
  /** Many filters would fill a narrow page: there they are shown on demand. */
  isFolding?: boolean;
  children: ReactNode;
}

export function Filters({ label, isFolding = false, children }: FiltersProps) {
  const { say } = useText(common);
  const [isOpen, setIsOpen] = useState(false);
  if (!isFolding) {
    return (
      <div role="search" aria-label={label} className={styles["filters"]}>
        {children}
      </div>
    );
  }
  return (
    <div role="search" aria-label={label} data-open={isOpen} className={styles["folding"]}>
      <Button aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
        {say("filterBar.openFiltersButton")}
      </Button>
      <div className={styles["filters"]}>{children}</div>
    </div>
  );
}

interface SearchProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

export function Search({ label, value, onChange }: SearchProps) {
  return (
    <input
      type="search"
      className={`${inputClass} ${styles["search"]}`}
      aria-label={label}
      placeholder={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

export interface Option {
  value: string;
  label: string;
}

interface ChoiceProps {
  label: string;
  /** What is said when nothing is chosen; the label if it is not given. */
  all?: string;
  options: readonly Option[];
  value: string;
  onChange: (value: string) => void;
}

export function Choice({ label, all, options, value, onChange }: ChoiceProps) {
  return (
    <select
      className={`${inputClass} ${styles["choice"]}`}
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">{all ?? label}</option>
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

export interface Chip {
  key: string;
  /** What is narrowed, and to what. */
  label: string;
  value: string;
  remove: () => void;
}

/** What was chosen, each to be taken back by itself. */
export function Chips({ chips, clear }: { chips: readonly Chip[]; clear: () => void }) {
  const { say } = useText(common);
  const list = useRef<HTMLUListElement>(null);
  if (chips.length === 0) return null;
  const remove = (chip: Chip) => {
    // The button goes with its chip: the focus stays with the filters.
    const search = list.current?.closest("[role=search]");
    search?.querySelector<HTMLElement>("input, select")?.focus();
    chip.remove();
  };
  return (
    <ul ref={list} className={styles["chips"]} aria-label={say("queryBuilder.title")}>
      {chips.map((chip) => (
        <li key={chip.key} className={styles["chip"]}>
          <span>
            {chip.label}: <strong>{chip.value}</strong>
          </span>
          <button
            type="button"
            aria-label={`${say("queryBuilder.removeConditionButton")}: ${chip.label}`}
            onClick={() => remove(chip)}
          >
            ✕
          </button>
        </li>
      ))}
      <li>
        <Button kind="quiet" onClick={clear}>
          {say("executionFilters.resetButton")}
        </Button>
      </li>
    </ul>
  );
}
