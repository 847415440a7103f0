import { useState } from "react";
import { useFeed } from "@/api/use-feed";
import { useText } from "@/text/use-text";
import { useTime } from "@/text/use-time";
import { Button, Link } from "@/ui/button";
import { FeedView } from "@/ui/feed";
import { Choice, Filters, type Option } from "@/ui/filters";
import { type Column, Table } from "@/ui/table";
import { type ExecutionRowFragment, type ExecutionsQueryVariables } from "./executions.query";
import { Executions as Question } from "./executions.query";
import styles from "./executions.module.css";
import { INVOKE_TYPES, RANGES, type Range, isRunning, since } from "./outcome";
import { phrases } from "./phrases";
import { OutcomeBadge } from "./status";

/** While something runs, and while nothing does. */
const POLL_MS = { running: 3_000, quiet: 10_000 };

interface ExecutionsProps {
  /** Nothing is all that the viewer may see. */
  instance?: string;
  flows?: readonly { id: string; name: string }[];
  pathOf: (execution: ExecutionRowFragment) => string;
}

const nothingChosen = { status: "", flow: "", invokeType: "", range: "" };

type Chosen = typeof nothingChosen;

export function Executions({ instance, flows = [], pathOf }: ExecutionsProps) {
  const { say } = useText(phrases);
  const [chosen, setChosen] = useState(nothingChosen);
  const [isBusy, setIsBusy] = useState(false);
  const [now, setNow] = useState(() => new Date());
  const feed = useFeed(Question, question(instance, chosen, now), (data) => data.executionResults, {
    pollMs: isBusy ? POLL_MS.running : POLL_MS.quiet,
  });
  const runs = (feed.rows ?? []).some(isRunning);
  if (runs !== isBusy) setIsBusy(runs);
  const choose = (next: Chosen) => {
    setNow(new Date());
    setChosen(next);
  };
  return (
    <section className={styles["section"]} aria-label={say("executionsTab.title")}>
      <ExecutionFilters
        chosen={chosen}
        flows={flows}
        choose={choose}
        refresh={() => void feed.refresh()}
      />
      <FeedView feed={feed} nothing={say("executionRuns.noExecutionsMessage")}>
        {(rows) => (
          <Rows rows={rows} withInstance={instance === undefined} pathOf={pathOf} />
        )}
      </FeedView>
    </section>
  );
}

function question(
  instance: string | undefined,
  { status, flow, invokeType, range }: Chosen,
  now: Date,
): ExecutionsQueryVariables {
  return {
    ...(instance === undefined ? {} : { instance }),
    ...(flow === "" ? {} : { flow }),
    ...(status === "" ? {} : { status: status as ExecutionRowFragment["status"] }),
    ...(invokeType === "" ? {} : { invokeType: [invokeType] }),
    ...(range === "" ? {} : { since: since(range as Range, now) }),
  };
}

interface FiltersProps {
  chosen: Chosen;
  flows: readonly { id: string; name: string }[];
  choose: (chosen: Chosen) => void;
  refresh: () => void;
}

const STATUSES = {
  SUCCESS: "executionRuns.status.successValue",
  ERROR: "executionRuns.status.errorValue",
  PENDING: "executionRuns.status.pendingValue",
  QUEUED: "executionRuns.status.queuedValue",
} as const;

function ExecutionFilters({ chosen, flows, choose, refresh }: FiltersProps) {
  const { say, dynamic } = useText(phrases);
  const options = (texts: Record<string, keyof typeof phrases>): Option[] =>
    Object.entries(texts).map(([value, text]) => ({ value, label: say(text) }));
  const ranges = Object.entries(RANGES).map(([value, { text }]) => ({ value, label: say(text) }));
  return (
    <Filters label={say("executionsTab.title")}>
      <Choice
        label={say("executionRuns.field.statusLabel")}
        all={say("marquetry.executions.anyStatus")}
        options={options(STATUSES)}
        value={chosen.status}
        onChange={(status) => choose({ ...chosen, status })}
      />
      {flows.length > 1 && (
        <Choice
          label={say("input.selectFlowLabel")}
          all={say("marquetry.executions.anyFlow")}
          options={flows.map(({ id, name }) => ({ value: id, label: dynamic(name) }))}
          value={chosen.flow}
          onChange={(flow) => choose({ ...chosen, flow })}
        />
      )}
      <Choice
        label={say("executionRuns.field.invokeTypeLabel")}
        options={options(INVOKE_TYPES)}
        value={chosen.invokeType}
        onChange={(invokeType) => choose({ ...chosen, invokeType })}
      />
      <Choice
        label={say("input.timeRangeLabel")}
        all={say("marquetry.executions.anyTime")}
        options={ranges}
        value={chosen.range}
        onChange={(range) => choose({ ...chosen, range })}
      />
      {Object.values(chosen).some((value) => value !== "") && (
        <Button kind="quiet" onClick={() => choose(nothingChosen)}>
          {say("executionFilters.resetButton")}
        </Button>
      )}
      <Button kind="quiet" aria-label={say("filterBar.refreshButton")} onClick={refresh}>
        ↻
      </Button>
    </Filters>
  );
}

interface RowsProps {
  rows: readonly ExecutionRowFragment[];
  withInstance: boolean;
  pathOf: (execution: ExecutionRowFragment) => string;
}

export function Rows({ rows, withInstance, pathOf }: RowsProps) {
  const { say, dynamic } = useText(phrases);
  const { moment, between } = useTime();
  const columns: Column<ExecutionRowFragment>[] = [
    {
      key: "time",
      title: say("executionRuns.field.startedLabel"),
      isHead: true,
      cell: (row) => <Link to={pathOf(row)}>{moment(row.startedAt)}</Link>,
    },
    ...(withInstance
      ? [
          {
            key: "instance",
            title: say("executionRuns.field.instanceLabel"),
            cell: (row: ExecutionRowFragment) => dynamic(row.instance?.name),
          },
        ]
      : []),
    {
      key: "flow",
      title: say("executionRuns.field.flowLabel"),
      cell: (row) => (row.flow === null ? say("marquetry.flow.unknown") : dynamic(row.flow.name)),
    },
    {
      key: "status",
      title: say("executionRuns.field.statusLabel"),
      cell: (row) => <OutcomeBadge execution={row} />,
    },
    {
      key: "duration",
      title: say("executionRuns.field.durationLabel"),
      cell: (row) => between(row.startedAt, row.endedAt),
    },
    {
      key: "type",
      title: say("executionRuns.field.invokeTypeLabel"),
      cell: (row) => <Cause execution={row} />,
    },
  ];
  return (
    <Table
      caption={say("executionsTab.title")}
      columns={columns}
      rows={rows}
      keyOf={(row) => row.id}
    />
  );
}

export function Cause({ execution }: { execution: ExecutionRowFragment }) {
  const { say } = useText(phrases);
  const { invokeType, isTestExecution, replayForExecution } = execution;
  const causes = [
    invokeType === null ? "" : say(INVOKE_TYPES[invokeType]),
    replayForExecution === null ? "" : say("executionRuns.field.isReplayLabel"),
    isTestExecution && invokeType !== "INTEGRATION_FLOW_TEST"
      ? say("executionRuns.invokeType.integrationFlowTestValue")
      : "",
  ];
  return <>{causes.filter((cause) => cause !== "").join(" · ")}</>;
}
