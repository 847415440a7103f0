import { useState } from "react";
import { mutate } from "@/api/client";
import { done, nodes } from "@/api/error";
import { identity } from "@/api/session-token";
import { useAction, useQuery } from "@/api/use-query";
import { createStore, useStore } from "@/app/store";
import { useText } from "@/text/use-text";
import { Button, ButtonLink } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { Field, inputClass } from "@/ui/field";
import { Failure, Message, Notice, Spinner } from "@/ui/state";
import { ExecutionDetail } from "../executions/detail";
import { instancePath } from "../marketplace/state";
import { InstanceFlows, type InstanceFlowsQuery, RememberTest, RunTest } from "./flows.query";
import { HeaderRows } from "./header-rows";
import styles from "./instance.module.css";
import { type Call, callOf, isBroken, isSame, writeHeaders } from "./test-call";
import { testPhrases } from "./test-phrases";

/** What was typed for each flow; it outlives a look at another flow, and at another tab. */
const drafts = createStore<Record<string, Call>>({});
identity.subscribe(() => drafts.set({}));

/** Runs a flow as if its URL had been called, and shows what it does. */
export default function TestTab({ id }: { id: string }) {
  const { say } = useText(testPhrases);
  const { data, error, refresh } = useQuery(InstanceFlows, { id });
  if (data === undefined) {
    if (error === undefined) return <Spinner />;
    return <Failure error={error} retry={() => void refresh()} />;
  }
  const flows = nodes(data.instance?.flowConfigs);
  const [first] = flows;
  if (first === undefined) return <Message title={say("marquetry.test.noFlows")} />;
  return <Bench id={id} flows={flows} first={first} refresh={refresh} />;
}

type Flow = NonNullable<
  NonNullable<InstanceFlowsQuery["instance"]>["flowConfigs"]["nodes"][number]
>;

interface BenchProps {
  id: string;
  flows: readonly Flow[];
  first: Flow;
  refresh: () => Promise<void>;
}

function Bench({ id, flows, first, refresh }: BenchProps) {
  const { say, dynamic } = useText(testPhrases);
  const [chosen, setChosen] = useState(first.id);
  const calls = useStore(drafts);
  const [execution, setExecution] = useState<string>();
  const flow = flows.find((known) => known.id === chosen) ?? first;
  const call = calls[flow.id] ?? callOf(flow);
  const change = (next: Partial<Call>) =>
    drafts.set({ ...calls, [flow.id]: { ...call, ...next } });
  const test = useAction(async () => {
    setExecution(await run(id, flow, call));
    void refresh();
  });
  const pathOf = (one: { id: string }) => `${instancePath({ id })}executions/${one.id}/`;
  return (
    <div className={styles["bench"]}>
      <form
        className={styles["form"]}
        onSubmit={(event) => {
          event.preventDefault();
          if (!test.isRunning && !isBroken(call)) void test.run();
        }}
      >
        <Field label={say("input.selectFlowLabel")}>
          {(ids) => (
            <select
              {...ids}
              className={inputClass}
              value={flow.id}
              onChange={(event) => setChosen(event.target.value)}
            >
              {flows.map((known) => (
                <option key={known.id} value={known.id}>
                  {dynamic(known.flow.name)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <CallFields call={call} change={change} />
        {test.error !== undefined && <Notice kind="error">{test.error.message}</Notice>}
        <Button kind="primary" type="submit" aria-disabled={test.isRunning || isBroken(call)}>
          {say(
            test.isRunning ? "common.loading" : "integrations.id.test__filterBar.saveRunButton",
          )}
        </Button>
      </form>
      <section aria-label={say("testTab.testResults.title")} className={styles["form"]}>
        {test.isRunning && <Notice>{say("testTab.testResults.banner.text--testIsRunning")}</Notice>}
        {execution === undefined ? (
          <Message title={say("logsTab.noTestSelectedTitle")}>
            {say("logsTab.noTestSelectedText")}
          </Message>
        ) : (
          <>
            <div>
              <ButtonLink to={pathOf({ id: execution })}>
                {say("testTab.testResults.button")}
              </ButtonLink>
            </div>
            <ExecutionDetail key={execution} id={execution} pathOf={pathOf} />
          </>
        )}
      </section>
    </div>
  );
}

/** Remembers the call for the next time, and makes it. */
async function run(instance: string, flow: Flow, call: Call): Promise<string | undefined> {
  const { payload, contentType } = call;
  const headers = writeHeaders(call.headers);
  if (!isSame(call, callOf(flow))) {
    const input = { instance, flow: flow.flow.id, payload, contentType, headers };
    done((await mutate(RememberTest, input)).updateInstance);
  }
  const answer = await mutate(RunTest, { id: flow.id, payload, contentType, headers });
  const { testInstanceFlowConfigResult: result } = done(answer.testInstanceFlowConfig);
  return result?.execution?.id;
}

interface CallProps {
  call: Call;
  change: (next: Partial<Call>) => void;
}

function CallFields({ call, change }: CallProps) {
  const { say } = useText(testPhrases);
  const problem = isBroken(call) ? say("marquetry.test.broken") : undefined;
  return (
    <>
      <Field label={say("input.contentTypeLabel")}>
        {(ids) => (
          <input
            {...ids}
            dir="ltr"
            className={inputClass}
            value={call.contentType}
            onChange={(event) => change({ contentType: event.target.value })}
          />
        )}
      </Field>
      <Field label={say("input.payloadBodyLabel")} problem={problem}>
        {(ids) => (
          <textarea
            {...ids}
            dir="ltr"
            spellCheck={false}
            rows={8}
            className={`${inputClass} ${styles["code"]}`}
            value={call.payload}
            onChange={(event) => change({ payload: event.target.value })}
          />
        )}
      </Field>
      {call.payload !== "" && (
        <div>
          <CopyButton
            text={call.payload}
            label={say("input.payloadBodyLabel")}
            name={say("tooltip.copyPayload")}
          />
        </div>
      )}
      <HeaderRows headers={call.headers} onChange={(headers) => change({ headers })} />
    </>
  );
}
