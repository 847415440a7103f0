import { useDeferredValue, useState } from "react";
import { useLearning } from "@/api/session";
import { useFeed } from "@/api/use-feed";
import { useQuery } from "@/api/use-query";
import { useStore } from "@/app/store";
import { screenConfiguration } from "@/host/settings";
import { useText } from "@/text/use-text";
import { Link } from "@/ui/button";
import { FeedView } from "@/ui/feed";
import { Choice, Filters, Search } from "@/ui/filters";
import { Page } from "@/ui/page";
import { Failure, Message, Spinner } from "@/ui/state";
import { type Column, Table } from "@/ui/table";
import UnavailableScreen from "../unavailable/unavailable";
import { CreateButton } from "./create";
import { phrases } from "./phrases";
import { StateBadge } from "./state-badge";
import { mayCreate, maySee, stateOf, workflowPath } from "./state";
import {
  Built,
  type BuiltQuery,
  type BuiltQueryVariables,
  WorkflowsHome,
} from "./workflows.query";
import styles from "./workflows.module.css";

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
  if (!maySee(data.authenticatedUser)) return <UnavailableScreen />;
  const create = mayCreate(data.authenticatedUser) ? <CreateButton /> : undefined;
  return (
    <Page title={say("marquetry.workflows.title")} actions={create}>
      <Filters label={say("marquetry.workflows.title")}>
        <Search
          label={say("marquetry.workflows.search")}
          value={list.search}
          onChange={list.setSearch}
        />
        <Choice
          label={say("marquetry.workflows.order")}
          all={say("marquetry.workflows.byChange")}
          options={Object.entries(ORDERS).map(([value, { text }]) => ({ value, label: say(text) }))}
          value={list.order}
          onChange={list.setOrder}
        />
      </Filters>
      <FeedView feed={list.feed} nothing={list.isNarrowed ? say("noResults.title") : <Nothing />}>
        {(rows) => <Rows rows={rows} withKind={list.withIntegrations} />}
      </FeedView>
    </Page>
  );
}

/** Beside the usual one: what was changed last comes first. */
const ORDERS = {
  name: { text: "marquetry.workflows.byName", field: "NAME", direction: "ASC" },
  created: { text: "marquetry.workflows.byCreation", field: "CREATED_AT", direction: "DESC" },
  category: { text: "marquetry.workflows.byCategory", field: "CATEGORY", direction: "ASC" },
} as const;

function useBuilt() {
  const { includeIntegrations: withIntegrations } = useStore(screenConfiguration).workflows;
  const [search, setSearch] = useState("");
  const [order, setOrder] = useState("");
  const name = useDeferredValue(search.trim());
  const chosen = order in ORDERS ? ORDERS[order as keyof typeof ORDERS] : undefined;
  const { field, direction } = chosen ?? { field: "UPDATED_AT", direction: "DESC" };
  const variables: BuiltQueryVariables = {
    sortBy: [{ field, direction }],
    ...(name === "" ? {} : { name }),
    ...(withIntegrations ? {} : { exclude: ["INTEGRATION"] }),
  };
  const feed = useFeed(Built, variables, (data) => data.integrationVariants, { pollMs: 15_000 });
  return { feed, search, setSearch, order, setOrder, withIntegrations, isNarrowed: name !== "" };
}

function Nothing() {
  const { say } = useText(phrases);
  return (
    <Message title={say("marquetry.workflows.none")}>
      {say("marquetry.workflows.about")} {say("marquetry.workflows.how")}
    </Message>
  );
}

function Rows({ rows, withKind }: { rows: readonly Row[]; withKind: boolean }) {
  const { say, dynamic } = useText(phrases);
  const columns: Column<Row>[] = [
    {
      key: "name",
      title: say("dataTable.nameLabel"),
      isHead: true,
      cell: (row) => <Name row={row} />,
    },
    {
      key: "description",
      title: say("dataTable.descriptionLabel"),
      cell: (row) => dynamic(row.description),
    },
    {
      key: "category",
      title: say("dataTable.categoryLabel"),
      cell: ({ category }) =>
        category !== null && <span className={styles["word"]}>{dynamic(category)}</span>,
    },
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
    {
      key: "changed",
      title: say("marquetry.workflows.changed"),
      cell: (row) => <Moment at={row.updatedAt} />,
    },
  ];
  if (withKind) {
    columns.splice(1, 0, {
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
    });
  }
  return (
    <Table
      caption={say("marquetry.workflows.title")}
      columns={columns}
      rows={rows}
      keyOf={(row) => row.id}
    />
  );
}

/** Integrations have no page here: they are built elsewhere. */
function Name({ row }: { row: Row }) {
  const { dynamic } = useText(phrases);
  if (row.__typename !== "Workflow") return dynamic(row.name);
  return <Link to={workflowPath(row)}>{dynamic(row.name)}</Link>;
}

function Moment({ at }: { at: string }) {
  const { date } = useText(phrases);
  return <span className={styles["moment"]}>{date(at)}</span>;
}
