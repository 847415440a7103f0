import { useLearning } from "@/api/session";
import { useFeed } from "@/api/use-feed";
import { useQuery } from "@/api/use-query";
import { useStore } from "@/app/store";
import { screenConfiguration } from "@/host/settings";
import { useText } from "@/text/use-text";
import { FeedView } from "@/ui/feed";
import { Page } from "@/ui/page";
import { Failure, Message, Spinner } from "@/ui/state";
import { type Column, Table } from "@/ui/table";
import styles from "../building/building.module.css";
import { Moment, useColumns } from "../building/columns";
import { Narrowing, useNarrowing } from "../building/narrowing";
import { mayCreate, maySee } from "../building/rights";
import { designPath } from "../designer/state";
import UnavailableScreen from "../unavailable/unavailable";
import { CreateWorkflowButton } from "./create";
import { phrases } from "./phrases";
import { StateBadge } from "./state-badge";
import { stateOf, workflowPath } from "./state";
import {
  Built,
  type BuiltQuery,
  type BuiltQueryVariables,
  WorkflowsHome,
} from "./workflows.query";

type Row = NonNullable<BuiltQuery["integrationVariants"]["nodes"][number]>;

/** What the customer has built: workflows, and integrations if the host wishes. */
export default function WorkflowsScreen() {
  const { say } = useText(phrases);
  const { data, error, refresh } = useQuery(WorkflowsHome, {});
  useLearning(data);
  const list = useBuilt();
  if (data === undefined) {
    if (error === undefined) return <Spinner />;
    return <Failure error={error} retry={() => void refresh()} isScreen />;
  }
  const viewer = data.authenticatedUser;
  if (!maySee(viewer, "allowEmbeddedWorkflowBuilder")) return <UnavailableScreen />;
  const isBuilder = mayCreate(viewer, "allowEmbeddedWorkflowBuilder");
  return (
    <Page
      title={say("marquetry.workflows.title")}
      actions={isBuilder ? <CreateWorkflowButton /> : undefined}
    >
      <Narrowing label={say("marquetry.workflows.title")} of={list.narrowing} />
      <FeedView
        feed={list.feed}
        nothing={list.narrowing.isNarrowed ? say("noResults.title") : <Nothing />}
      >
        {(rows) => (
          <Rows
            rows={rows}
            withKind={list.withIntegrations}
            isDesigner={maySee(viewer, "allowEmbeddedDesigner")}
          />
        )}
      </FeedView>
    </Page>
  );
}

function useBuilt() {
  const { includeIntegrations: withIntegrations } = useStore(screenConfiguration).workflows;
  const narrowing = useNarrowing();
  const variables: BuiltQueryVariables = {
    ...narrowing.variables,
    ...(withIntegrations ? {} : { exclude: ["INTEGRATION"] }),
  };
  const feed = useFeed(Built, variables, (data) => data.integrationVariants, { pollMs: 15_000 });
  return { feed, narrowing, withIntegrations };
}

function Nothing() {
  const { say } = useText(phrases);
  return (
    <Message title={say("marquetry.workflows.none")}>
      {say("marquetry.workflows.about")} {say("marquetry.workflows.how")}
    </Message>
  );
}

interface RowsProps {
  rows: readonly Row[];
  withKind: boolean;
  /** Whether the pages of integrations are open to the viewer. */
  isDesigner: boolean;
}

function Rows({ rows, withKind, isDesigner }: RowsProps) {
  const { say } = useText(phrases);
  const { name, description, category, changed } = useColumns<Row>((row) => {
    if (row.__typename === "Workflow") return workflowPath(row);
    return isDesigner ? designPath(row) : undefined;
  });
  const kind: Column<Row> = {
    key: "kind",
    title: say("dataTable.typeLabel"),
    cell: (row) => (
      <span className={styles["kind"]}>
        {say(
          row.__typename === "Workflow"
            ? "executionRuns.instanceType.workflowValue"
            : "executionRuns.instanceType.integrationValue",
        )}
      </span>
    ),
  };
  const columns: Column<Row>[] = [
    name,
    ...(withKind ? [kind] : []),
    description,
    category,
    {
      key: "state",
      title: say("dataTable.statusLabel"),
      cell: (row) => row.__typename === "Workflow" && <StateBadge state={stateOf(row)} />,
    },
    {
      key: "run",
      title: say("dataTable.lastRunLabel"),
      cell: (row) =>
        row.__typename === "Workflow" &&
        row.lastExecutedAt !== null && <Moment at={row.lastExecutedAt} />,
    },
    changed,
  ];
  return (
    <Table
      caption={say("marquetry.workflows.title")}
      columns={columns}
      rows={rows}
      keyOf={(row) => row.id}
    />
  );
}
