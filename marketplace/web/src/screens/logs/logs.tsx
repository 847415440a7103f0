import { useDeferredValue, useState } from "react";
import { useFeed } from "@/api/use-feed";
import { useText } from "@/text/use-text";
import { useTime } from "@/text/use-time";
import { Button, ButtonLink, Link } from "@/ui/button";
import { FeedView } from "@/ui/feed";
import { Badge, Message, Notice } from "@/ui/state";
import { type Column, Table } from "@/ui/table";
import { timesOf } from "../executions/range";
import { instancePath } from "../marketplace/state";
import { type Chosen, LogFilters, type Named, nothingChosen } from "./filters";
import { type LogRowFragment, Logs as Question, type LogsQueryVariables } from "./logs.query";
import styles from "./logs.module.css";
import { phrases } from "./phrases";
import { SEVERITIES } from "./severity";

/** How often the newest lines are asked for while they are watched. */
const LIVE_MS = 2_000;

interface Scope {
  /** Whose lines; nothing is all that the viewer may see. */
  instance?: string;
  execution?: string;
  /** A shared connection. */
  connection?: string;
}

interface LogsProps extends Scope {
  /** What can be chosen from. */
  flows?: readonly Named[];
  instances?: readonly Named[];
  /** Whether more is expected; where nobody knows, whoever looks decides. */
  isLive?: boolean;
}

/** Lines of logs, newest first. */
export function Logs({ flows, instances, isLive: isExpected, ...scope }: LogsProps) {
  const { say } = useText(phrases);
  const [chosen, setChosen] = useState(nothingChosen);
  const [isWatched, setIsWatched] = useState(true);
  const isLive = isExpected ?? isWatched;
  const [now, setNow] = useState(() => new Date());
  const asked = useDeferredValue(chosen);
  const isNarrowed = Object.values(asked).some((value) => value !== "");
  const pollMs = isLive ? LIVE_MS : undefined;
  const feed = useFeed(Question, question(scope, asked, now), (data) => data.logs, { pollMs });
  return (
    <section className={styles["section"]} aria-label={say("logsTab.title")}>
      <LogFilters
        chosen={chosen}
        flows={flows ?? []}
        instances={instances ?? []}
        isLive={isLive}
        setIsLive={isExpected === undefined ? setIsWatched : undefined}
        isShort={scope.execution !== undefined}
        isOneType={scope.connection !== undefined}
        choose={(next) => {
          setNow(new Date());
          setChosen(next);
        }}
        refresh={() => void feed.refresh()}
        lines={feed.rows ?? []}
      />
      {scope.execution !== undefined && (
        <Errors
          rows={feed.rows ?? []}
          isOnly={chosen.severity === ONLY_ERRORS}
          setIsOnly={(isOnly) => setChosen({ ...chosen, severity: isOnly ? ONLY_ERRORS : "" })}
        />
      )}
      <FeedView
        feed={feed}
        nothing={
          isNarrowed || scope.execution !== undefined ? (
            say("logsTab.noLogsTitle")
          ) : (
            <NothingLogged of={scope} />
          )
        }
      >
        {(rows) => (
          <Lines rows={rows} of={scope} withInstance={instances !== undefined} />
        )}
      </FeedView>
    </section>
  );
}

const ONLY_ERRORS = String(SEVERITIES.ERROR.number);

interface ErrorsProps {
  rows: readonly LogRowFragment[];
  isOnly: boolean;
  setIsOnly: (isOnly: boolean) => void;
}

/** Says that something went wrong, and shows nothing else on demand. */
function Errors({ rows, isOnly, setIsOnly }: ErrorsProps) {
  const { say, number } = useText(phrases);
  const count = rows.filter(({ severity }) => SEVERITIES[severity].kind === "error").length;
  if (count === 0 && !isOnly) return null;
  const action = (
    <Button onClick={() => setIsOnly(!isOnly)}>
      {say(isOnly ? "logsTab.showAllButton" : "logsTab.showErrorsButton")}
    </Button>
  );
  const text = say(count === 1 ? "logsTab.banner.error" : "logsTab.banner.errorPlural", { count });
  return (
    <Notice kind="warning" action={action}>
      {number(count)} {text}
    </Notice>
  );
}

/** Before anything has run. */
function NothingLogged({ of: { instance, connection } }: { of: Scope }) {
  const { say } = useText(phrases);
  const action = (
    <ButtonLink to="/integration-marketplace/">
      {say("integrations.id.logs__filterResults.placeholderCta--hasCustomer")}
    </ButtonLink>
  );
  if (connection !== undefined) {
    return (
      <Message title={say("logsTab.noLogsTitle")}>{say("marquetry.logs.ofConnection")}</Message>
    );
  }
  if (instance !== undefined) {
    return (
      <Message title={say("integrations.id.logs__filterResults.placeholderTitle")}>
        {say("integrations.id.logs__filterResults.placeholderText--hasInstance")}
      </Message>
    );
  }
  return (
    <Message title={say("emptyState.logsTitle")} action={action}>
      {say("emptyState.logsText--customer")} {say("emptyState.logsTextTwo--customer")}
    </Message>
  );
}

function question(scope: Scope, chosen: Chosen, now: Date): LogsQueryVariables {
  const { search, severity, logType, flow, instance } = chosen;
  const message = search.trim();
  return {
    ...scope,
    ...(message === "" ? {} : { message }),
    ...(severity === "" ? {} : { severity: Number(severity) }),
    ...(logType === "" ? {} : { logType: [logType] }),
    ...(flow === "" ? {} : { flow }),
    ...(instance === "" ? {} : { instance }),
    ...timesOf(chosen, now),
  };
}

/** When a line was written, which leads to what wrote it. */
function Moment({ row, isLink }: { row: LogRowFragment; isLink: boolean }) {
  const { say } = useText(phrases);
  const { moment } = useTime();
  const { executionResultId: id, instance, timestamp } = row;
  const time = <time dateTime={timestamp}>{moment(timestamp)}</time>;
  if (!isLink || id === null || instance === null) return time;
  return (
    <Link
      to={`${instancePath(instance)}executions/${id}/`}
      aria-label={`${say("detail.executionText")}: ${moment(timestamp)}`}
    >
      {time}
    </Link>
  );
}

interface LinesProps {
  rows: readonly LogRowFragment[];
  of: Scope;
  withInstance: boolean;
}

/** What the platform writes at both ends of an execution, which clients of the API look for. */
const MARKS = {
  "Starting Instance Execution": "marquetry.logs.started",
  "Ending Instance Execution": "marquetry.logs.ended",
  "Ending Instance Execution with an error": "marquetry.logs.failed",
} as const;

type Mark = keyof typeof MARKS;

const TITLES = { time: "dataTable.timestampLabel", message: "dataTable.messageLabel" } as const;

const TITLES_OF_CONNECTION = {
  time: "customerConnections.details.tabs.logs.dataTable.columns.timestamp",
  message: "customerConnections.details.tabs.logs.dataTable.columns.message",
} as const;

function Lines({ rows, of, withInstance }: LinesProps) {
  const { say, dynamic } = useText(phrases);
  const { time, message } = of.connection === undefined ? TITLES : TITLES_OF_CONNECTION;
  const columns: Column<LogRowFragment>[] = [
    {
      key: "time",
      title: say(time),
      cell: (row) => <Moment row={row} isLink={of.execution === undefined} />,
    },
    {
      key: "severity",
      title: say("input.severityLabel"),
      cell: ({ severity }) => {
        const { kind, text } = SEVERITIES[severity];
        return <Badge kind={kind}>{say(text)}</Badge>;
      },
    },
    {
      key: "message",
      title: say(message),
      cell: (row) => (
        <span className={styles["message"]} data-block>
          {row.message in MARKS ? say(MARKS[row.message as Mark]) : row.message}
        </span>
      ),
    },
  ];
  if (of.connection === undefined) {
    columns.push({
      key: "step",
      title: say("input.stepLabel"),
      cell: (row) => [row.stepName, row.loopPath].filter(Boolean).join(" · "),
    });
  }
  if (of.connection === undefined && of.execution === undefined) {
    const title = say("dataTable.flowLabel");
    columns.push({ key: "flow", title, cell: (row) => dynamic(row.flowConfig?.flow.name) });
  }
  if (withInstance) {
    const title = say("dataTable.instanceLabel");
    columns.push({ key: "instance", title, cell: (row) => dynamic(row.instance?.name) });
  }
  return (
    <Table
      caption={say("logsTab.title")}
      columns={columns}
      rows={rows}
      keyOf={(row) => row.id}
      isCompact
    />
  );
}
