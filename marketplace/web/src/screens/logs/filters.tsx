import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { Choice, Filters, type Option, Search } from "@/ui/filters";
import { RANGES } from "../executions/outcome";
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
  choose: (chosen: Chosen) => void;
  refresh: () => void;
}

export function LogFilters(props: FiltersProps) {
  const { chosen, flows, instances, isLive, setIsLive, isShort, choose } = props;
  const { say, dynamic } = useText(phrases);
  const named = (list: readonly Named[]): Option[] =>
    list.map(({ id, name }) => ({ value: id, label: dynamic(name) }));
  const severities = Object.values(SEVERITIES).map(({ number, text }) => ({
    value: String(number),
    label: say(text),
  }));
  const types = Object.entries(LOG_TYPES).map(([value, text]) => ({ value, label: say(text) }));
  const ranges = Object.entries(RANGES).map(([value, { text }]) => ({ value, label: say(text) }));
  const choices: [keyof Chosen, keyof typeof phrases, keyof typeof phrases, Option[]][] = [
    ["severity", "input.severityLabel", "marquetry.logs.anySeverity", severities],
    ["logType", "input.logTypeLabel", "input.logType.allValue", isShort ? [] : types],
    ["instance", "dataTable.instanceLabel", "marquetry.logs.anyInstance", named(instances)],
    ["flow", "input.selectFlowLabel", "marquetry.logs.anyFlow", named(flows)],
    ["range", "input.timeRangeLabel", "marquetry.logs.anyTime", isShort ? [] : ranges],
  ];
  return (
    <Filters label={say("logsTab.title")}>
      <Search
        label={say("integrations.id.logs__input.filterSearchPlaceholder")}
        value={chosen.search}
        onChange={(search) => choose({ ...chosen, search })}
      />
      {choices
        .filter(([, , , options]) => options.length > 1)
        .map(([name, label, all, options]) => (
          <Choice
            key={name}
            label={say(label)}
            all={say(all)}
            options={options}
            value={chosen[name]}
            onChange={(value) => choose({ ...chosen, [name]: value })}
          />
        ))}
      {Object.values(chosen).some((value) => value !== "") && (
        <Button kind="quiet" onClick={() => choose(nothingChosen)}>
          {say("executionFilters.resetButton")}
        </Button>
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
    </Filters>
  );
}
