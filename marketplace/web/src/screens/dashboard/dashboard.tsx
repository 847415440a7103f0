import { Suspense, lazy, useEffect } from "react";
import { nodes } from "@/api/error";
import { useLearning } from "@/api/session";
import { useQuery } from "@/api/use-query";
import { navigate } from "@/app/router";
import { useStore } from "@/app/store";
import { screenConfiguration } from "@/host/settings";
import { useText } from "@/text/use-text";
import { Page } from "@/ui/page";
import { Failure, Message, Spinner } from "@/ui/state";
import { Tabs } from "@/ui/tabs";
import { ExecutionDetail } from "../executions/detail";
import { Executions } from "../executions/list";
import { InstanceNames } from "../logs/screen.query";
import { Dashboard as Question, type DashboardQuery } from "./dashboard.query";
import styles from "./dashboard.module.css";
import { Instances } from "./instances";
import { phrases } from "./phrases";
import { Summary } from "./summary";
import { type TabKey, tabsOf } from "./tabs";

const MarketplaceList = lazy(async () => ({
  default: (await import("../marketplace/list")).MarketplaceScreen,
}));
const Catalogue = lazy(async () => ({
  default: (await import("../components/list")).Catalogue,
}));
const AllLogs = lazy(async () => ({ default: (await import("../logs/screen")).AllLogs }));
const Connections = lazy(async () => ({
  default: (await import("../connections/list")).Connections,
}));
const AllMonitors = lazy(() => import("./monitors"));
const Users = lazy(() => import("./users"));
const AttachmentList = lazy(() => import("../instance/attachments-tab"));

interface DashboardProps {
  tab: string | undefined;
  detail: string | undefined;
}

/** All that a customer has, in one place. */
export default function DashboardScreen({ tab: asked, detail }: DashboardProps) {
  const { say } = useText(phrases);
  const { data, error, refresh } = useQuery(Question, {});
  const session = useLearning(data);
  const { hideTabs } = useStore(screenConfiguration).dashboard;
  const tabs = tabsOf(hideTabs, session?.isMarketplaceUser ?? false);
  const tab = tabs.find((key) => key === asked) ?? tabs[0];
  const isElsewhere = session !== undefined && asked !== undefined && asked !== tab;
  useEffect(() => {
    if (isElsewhere) navigate("/dashboard/", { replace: true });
  });
  if (data === undefined || session === undefined) {
    if (error === undefined) return <Spinner />;
    return <Failure error={error} retry={() => void refresh()} isScreen />;
  }
  if (tab === undefined) {
    return <Message title={say("nullState.permissionDenied.message")} isScreen />;
  }
  const links = (
    <Tabs
      label={say("marquetry.tabs")}
      tabs={tabs.map((key) => ({ key, label: say(TITLES[key]), to: `/dashboard/${key}/` }))}
      current={tab}
    />
  );
  if (tab === "marketplace") {
    // It is a screen of its own, with its own head.
    return (
      <>
        <div className={styles["links"]}>{links}</div>
        <Suspense fallback={<Spinner />}>
          <MarketplaceList />
        </Suspense>
      </>
    );
  }
  return (
    <Page title={say("dashboard__filterBar.title")}>
      {links}
      <Suspense fallback={<Spinner />}>
        <Part key={tab} tab={tab} detail={detail} data={data} />
      </Suspense>
    </Page>
  );
}

const TITLES = {
  summary: "summaryTab.title",
  marketplace: "marketplaceTab.title",
  instances: "instancesTab.title",
  executions: "executionsTab.title",
  logs: "logsTab.title",
  connections: "connectionsTab.title",
  components: "componentsTab.title",
  attachments: "attachmentsTab.title",
  monitors: "alertMonitorsTab.title",
  users: "usersTab.title",
} as const satisfies Record<TabKey, keyof typeof phrases>;

const EXECUTIONS = "/dashboard/executions/";

function AllExecutions({ pathOf }: { pathOf: (one: { id: string }) => string }) {
  const { data } = useQuery(InstanceNames, {});
  return <Executions instances={nodes(data?.instances)} pathOf={pathOf} />;
}

interface PartProps {
  tab: Exclude<TabKey, "marketplace">;
  detail: string | undefined;
  data: DashboardQuery;
}

function Part({ tab, detail, data }: PartProps) {
  const { say } = useText(phrases);
  const pathOf = (one: { id: string }) => `${EXECUTIONS}${one.id}/`;
  switch (tab) {
    case "summary":
      return <Summary data={data} />;
    case "instances":
      return <Instances />;
    case "executions":
      if (detail === undefined) return <AllExecutions pathOf={pathOf} />;
      return <ExecutionDetail key={detail} id={detail} back={EXECUTIONS} pathOf={pathOf} />;
    case "logs":
      return <AllLogs />;
    case "connections":
      return <Connections />;
    case "components":
      return <Catalogue />;
    case "monitors":
      return <AllMonitors />;
    case "users":
      return <Users customer={data.authenticatedUser.customer} />;
    case "attachments": {
      const all = data.authenticatedUser.customer?.attachments ?? [];
      const attachments = all.filter((one) => one !== null);
      if (attachments.length > 0) return <AttachmentList attachments={attachments} />;
      return (
        <Message title={say("emptyState.attachmentsTitle--embedded")}>
          {say("emptyState.attachmentsText--embedded")}
        </Message>
      );
    }
  }
}
