import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { type Chip, Chips, Choice, Filters, type Option } from "@/ui/filters";
import { INVOKE_TYPES, RESULT_TYPES } from "./outcome";
import { phrases } from "./phrases";
import { isLimited } from "./range";
import { TimeRange, useRangeText } from "./time-range";

export interface Named {
  id: string;
  name: string;
}

export const nothingChosen = {
  status: "",
  instance: "",
  flow: "",
  invokeType: "",
  resultType: "",
  range: "",
  from: "",
  to: "",
  /** Empty is newest first. */
  direction: "",
};

export type Chosen = typeof nothingChosen;

type Name = "flow" | "instance" | "invokeType" | "resultType" | "status";

const STATUSES = {
  SUCCESS: "executionRuns.status.successValue",
  ERROR: "executionRuns.status.errorValue",
  PENDING: "executionRuns.status.pendingValue",
  QUEUED: "executionRuns.status.queuedValue",
} as const;

interface Filter {
  name: Name;
  label: string;
  all: string;
  options: readonly Option[];
}

/** What can be chosen; what there is only one of cannot. */
function useChoices(instances: readonly Named[], flows: readonly Named[]): Filter[] {
  const { say, dynamic } = useText(phrases);
  const said = (texts: Record<string, keyof typeof phrases>): Option[] =>
    Object.entries(texts).map(([value, text]) => ({ value, label: say(text) }));
  const named = (list: readonly Named[]): Option[] =>
    list.map(({ id, name }) => ({ value: id, label: dynamic(name) }));
  const filters: Filter[] = [
    {
      name: "status",
      label: say("executionRuns.field.statusLabel"),
      all: say("executionRuns.filterOptions.statusPlaceholder"),
      options: said(STATUSES),
    },
    {
      name: "resultType",
      label: say("executionRuns.field.resultTypeLabel"),
      all: say("executionRuns.filterOptions.resultTypePlaceholder"),
      options: said(RESULT_TYPES),
    },
    {
      name: "instance",
      label: say("executionRuns.field.instanceLabel"),
      all: say("executionRuns.filterOptions.instancePlaceholder"),
      options: named(instances),
    },
    {
      name: "flow",
      label: say("input.selectFlowLabel"),
      all: say("marquetry.executions.anyFlow"),
      options: named(flows),
    },
    {
      name: "invokeType",
      label: say("executionRuns.field.invokeTypeLabel"),
      all: say("executionRuns.filterOptions.invokeTypePlaceholder"),
      options: said(INVOKE_TYPES),
    },
  ];
  return filters.filter(({ options }) => options.length > 1);
}

interface FiltersProps {
  chosen: Chosen;
  instances: readonly Named[];
  flows: readonly Named[];
  choose: (chosen: Chosen) => void;
  refresh: () => void;
}

export function ExecutionFilters({ chosen, instances, flows, choose, refresh }: FiltersProps) {
  const { say } = useText(phrases);
  const choices = useChoices(instances, flows);
  const rangeText = useRangeText();
  const chips: Chip[] = choices
    .filter(({ name }) => chosen[name] !== "")
    .map(({ name, label, options }) => ({
      key: name,
      label,
      value: options.find(({ value }) => value === chosen[name])?.label ?? "",
      remove: () => choose({ ...chosen, [name]: "" }),
    }));
  if (isLimited(chosen)) {
    chips.push({
      key: "range",
      label: say("input.timeRangeLabel"),
      value: rangeText(chosen),
      remove: () => choose({ ...chosen, range: "", from: "", to: "" }),
    });
  }
  return (
    <Filters label={say("executionFilters.title")} isFolding>
      {choices.map(({ name, label, all, options }) => (
        <Choice
          key={name}
          label={label}
          all={all}
          options={options}
          value={chosen[name]}
          onChange={(value) => choose({ ...chosen, [name]: value })}
        />
      ))}
      <TimeRange chosen={chosen} onChange={(change) => choose({ ...chosen, ...change })} />
      <Choice
        label={say("marquetry.executions.order")}
        all={say("executionRuns.headerMenu.sortDescendingOption")}
        options={[{ value: "ASC", label: say("executionRuns.headerMenu.sortAscendingOption") }]}
        value={chosen.direction}
        onChange={(direction) => choose({ ...chosen, direction })}
      />
      <Button kind="quiet" aria-label={say("filterBar.refreshButton")} onClick={refresh}>
        ↻
      </Button>
      <Chips
        chips={chips}
        clear={() => choose({ ...nothingChosen, direction: chosen.direction })}
      />
    </Filters>
  );
}
