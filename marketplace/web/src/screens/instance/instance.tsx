/** An activated integration: how it stands, what it did, what can be done with it. */
import { type ReactElement, Suspense, lazy, useEffect, useState } from "react";
import { useLearning } from "@/api/session";
import { useQuery } from "@/api/use-query";
import { navigate, parameter } from "@/app/router";
import { useStore } from "@/app/store";
import { screenConfiguration } from "@/host/settings";
import { Namespace, useText } from "@/text/use-text";
import { Failure, Message, Spinner } from "@/ui/state";
import { Tabs } from "@/ui/tabs";
import { maySee } from "../building/rights";
import { instancePath } from "../marketplace/state";
import { NotFoundScreen } from "../not-found";
import { workflowPath } from "../workflows/state";
import { Banners } from "./banners";
import { Head } from "./head";
import {
  type InstanceHeadFragment,
  type InstanceScreenQuery,
  InstanceScreen as Question,
} from "./instance.query";
import styles from "./instance.module.css";
import { phrases } from "./phrases";
import { type TabKey, currentTab, tabsOf } from "./tabs";

const Summary = lazy(() => import("./summary"));
const TestTab = lazy(() => import("./test-tab"));
const ExecutionsTab = lazy(() => import("./executions-tab"));
const LogsTab = lazy(() => import("./logs-tab"));
const MonitorsTab = lazy(() => import("./monitors-tab"));
const UsersTab = lazy(() => import("./users-tab"));
const AttachmentList = lazy(() => import("./attachments-tab"));

interface InstanceScreenProps {
  id: string;
  tab: string | undefined;
  /** What is opened inside the tab. */
  detail: string | undefined;
}

export default function InstanceScreen({ id, tab, detail }: InstanceScreenProps) {
  const { say, dynamic } = useText(phrases);
  const { data, error, refresh } = useQuery(Question, { id });
  const session = useLearning(data);
  const [removed, setRemoved] = useState<string>();
  const workflow = workflowOf(data);
  useEffect(() => {
    if (workflow === undefined) return;
    const place = [tab, detail].filter((part) => part !== undefined).map((part) => `${part}/`);
    navigate(workflowPath({ id: workflow }) + place.join(""), { replace: true });
  }, [workflow]);
  if (removed !== undefined) {
    const text = say("marquetry.removed.text", { name: dynamic(removed) });
    return (
      <Message title={say("marquetry.removed.title")} isScreen>
        {text}
      </Message>
    );
  }
  if (data === undefined) {
    if (error === undefined) return <Spinner />;
    return <Failure error={error} retry={() => void refresh()} isScreen />;
  }
  if (data.instance === null) return <NotFoundScreen />;
  if (session === undefined || workflow !== undefined) return <Spinner />;
  const leave = () => {
    if (parameter("skipRedirectOnRemove") === "true") setRemoved(data.instance?.name);
    else navigate("/integration-marketplace/", { replace: true });
  };
  return (
    <main className={styles["screen"]}>
      <Head instance={data.instance} refresh={refresh} onRemoved={leave} />
      <Banners instance={data.instance} refresh={refresh} />
      <Parts
        instance={data.instance}
        isMarketplaceUser={session.isMarketplaceUser}
        asked={tab}
        detail={detail}
      />
    </main>
  );
}

/** What runs of a workflow has the page of the workflow, for those who may see that. */
function workflowOf(data: InstanceScreenQuery | undefined): string | undefined {
  if (data === undefined) return undefined;
  const isBuilder = maySee(data.authenticatedUser, "allowEmbeddedWorkflowBuilder");
  return isBuilder ? data.instance?.workflow?.id : undefined;
}

interface PartsProps {
  instance: InstanceHeadFragment;
  isMarketplaceUser: boolean;
  asked: string | undefined;
  detail: string | undefined;
}

function Parts({ instance, isMarketplaceUser, asked, detail }: PartsProps) {
  const { say } = useText(phrases);
  const { hideTabs } = useStore(screenConfiguration).instance;
  const tabs = tabsOf({
    configured: instance.integration.marketplaceTabConfiguration,
    hidden: hideTabs,
    isMarketplaceUser,
    mayTest: instance.allowUpdate,
    isUserConfigured: instance.integration.userLevelConfigured,
    hasAttachments: attachmentsOf(instance).length > 0,
  });
  const tab = currentTab(asked, tabs);
  const pathOf = (key: TabKey) => `${instancePath(instance)}${key === "summary" ? "" : `${key}/`}`;
  const isElsewhere = asked !== undefined && asked !== tab;
  useEffect(() => {
    if (isElsewhere) navigate(pathOf(tab), { replace: true });
  });
  return (
    <>
      {tabs.length > 1 && (
        <Tabs
          label={say("marquetry.tabs")}
          tabs={tabs.map((key) => ({ key, label: say(TITLES[key]), to: pathOf(key) }))}
          current={tab}
        />
      )}
      <Namespace value={NAMESPACES[tab]}>
        <Suspense fallback={<Spinner />}>
          <Part
            key={tab}
            tab={tab}
            tabs={tabs}
            instance={instance}
            isMarketplaceUser={isMarketplaceUser}
            detail={detail}
          />
        </Suspense>
      </Namespace>
    </>
  );
}

const TITLES = {
  summary: "summaryTab.title",
  test: "testTab.title",
  executions: "executionsTab.title",
  monitors: "alertMonitorsTab.title",
  logs: "logsTab.title",
  configurations: "configurationTab.title",
  attachments: "attachmentsTab.title",
} as const;

const NAMESPACES: Record<TabKey, string> = {
  summary: "integrations.id",
  test: "integrations.id.test",
  executions: "integrations.id.executions",
  monitors: "integrations.id.alert-monitors",
  logs: "integrations.id.logs",
  configurations: "integrations.id.configurations",
  attachments: "integrations.id",
};

function attachmentsOf(instance: InstanceHeadFragment) {
  return (instance.integration.attachments ?? []).filter((one) => one !== null);
}

interface PartProps {
  tab: TabKey;
  tabs: readonly TabKey[];
  instance: InstanceHeadFragment;
  isMarketplaceUser: boolean;
  detail: string | undefined;
}

function Part({ tab, tabs, instance, isMarketplaceUser, detail }: PartProps): ReactElement {
  const { id } = instance;
  switch (tab) {
    case "test":
      return <TestTab id={id} />;
    case "executions":
      return (
        <ExecutionsTab id={id} execution={detail} list={`${instancePath(instance)}executions/`} />
      );
    case "logs":
      return <LogsTab id={id} />;
    case "monitors":
      return <MonitorsTab id={id} />;
    case "configurations":
      return <UsersTab instance={instance} isMarketplaceUser={isMarketplaceUser} />;
    case "attachments":
      return <AttachmentList attachments={attachmentsOf(instance)} />;
    case "summary":
      return (
        <Summary
          instance={instance}
          isMarketplaceUser={isMarketplaceUser}
          canOpenExecutions={tabs.includes("executions")}
        />
      );
  }
}
