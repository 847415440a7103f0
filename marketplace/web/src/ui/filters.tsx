/** What a list is narrowed by. */
import type { ReactNode } from "react";
import { inputClass } from "./field";
import styles from "./filters.module.css";

export function Filters({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div role="search" aria-label={label} className={styles["filters"]}>
      {children}
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
