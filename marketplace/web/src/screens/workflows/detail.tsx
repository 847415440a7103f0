/** A workflow: how it stands, what it does, and what can be done with it. */
import { type ReactElement, Suspense, lazy, useEffect } from "react";
import { nodes } from "@/api/error";
import { useLearning } from "@/api/session";
import { useQuery } from "@/api/use-query";
import { navigate } from "@/app/router";
import { Namespace, useText } from "@/text/use-text";
import { Page } from "@/ui/page";
import { Failure, Spinner } from "@/ui/state";
import { Tabs } from "@/ui/tabs";
import { maySee } from "../building/rights";
import { NotFoundScreen } from "../not-found";
import UnavailableScreen from "../unavailable/unavailable";
import { Actions, Notices, useRunning } from "./actions";
import { phrases } from "./phrases";
import { StateBadge } from "./state-badge";
import { stateOf, workflowPath } from "./state";
import { type WorkflowHeadFragment, WorkflowScreen as Question } from "./workflow.query";
import styles from "../building/building.module.css";

const StepsTab = lazy(() => import("./steps-tab"));
const DefinitionTab = lazy(() => import("./definition-tab"));
const VersionsTab = lazy(() => import("./versions-tab"));
const ExecutionsTab = lazy(() => import("../instance/executions-tab"));
const LogsTab = lazy(() => import("../instance/logs-tab"));

interface WorkflowScreenProps {
  id: string;
  tab: string | undefined;
  /** What is opened inside the tab. */
  detail: string | undefined;
}

export default function WorkflowScreen({ id, tab, detail }: WorkflowScreenProps) {
  const { data, error, refresh } = useQuery(Question, { id });
  useLearning(data);
  if (data === undefined) {
    if (error === undefined) return <Spinner />;
    return <Failure error={error} retry={() => void refresh()} isScreen />;
  }
  if (!maySee(data.authenticatedUser, "allowEmbeddedWorkflowBuilder")) return <UnavailableScreen />;
  const [workflow] = nodes(data.workflow?.draft);
  if (workflow === undefined) return <NotFoundScreen />;
  return <Found workflow={workflow} refresh={refresh} asked={tab} detail={detail} />;
}

interface FoundProps {
  workflow: WorkflowHeadFragment;
  refresh: () => Promise<void>;
  asked: string | undefined;
  detail: string | undefined;
}

function Found(props: FoundProps) {
  const { workflow, refresh } = props;
  const { say, dynamic, date } = useText(phrases);
  const running = useRunning(workflow, refresh);
  const { deployedVersion, lastExecutedAt } = workflow;
  const run = date(lastExecutedAt) || say("detail.neverValue");
  return (
    <Page
      title={dynamic(workflow.name)}
      about={
        <p className={styles["about"]}>
          <StateBadge state={stateOf(workflow)} />
          {deployedVersion !== null && (
            <span>{say("marquetry.version", { version: deployedVersion.versionNumber })}</span>
          )}
          <span>
            {say("detail.lastRunLabel")}: {run}
          </span>
        </p>
      }
      back={{ to: "/workflows/", label: say("marquetry.workflows.title") }}
      actions={<Actions workflow={workflow} running={running} />}
    >
      <Notices workflow={workflow} running={running} />
      <Parts {...props} />
    </Page>
  );
}

const TITLES = {
  steps: "marquetry.building.steps",
  definition: "marquetry.building.definition",
  versions: "marquetry.building.versions",
  executions: "executionsTab.title",
  logs: "logsTab.title",
} as const;

type TabKey = keyof typeof TITLES;

/** The pages whose phrases hosts know. */
const NAMESPACES: Partial<Record<TabKey, string>> = {
  executions: "integrations.id.executions",
  logs: "integrations.id.logs",
};

function Parts({ workflow, refresh, asked, detail }: FoundProps) {
  const { say } = useText(phrases);
  const tabs: TabKey[] = ["steps", "definition", "versions"];
  if (workflow.instance !== null) tabs.push("executions", "logs");
  const tab = tabs.find((key) => key === asked) ?? "steps";
  const pathOf = (key: TabKey) => `${workflowPath(workflow)}${key === "steps" ? "" : `${key}/`}`;
  const isElsewhere = asked !== undefined && asked !== tab;
  useEffect(() => {
    if (isElsewhere) navigate(pathOf(tab), { replace: true });
  });
  return (
    <>
      <Tabs
        label={say("marquetry.tabs")}
        tabs={tabs.map((key) => ({ key, label: say(TITLES[key]), to: pathOf(key) }))}
        current={tab}
      />
      <Namespace value={NAMESPACES[tab]}>
        <Suspense fallback={<Spinner />}>
          <Part key={tab} {...{ tab, workflow, refresh, detail }} path={pathOf("executions")} />
        </Suspense>
      </Namespace>
    </>
  );
}

interface PartProps extends Omit<FoundProps, "asked"> {
  tab: TabKey;
  /** Where the list of executions is. */
  path: string;
}

function Part({ tab, workflow, refresh, detail, path }: PartProps): ReactElement {
  const copy = workflow.instance?.id ?? "";
  switch (tab) {
    case "steps":
      return <StepsTab workflow={workflow} />;
    case "definition":
      return <DefinitionTab workflow={workflow} refresh={refresh} />;
    case "versions":
      return <VersionsTab workflow={workflow} />;
    case "executions":
      return <ExecutionsTab id={copy} execution={detail} list={path} />;
    case "logs":
      return <LogsTab id={copy} />;
  }
}
