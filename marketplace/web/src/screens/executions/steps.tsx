import { useState } from "react";
import { useFeed } from "@/api/use-feed";
import { useText } from "@/text/use-text";
import { useTime } from "@/text/use-time";
import { Button } from "@/ui/button";
import { Filters, Search } from "@/ui/filters";
import { Failure, Spinner } from "@/ui/state";
import { ExecutionSteps, type StepRowFragment } from "./detail.query";
import styles from "./executions.module.css";
import { phrases } from "./phrases";
import { StepResult } from "./step-result";
import { type StepNode, type Turn, foundSteps, treeOf } from "./tree";

/** So many are found without a search. */
const STEPS_MAX = 8;

interface StepsProps {
  id: string;
  pollMs: number | undefined;
}

/** The steps of an execution, and the result of the one that was chosen. */
export function Steps({ id, pollMs }: StepsProps) {
  const { say } = useText(phrases);
  const outer = useSteps(id, false, pollMs);
  const inner = useSteps(id, true, pollMs);
  const [chosen, setChosen] = useState<string>();
  const [search, setSearch] = useState("");
  const steps = [...(outer.rows ?? []), ...(inner.rows ?? [])];
  const error = outer.error ?? inner.error;
  const shown = steps.find((step) => step.id === chosen) ?? lastToLookAt(steps);
  if (error !== undefined && steps.length === 0) {
    return <Failure error={error} retry={() => void outer.refresh()} />;
  }
  if (outer.rows === undefined) return <Spinner />;
  if (steps.length === 0) return <p>{say("stepOutputsTab.noStepOutputsText")}</p>;
  const more = outer.loadMore ?? inner.loadMore;
  const searchLabel = say("input.filterSearchPlaceholder", {
    type: say("executionRuns.field.stepsLabel"),
  });
  const found = foundSteps(steps, search);
  return (
    <div className={styles["steps"]}>
      <div>
        {steps.length > STEPS_MAX && (
          <Filters label={searchLabel}>
            <Search label={searchLabel} value={search} onChange={setSearch} />
          </Filters>
        )}
        {found.length === 0 && <p role="status">{say("noResults.title")}</p>}
        <Nodes nodes={treeOf(found)} chosen={shown?.id} choose={setChosen} />
        {more !== undefined && <Button onClick={more}>{say("common.loadMore")}</Button>}
      </div>
      {shown !== undefined && <StepResult key={shown.id} step={shown} />}
    </div>
  );
}

function useSteps(id: string, isLoopStep: boolean, pollMs: number | undefined) {
  return useFeed(ExecutionSteps, { id, isLoopStep }, (data) => data.stepResults, { pollMs });
}

/** What failed is what somebody looks for; else where it ended. */
function lastToLookAt(steps: readonly StepRowFragment[]): StepRowFragment | undefined {
  return steps.find((step) => step.hasError) ?? steps[0];
}

interface NodesProps {
  nodes: readonly StepNode[];
  chosen: string | undefined;
  choose: (id: string) => void;
}

function Nodes({ nodes, chosen, choose }: NodesProps) {
  return (
    <ul className={styles["tree"]}>
      {nodes.map((node) => (
        <li key={node.step?.id ?? node.name}>
          {node.step === undefined ? (
            <span className={styles["unended"]}>{node.name}</span>
          ) : (
            <Step step={node.step} isChosen={node.step.id === chosen} choose={choose} />
          )}
          {node.turns.map((turn) => (
            <OneTurn key={turn.index} turn={turn} chosen={chosen} choose={choose} />
          ))}
        </li>
      ))}
    </ul>
  );
}

interface TurnProps {
  turn: Turn;
  chosen: string | undefined;
  choose: (id: string) => void;
}

function OneTurn({ turn, chosen, choose }: TurnProps) {
  const { say, number } = useText(phrases);
  const hasError = turn.nodes.some((node) => node.step?.hasError === true);
  return (
    <details className={styles["turn"]} open={hasError}>
      <summary>
        {say("marquetry.steps.turn", { number: number(turn.index + 1) })}
        {hasError && <span className={styles["failed"]}> ({say("marquetry.steps.failed")})</span>}
      </summary>
      <Nodes nodes={turn.nodes} chosen={chosen} choose={choose} />
    </details>
  );
}

interface StepProps {
  step: StepRowFragment;
  isChosen: boolean;
  choose: (id: string) => void;
}

function Step({ step, isChosen, choose }: StepProps) {
  const { say, dynamic } = useText(phrases);
  const { between } = useTime();
  return (
    <button
      type="button"
      className={styles["step"]}
      aria-pressed={isChosen}
      onClick={() => choose(step.id)}
    >
      <span className={styles["stepName"]}>
        {dynamic(step.displayStepName ?? step.stepName)}
        {step.branchName !== null && step.branchName !== "" && (
          <span className={styles["muted"]}>
            {" "}
            {say("marquetry.steps.branch", { name: dynamic(step.branchName) })}
          </span>
        )}
      </span>
      {step.hasError && <span className={styles["failed"]}>{say("marquetry.steps.failed")}</span>}
      <span className={styles["muted"]}>{between(step.startedAt, step.endedAt)}</span>
    </button>
  );
}
