import { type KeyboardEvent, useId, useState } from "react";
import { useText } from "@/text/use-text";
import { type FieldIds, inputClass } from "../field";
import styles from "./inputs.module.css";
import { phrases } from "./phrases";

export interface Option {
  value: string;
  label: string;
}

interface ComboBoxProps {
  ids: FieldIds;
  value: string;
  options: readonly Option[];
  isDisabled?: boolean;
  onChange: (value: string) => void;
}

/** More than anybody reads; the search narrows them. */
const SHOWN_MAX = 100;

/** One of many options, found by typing. */
export function ComboBox(props: ComboBoxProps) {
  const { ids, value, options, isDisabled = false } = props;
  const { say } = useText(phrases);
  const listId = useId();
  const combo = useCombo(props, listId);
  const { search, active, found, isOpen } = combo;
  const chosen = options.find((option) => option.value === value);
  return (
    <div className={styles["combo"]}>
      <input
        {...ids}
        className={inputClass}
        role="combobox"
        aria-expanded={isOpen}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && found.length > 0 ? `${listId}-${active}` : undefined}
        autoComplete="off"
        readOnly={isDisabled}
        placeholder={chosen?.label ?? say("marquetry.input.choose")}
        value={search ?? chosen?.label ?? value}
        onClick={combo.open}
        onBlur={combo.close}
        onKeyDown={combo.press}
        onChange={(event) => combo.find(event.target.value)}
      />
      <ul
        id={listId}
        role="listbox"
        hidden={!isOpen}
        className={styles["options"]}
        aria-label={say("marquetry.input.matches", { count: found.length })}
      >
        {found.map((option, index) => (
          <li
            key={option.value}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={option.value === value}
            data-active={index === active}
            className={styles["option"]}
            onPointerDown={(event) => {
              event.preventDefault();
              combo.choose(option);
            }}
          >
            {option.label}
          </li>
        ))}
      </ul>
      {isOpen && found.length === 0 && (
        <p className={styles["nothing"]} role="status">
          {say("input.noOptionsValue")}
        </p>
      )}
    </div>
  );
}

/** What is searched for, what was found, and which of that the keys are at. */
function useCombo({ value, options, isDisabled = false, onChange }: ComboBoxProps, listId: string) {
  const [search, setSearch] = useState<string>();
  const [active, setActive] = useState(0);
  const isOpen = search !== undefined;
  const found = isOpen ? matching(options, search).slice(0, SHOWN_MAX) : [];
  const close = () => setSearch(undefined);
  const find = (text: string) => {
    if (isDisabled) return;
    setSearch(text);
    setActive(0);
  };
  const open = () => {
    if (isDisabled || isOpen) return;
    const position = options.findIndex((option) => option.value === value);
    setSearch("");
    setActive(Math.max(0, Math.min(SHOWN_MAX - 1, position)));
  };
  const choose = (option: Option | undefined) => {
    if (option !== undefined) onChange(option.value);
    close();
  };
  const move = (to: number) => {
    const next = Math.max(0, Math.min(found.length - 1, to));
    setActive(next);
    document.getElementById(`${listId}-${next}`)?.scrollIntoView({ block: "nearest" });
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      if (isOpen) move(active + step);
      else open();
    } else if (event.key === "Enter" && isOpen) {
      event.preventDefault();
      choose(found[active]);
    } else if (event.key === "Escape" && isOpen) {
      // The search is given up, and nothing else that would be closed by the key.
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  };
  return { search, active, found, isOpen, open, close, find, choose, press };
}

function matching(options: readonly Option[], search: string): readonly Option[] {
  const wanted = search.trim().toLocaleLowerCase();
  if (wanted === "") return options;
  return options.filter((option) => option.label.toLocaleLowerCase().includes(wanted));
}
