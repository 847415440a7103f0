import { type ReactNode, Suspense, lazy } from "react";
import { nodes } from "@/api/error";
import { useQuery } from "@/api/use-query";
import { useText } from "@/text/use-text";
import { Link } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { Badge, Failure, Spinner } from "@/ui/state";
import { Chart } from "../executions/chart";
import { OutcomeBadge } from "../executions/status";
import { instancePath } from "../marketplace/state";
import type { InstanceHeadFragment } from "./instance.query";
import styles from "./instance.module.css";
import { type Life, lifeOf } from "./life";
import { Secret } from "./secret";
import { summaryPhrases } from "./summary-phrases";
import { InstanceSummary, LastExecution } from "./summary.query";

const RichText = lazy(() => import("@/ui/rich-text"));

interface SummaryProps {
  instance: InstanceHeadFragment;
  isMarketplaceUser: boolean;
  canOpenExecutions: boolean;
}

export default function Summary({ instance, isMarketplaceUser, canOpenExecutions }: SummaryProps) {
  const { say, dynamic } = useText(summaryPhrases);
  const { overview } = instance.integration;
  return (
    <div className={styles["panels"]}>
      {!isMarketplaceUser && (
        <Panel title={say("detail.executionslast24Hours")}>
          <Activity id={instance.id} canOpen={canOpenExecutions} />
        </Panel>
      )}
      <Panel title={say("detailsTab.title")}>
        <Facts instance={instance} />
      </Panel>
      <Connections instance={instance} />
      <Flows id={instance.id} isMarketplaceUser={isMarketplaceUser} />
      {overview !== null && overview !== "" && (
        <Panel title={say("detail.overviewLabel")} isWide>
          <Suspense fallback={<Spinner />}>
            <RichText text={dynamic(overview)} />
          </Suspense>
        </Panel>
      )}
    </div>
  );
}

function Panel(props: { title: string; isWide?: boolean; children: ReactNode }) {
  const wide = props.isWide === true ? ` ${styles["wide"]}` : "";
  return (
    <section className={styles["panel"] + wide}>
      <h2>{props.title}</h2>
      {props.children}
    </section>
  );
}

function Activity({ id, canOpen }: { id: string; canOpen: boolean }) {
  const { say, dynamic, date } = useText(summaryPhrases);
  const { data } = useQuery(LastExecution, { id }, { pollMs: 15_000 });
  const [last] = nodes(data?.executionResults);
  return (
    <>
      <Chart instance={id} />
      {data !== undefined && last === undefined && <p>{say("marquetry.summary.never")}</p>}
      {last !== undefined && (
        <div className={styles["row"]}>
          <span>
            {say("marquetry.summary.last")}{" "}
            {canOpen ? (
              <Link to={`${instancePath({ id })}executions/${last.id}/`}>
                {date(last.startedAt)}
              </Link>
            ) : (
              date(last.startedAt)
            )}
            {last.flow !== null && ` · ${dynamic(last.flow.name)}`}
          </span>
          <OutcomeBadge execution={last} />
        </div>
      )}
    </>
  );
}

const STATES = {
  active: "detail.statusRunningValue",
  changed: "detail.statusRunningValue",
  needsConfiguration: "detail.statusUnconfiguredValue",
  needsUserConfiguration: "detail.statusUnconfiguredValue",
  paused: "detail.statusPausedValue",
  undeployed: "detail.statusUnconfiguredValue",
} as const satisfies Record<Life, keyof typeof summaryPhrases>;

function Facts({ instance }: { instance: InstanceHeadFragment }) {
  const { say, dynamic, date, number } = useText(summaryPhrases);
  const { integration } = instance;
  const isDeployed = instance.lastDeployedAt !== null;
  const onOff = (isOn: boolean) => say(isOn ? "common.enabledStatus" : "common.disabledStatus");
  const facts: [string, ReactNode][] = [
    [say("detail.statusLabel"), say(STATES[lifeOf(instance)])],
    [say("detail.integrationLabel"), dynamic(integration.name)],
    [say("detail.categoryLabel"), dynamic(integration.category)],
    [say("detail.labelsLabel"), (integration.labels ?? []).map(dynamic).join(", ")],
    [say("detail.descriptionLabel"), dynamic(instance.description)],
    [say("detail.versionLabel"), isDeployed ? number(instance.deployedVersion) : ""],
    [say("detail.lastDeployedLabel"), date(instance.lastDeployedAt)],
    [say("detail.createdLabel"), date(instance.createdAt)],
    [say("detail.lastRunLabel"), date(instance.lastExecutedAt)],
    [say("input.disableLogsLabel"), onOff(instance.logsDisabled)],
    [say("input.disableStepOutputsLabel"), onOff(instance.stepResultsDisabled)],
  ];
  return (
    <dl className={styles["pairs"]}>
      {facts
        .filter(([, value]) => value !== "")
        .map(([name, value]) => (
          <div key={name} className={styles["pair"]}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

const STATUS = {
  ACTIVE: { kind: "success", text: "customerConnections.filters.status.option.connected" },
  PENDING: { kind: "warning", text: "customerConnections.filters.status.option.disconnected" },
  ERROR: { kind: "error", text: "customerConnections.filters.status.option.error" },
  FAILED: { kind: "error", text: "customerConnections.filters.status.option.error" },
} as const;

function Connections({ instance }: { instance: InstanceHeadFragment }) {
  const { say, dynamic } = useText(summaryPhrases);
  const connections = nodes(instance.configVariables).filter(
    ({ requiredConfigVariable: { dataType, orgOnly } }) =>
      dataType === "CONNECTION" && orgOnly !== true,
  );
  if (connections.length === 0) return null;
  return (
    <Panel title={say("connectionsTab.title")}>
      <ul className={styles["list"]}>
        {connections.map(({ id, status, requiredConfigVariable }) => {
          const said = status === null ? undefined : STATUS[status];
          return (
            <li key={id}>
              <div className={styles["row"]}>
                <span>{dynamic(requiredConfigVariable.key)}</span>
                {said !== undefined && <Badge kind={said.kind}>{say(said.text)}</Badge>}
              </div>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}

function Flows({ id, isMarketplaceUser }: { id: string; isMarketplaceUser: boolean }) {
  const { say, dynamic, date } = useText(summaryPhrases);
  const { data, error, refresh } = useQuery(InstanceSummary, { id });
  if (data === undefined) {
    if (error === undefined) return <Spinner />;
    return <Failure error={error} retry={() => void refresh()} />;
  }
  const flows = nodes(data.instance?.flowConfigs);
  return (
    <Panel title={say("marquetry.summary.flows")} isWide>
      <ul className={styles["list"]}>
        {flows.map(({ flow, webhookUrl, apiKeys, inFailedState, lastExecutedAt }) => (
          <li key={flow.id}>
            <div className={styles["row"]}>
              <h3>{dynamic(flow.name)}</h3>
              {inFailedState && (
                <Badge kind="error">{say("executionRuns.status.errorValue")}</Badge>
              )}
              <span className={styles["muted"]}>
                {say("detail.lastRunLabel")}: {date(lastExecutedAt) || say("detail.neverValue")}
              </span>
            </div>
            {flow.description !== null && flow.description !== "" && (
              <p className={styles["muted"]}>{dynamic(flow.description)}</p>
            )}
            <Secret
              copy={say("tooltip.copyUrl")}
              text={webhookUrl}
              label={`${say("marquetry.summary.webhook")}, ${dynamic(flow.name)}`}
              isOpen={!isMarketplaceUser}
            >
              <CopyButton
                text={curlOf(webhookUrl, (apiKeys ?? []).length > 0)}
                label={dynamic(flow.name)}
                name={`${say("tooltip.copyCurl")}: ${dynamic(flow.name)}`}
                shown={say("tooltip.copyCurl")}
              />
            </Secret>
            {(apiKeys ?? []).map((key) => (
              <Secret
                key={key}
                text={key ?? ""}
                label={`${say("input.apiKeyLabel")}, ${dynamic(flow.name)}`}
              />
            ))}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** A call of a flow, for a terminal. The key is a secret: whoever calls puts it in. */
function curlOf(url: string, hasKeys: boolean): string {
  const key = hasKeys ? " --header 'Api-Key: …'" : "";
  return `curl '${url}' --request POST --header 'Content-Type: application/json'${key} --data '{}'`;
}
