import { type ReactNode, useEffect, useState } from "react";
import { mutate } from "@/api/client";
import { done, nodes } from "@/api/error";
import { useAction, useQuery } from "@/api/use-query";
import { navigate } from "@/app/router";
import { useText } from "@/text/use-text";
import { useTime } from "@/text/use-time";
import { Button, Link } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { Failure, Message, Notice, Spinner } from "@/ui/state";
import { Logs } from "../logs/logs";
import { ExecutionDetail as Question, type ExecutionDetailQuery, Replay } from "./detail.query";
import styles from "./executions.module.css";
import { LinkedExecutions } from "./linked";
import { Names } from "./names";
import { isRunning } from "./outcome";
import { Payload } from "./payload";
import { phrases } from "./phrases";
import { endingOf } from "./retries";
import { Cause } from "./rows";
import { OutcomeBadge } from "./status";
import { Steps } from "./steps";

/** While it runs; what is written late comes a little after its end. */
const POLL_MS = 1_500;
const LATE_MS = 4_000;

interface DetailProps {
  id: string;
  /** Where the list is that leads here; none where there is no way back. */
  back?: string;
  pathOf: (execution: { id: string }) => string;
}

export type Execution = NonNullable<ExecutionDetailQuery["executionResult"]>;

/** One execution: what it did step by step, what it said, and what it belongs to. */
export function ExecutionDetail({ id, back, pathOf }: DetailProps) {
  const { say } = useText(phrases);
  const [isOver, setIsOver] = useState(false);
  const pollMs = isOver ? undefined : POLL_MS;
  const { data, error, refresh } = useQuery(Question, { id }, { pollMs });
  const found = data?.executionResult;
  const runs = found === undefined || (found !== null && isRunning(found));
  useEffect(() => {
    if (runs) return;
    const timer = setTimeout(() => setIsOver(true), LATE_MS);
    return () => clearTimeout(timer);
  }, [runs]);
  if (data === undefined) {
    if (error === undefined) return <Spinner />;
    return <Failure error={error} retry={() => void refresh()} />;
  }
  const execution = data.executionResult;
  if (execution === null) return <Message title={say("app.marketplace-not-found__title")} />;
  return (
    <article className={styles["section"]} aria-label={say("executionDetails.title")}>
      {back !== undefined && (
        <p>
          <Link to={back}>{say("marquetry.executions.all")}</Link>
        </p>
      )}
      <Head execution={execution} pathOf={pathOf} />
      {execution.error !== null && <RawError text={execution.error} />}
      <Section title={say("executionRuns.field.stepsLabel")}>
        <Steps id={id} pollMs={pollMs} />
      </Section>
      <Section title={say("executionRuns.field.triggerPayloadLabel")}>
        <Payload id={id} link={execution.requestPayloadUrl} />
      </Section>
      <LinkedExecutions execution={execution} pathOf={pathOf} />
      <Section title={say("logsTab.title")}>
        <Logs execution={id} isLive={!isOver} />
      </Section>
      <Names execution={execution} />
    </article>
  );
}

function RawError({ text }: { text: string }) {
  const { say } = useText(phrases);
  const label = say("executionRuns.sidebar.rawErrorLabel");
  const name = say("executionRuns.sidebar.copyErrorButton");
  const copy = <CopyButton {...{ text, label, name }} />;
  return (
    <Notice kind="error" action={copy}>
      <strong>{label}</strong>
      <p className={styles["error"]}>{text}</p>
    </Notice>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles["part"]}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

interface HeadProps {
  execution: Execution;
  pathOf: (execution: { id: string }) => string;
}

function Head({ execution, pathOf }: HeadProps) {
  const { say, dynamic } = useText(phrases);
  const { moment, between } = useTime();
  const replay = useAction(async () => {
    const { instanceExecutionResult: next } = done(
      (await mutate(Replay, { id: execution.id })).replayExecution,
    );
    if (next !== null) navigate(pathOf(next));
  });
  const facts: [string, ReactNode][] = [
    [say("executionRuns.field.statusLabel"), <OutcomeBadge key="status" execution={execution} />],
    [say("executionRuns.field.queuedAtLabel"), moment(execution.queuedAt)],
    [say("executionRuns.field.startedLabel"), moment(execution.startedAt)],
    [say("executionRuns.field.endedAtLabel"), moment(execution.endedAt)],
    [say("executionRuns.field.durationLabel"), between(execution.startedAt, execution.endedAt)],
    [say("executionRuns.field.invokeTypeLabel"), <Cause key="cause" execution={execution} />],
    [say("detail.retryLabel"), retriesText(execution, say)],
    [say("executionRuns.field.retryAttemptLabel"), execution.retryCount || ""],
    [say("retryTab.scheduledRetryLabel"), nextTry(execution, say, moment)],
    [say("retryTab.statusLabel"), endingText(execution, say)],
    [
      say("executionRuns.field.isTestExecutionLabel"),
      execution.isTestExecution ? say("executionRuns.table.yesValue") : "",
    ],
  ];
  return (
    <>
      <div className={styles["row"]}>
        <h2>
          {execution.flow === null ? say("marquetry.flow.unknown") : dynamic(execution.flow.name)}
        </h2>
        {execution.instance?.allowUpdate === true && !isRunning(execution) && (
          <Button aria-disabled={replay.isRunning} onClick={() => {
            if (!replay.isRunning) void replay.run();
          }}>
            {say("executionRuns.replay.replayButton")}
          </Button>
        )}
      </div>
      {replay.error !== undefined && <Notice kind="error">{replay.error.message}</Notice>}
      <dl className={styles["facts"]}>
        {facts
          .filter(([, value]) => value !== "")
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </>
  );
}

type Say = ReturnType<typeof useText<typeof phrases>>["say"];

function nextTry(execution: Execution, say: Say, moment: (at: string) => string): string {
  if (execution.retryNextAt === null) return "";
  return say("retryTab.scheduledRetryText", {
    retryIndex: (execution.retryCount ?? 0) + 1,
    maxRetryCount: execution.maxRetryCount ?? 0,
    nextScheduledRetry: moment(execution.retryNextAt),
  });
}

function retriesText(execution: Execution, say: Say): string {
  const { maxRetryCount } = execution;
  if (maxRetryCount === null || maxRetryCount === 0) return "";
  const retryCount = nodes(execution.retryAttempts).length;
  return say("detail.retryValue", { retryCount, maxRetryCount });
}

function endingText(execution: Execution, say: Say): string {
  const ending = endingOf(execution, nodes(execution.retryAttempts));
  if (ending === undefined) return "";
  const { is, retries: retryCount } = ending;
  if (is === "succeeded") {
    if (retryCount === 0) return say("retryTab.statusSuccessWithoutRetry");
    return say("retryTab.statusSuccessText", { retryCount });
  }
  const text = retryCount === 1 ? "retryTab.statusFailedText" : "retryTab.statusFailedPluralText";
  return say(text, { retryCount });
}
