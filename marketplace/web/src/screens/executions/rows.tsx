import { useText } from "@/text/use-text";
import { useTime } from "@/text/use-time";
import { Link } from "@/ui/button";
import { Badge } from "@/ui/state";
import { type Column, Table } from "@/ui/table";
import type { ExecutionRowFragment } from "./executions.query";
import styles from "./executions.module.css";
import { INVOKE_TYPES } from "./outcome";
import { phrases } from "./phrases";
import { REPLAYS_MAX, type Replay, mayReplay } from "./replays";
import { OutcomeBadge } from "./status";
import type { Replaying } from "./use-replays";

type PathOf = (execution: { id: string }) => string;

interface RowsProps {
  rows: readonly ExecutionRowFragment[];
  withInstance: boolean;
  pathOf: PathOf;
  /** Not there where executions are only shown. */
  replaying?: Replaying;
}

/** Executions as a table. */
export function Rows({ rows, withInstance, pathOf, replaying }: RowsProps) {
  const { say } = useText(phrases);
  const columns = useColumns(withInstance, pathOf);
  if (replaying !== undefined && rows.some(mayReplay)) {
    columns.unshift({
      key: "chosen",
      title: say("executionRuns.list.replayCheckboxLabel"),
      isTitleHidden: true,
      cell: (row) => <Choose row={row} replaying={replaying} />,
    });
  }
  if (rows.some(({ error }) => error !== null)) {
    columns.push({
      key: "error",
      title: say("executionRuns.field.errorLabel"),
      cell: ({ error }) => <span className={styles["cut"]}>{error}</span>,
    });
  }
  if (replaying !== undefined && Object.keys(replaying.replays).length > 0) {
    columns.push({
      key: "replay",
      title: say("retryTab.replaysTitle"),
      cell: (row) => <ReplayState replay={replaying.replays[row.id]} pathOf={pathOf} />,
    });
  }
  return (
    <Table
      caption={say("executionsTab.title")}
      columns={columns}
      rows={rows}
      keyOf={(row) => row.id}
    />
  );
}

function useColumns(withInstance: boolean, pathOf: PathOf): Column<ExecutionRowFragment>[] {
  const { say, dynamic } = useText(phrases);
  const { moment, between } = useTime();
  const instance: Column<ExecutionRowFragment> = {
    key: "instance",
    title: say("executionRuns.field.instanceLabel"),
    cell: (row) => dynamic(row.instance?.name),
  };
  return [
    {
      key: "time",
      title: say("executionRuns.field.startedLabel"),
      isHead: true,
      cell: (row) => <Link to={pathOf(row)}>{moment(row.startedAt)}</Link>,
    },
    ...(withInstance ? [instance] : []),
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
      cell: (row) =>
        row.endedAt === null
          ? say("executionRuns.table.runningValue")
          : between(row.startedAt, row.endedAt),
    },
    {
      key: "type",
      title: say("executionRuns.field.invokeTypeLabel"),
      cell: (row) => <Cause execution={row} />,
    },
  ];
}

function Choose({ row, replaying }: { row: ExecutionRowFragment; replaying: Replaying }) {
  const { say } = useText(phrases);
  const { moment } = useTime();
  const { chosen, isRunning, toggle } = replaying;
  const isChosen = chosen.has(row.id);
  if (!mayReplay(row)) return null;
  return (
    <input
      type="checkbox"
      className={styles["choose"]}
      aria-label={`${say("executionRuns.list.replayCheckboxLabel")}: ${moment(row.startedAt)}`}
      checked={isChosen}
      disabled={isRunning || (!isChosen && chosen.size >= REPLAYS_MAX)}
      onChange={() => toggle(row.id)}
    />
  );
}

function ReplayState({ replay, pathOf }: { replay: Replay | undefined; pathOf: PathOf }) {
  const { say } = useText(phrases);
  switch (replay?.state) {
    case "waiting":
      return <Badge kind="none">{say("marquetry.replay.waiting")}</Badge>;
    case "running":
      return <Badge kind="info">{say("common.loading")}</Badge>;
    case "failed":
      return <span className={styles["failed"]}>{replay.message}</span>;
    case "queued":
      if (replay.next === undefined) return <>{say("executionRuns.table.queuedValue")}</>;
      return (
        <Link to={pathOf({ id: replay.next })}>{say("executionRuns.table.queuedValue")}</Link>
      );
    case undefined:
      return null;
  }
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
