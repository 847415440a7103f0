import { useState } from "react";
import { useFeed } from "@/api/use-feed";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { FeedView } from "@/ui/feed";
import { Message } from "@/ui/state";
import { Chart } from "./chart";
import {
  type ExecutionRowFragment,
  Executions as Question,
  type ExecutionsQueryVariables,
} from "./executions.query";
import styles from "./executions.module.css";
import { type Chosen, ExecutionFilters, type Named, nothingChosen } from "./filters";
import { isRunning } from "./outcome";
import { phrases } from "./phrases";
import { timesOf } from "./range";
import { ReplayBar } from "./replay-bar";
import { Rows } from "./rows";
import { useReplays } from "./use-replays";

/** While something runs, and while nothing does. */
const POLL_MS = { running: 3_000, quiet: 10_000 };

interface ExecutionsProps {
  /** Nothing is all that the viewer may see. */
  instance?: string;
  /** What can be chosen from. */
  instances?: readonly Named[];
  flows?: readonly Named[];
  pathOf: (execution: { id: string }) => string;
}

export function Executions({ instance, instances = [], flows = [], pathOf }: ExecutionsProps) {
  const { say } = useText(phrases);
  const [chosen, setChosen] = useState(nothingChosen);
  const [isBusy, setIsBusy] = useState(false);
  const [now, setNow] = useState(() => new Date());
  const asked = question(instance, chosen, now);
  const feed = useFeed(Question, asked, (data) => data.executionResults, {
    pollMs: isBusy ? POLL_MS.running : POLL_MS.quiet,
  });
  const replaying = useReplays(feed.refresh);
  const runs = (feed.rows ?? []).some(isRunning);
  if (runs !== isBusy) setIsBusy(runs);
  const choose = (next: Chosen) => {
    setNow(new Date());
    setChosen(next);
    // Nothing runs again that nobody sees any more.
    if (!replaying.isRunning) replaying.clear();
  };
  const isNarrowed = Object.values({ ...chosen, direction: "" }).some((value) => value !== "");
  return (
    <section className={styles["section"]} aria-label={say("executionsTab.title")}>
      <ExecutionFilters
        chosen={chosen}
        instances={instances}
        flows={flows}
        choose={choose}
        refresh={() => void feed.refresh()}
      />
      <FoldedChart instance={instance} />
      <ReplayBar replaying={replaying} />
      <FeedView
        feed={feed}
        nothing={isNarrowed ? say("executionRuns.noExecutionsMessage") : <NothingRan />}
      >
        {(rows) => (
          <Rows
            rows={rows}
            withInstance={instance === undefined}
            pathOf={pathOf}
            replaying={replaying}
          />
        )}
      </FeedView>
    </section>
  );
}

function FoldedChart({ instance }: { instance: string | undefined }) {
  const { say } = useText(phrases);
  const [isOpen, setIsOpen] = useState(false);
  return (
    <div>
      <Button kind="quiet" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
        {say(isOpen ? "executionRuns.chart.collapseButton" : "executionRuns.chart.expandButton")}
      </Button>
      {isOpen && <Chart {...(instance === undefined ? {} : { instance })} />}
    </div>
  );
}

function NothingRan() {
  const { say } = useText(phrases);
  return (
    <Message title={say("integrations.id.executions__filterResults.placeholderTitle")}>
      {say("integrations.id.executions__filterResults.placeholderText")}
    </Message>
  );
}

function question(
  instance: string | undefined,
  chosen: Chosen,
  now: Date,
): ExecutionsQueryVariables {
  const { status, flow, invokeType, resultType, direction } = chosen;
  const whose = instance ?? chosen.instance;
  return {
    ...(whose === "" ? {} : { instance: whose }),
    ...(flow === "" ? {} : { flow }),
    ...(status === "" ? {} : { status: status as ExecutionRowFragment["status"] }),
    ...(invokeType === "" ? {} : { invokeType: [invokeType] }),
    ...(resultType === "" ? {} : { resultType: [resultType] }),
    ...(direction === "" ? {} : { direction: "ASC" }),
    ...timesOf(chosen, now),
  };
}
