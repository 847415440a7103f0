import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { inputClass } from "@/ui/field";
import styles from "./marketplace.module.css";
import { phrases } from "./phrases";

/** What somebody looks for. */
export interface Chosen {
  search: string;
  category: string;
  label: string;
  isActivated: boolean;
}

export const nothingChosen: Chosen = { search: "", category: "", label: "", isActivated: false };

interface FilterBarProps {
  chosen: Chosen;
  onChange: (chosen: Chosen) => void;
  categories: string[];
  labels: string[];
  hidden: { search: boolean; activated: boolean };
  isLoading: boolean;
  refresh: () => void;
}

export function FilterBar(props: FilterBarProps) {
  const { chosen, onChange, categories, labels, hidden } = props;
  const { say, dynamic } = useText(phrases);
  const search = say("integration-marketplace__input.filterSearchPlaceholder");
  return (
    <div role="search" className={styles["filters"]}>
      {!hidden.search && (
        <input
          type="search"
          className={`${inputClass} ${styles["search"]}`}
          aria-label={search}
          placeholder={search}
          value={chosen.search}
          onChange={(event) => onChange({ ...chosen, search: event.target.value })}
        />
      )}
      <Choice
        label={say("input.categoryLabel")}
        all={say("marquetry.allCategories")}
        options={categories}
        name={dynamic}
        value={chosen.category}
        onChange={(category) => onChange({ ...chosen, category })}
      />
      <Choice
        label={say("input.labelsLabel")}
        all={say("marquetry.allLabels")}
        options={labels}
        name={dynamic}
        value={chosen.label}
        onChange={(label) => onChange({ ...chosen, label })}
      />
      {!hidden.activated && (
        <div role="group" className={styles["switch"]}>
          {[false, true].map((isActivated) => (
            <button
              key={String(isActivated)}
              type="button"
              aria-pressed={chosen.isActivated === isActivated}
              onClick={() => onChange({ ...chosen, isActivated })}
            >
              {say(
                isActivated
                  ? "integration-marketplace__filterBar.activateButton"
                  : "integration-marketplace__filterBar.allButton",
              )}
            </button>
          ))}
        </div>
      )}
      <Button
        kind="quiet"
        aria-label={say("marquetry.refresh")}
        aria-disabled={props.isLoading}
        onClick={props.refresh}
      >
        ↻
      </Button>
    </div>
  );
}

interface ChoiceProps {
  label: string;
  all: string;
  options: string[];
  name: (option: string) => string;
  value: string;
  onChange: (value: string) => void;
}

/** Nothing to choose from is nothing to show. */
function Choice({ label, all, options, name, value, onChange }: ChoiceProps) {
  if (options.length < 2 && value === "") return null;
  return (
    <select
      className={`${inputClass} ${styles["choice"]}`}
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">{all}</option>
      {options.map((option) => (
        <option key={option} value={option}>
          {name(option)}
        </option>
      ))}
    </select>
  );
}
