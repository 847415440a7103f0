import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { type Chip, Chips, Choice, Filters, type Option, Search } from "@/ui/filters";
import { isLimited } from "../executions/range";
import { TimeRange, useRangeText } from "../executions/time-range";
import type { LogRowFragment } from "./logs.query";
import { phrases } from "./phrases";
import { LOG_TYPES, SEVERITIES } from "./severity";

export interface Named {
  id: string;
  name: string;
}

export const nothingChosen = {
  search: "",
  severity: "",
  logType: "",
  flow: "",
  instance: "",
  range: "",
  from: "",
  to: "",
};

export type Chosen = typeof nothingChosen;

interface FiltersProps {
  chosen: Chosen;
  flows: readonly Named[];
  instances: readonly Named[];
  isLive: boolean;
  /** Not there where it is known whether more is expected. */
  setIsLive: ((isLive: boolean) => void) | undefined;
  /** The lines are few: times and types need no filter. */
  isShort: boolean;
  /** There is only one type. */
  isOneType: boolean;
  choose: (chosen: Chosen) => void;
  refresh: () => void;
  /** What is shown now. */
  lines: readonly LogRowFragment[];
}

function lineText({ timestamp, severity, stepName, message }: LogRowFragment): string {
  return [timestamp, severity, stepName, message].filter(Boolean).join(" ");
}

export function LogFilters(props: FiltersProps) {
  const { chosen, flows, instances, isLive, setIsLive, isShort, isOneType, choose } = props;
  const { say, dynamic } = useText(phrases);
  const named = (list: readonly Named[]): Option[] =>
    list.map(({ id, name }) => ({ value: id, label: dynamic(name) }));
  const severities = Object.values(SEVERITIES).map(({ number, text }) => ({
    value: String(number),
    label: say(text),
  }));
  const types = Object.entries(LOG_TYPES).map(([value, text]) => ({ value, label: say(text) }));
  const rangeText = useRangeText();
  const choices: [keyof Chosen, keyof typeof phrases, keyof typeof phrases, Option[]][] = [
    ["severity", "input.severityLabel", "marquetry.logs.anySeverity", severities],
    ["logType", "input.logTypeLabel", "input.logType.allValue", isShort || isOneType ? [] : types],
    ["instance", "dataTable.instanceLabel", "marquetry.logs.anyInstance", named(instances)],
    ["flow", "input.selectFlowLabel", "marquetry.logs.anyFlow", named(flows)],
  ];
  const offered = choices.filter(([, , , options]) => options.length > 1);
  const chips: Chip[] = offered
    .filter(([name]) => chosen[name] !== "")
    .map(([name, label, , options]) => ({
      key: name,
      label: say(label),
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
    <Filters label={say("logsTab.title")} isFolding>
      <Search
        label={say("integrations.id.logs__input.filterSearchPlaceholder")}
        value={chosen.search}
        onChange={(search) => choose({ ...chosen, search })}
      />
      {offered.map(([name, label, all, options]) => (
        <Choice
          key={name}
          label={say(label)}
          all={say(all)}
          options={options}
          value={chosen[name]}
          onChange={(value) => choose({ ...chosen, [name]: value })}
        />
      ))}
      {!isShort && (
        <TimeRange chosen={chosen} onChange={(change) => choose({ ...chosen, ...change })} />
      )}
      {setIsLive !== undefined && (
        <Button
          kind={isLive ? "primary" : "plain"}
          aria-pressed={isLive}
          onClick={() => setIsLive(!isLive)}
        >
          {say("marquetry.logs.live")}
        </Button>
      )}
      {!isLive && (
        <Button kind="quiet" aria-label={say("filterBar.refreshButton")} onClick={props.refresh}>
          ↻
        </Button>
      )}
      {props.lines.length > 0 && (
        <CopyButton
          text={props.lines.map(lineText).join("\n")}
          label={say("logsTab.title")}
          name={say("tooltip.copyLog")}
        />
      )}
      <Chips chips={chips} clear={() => choose({ ...nothingChosen, search: chosen.search })} />
    </Filters>
  );
}
