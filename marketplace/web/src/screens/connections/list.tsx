import { useDeferredValue, useState } from "react";
import { nodes } from "@/api/error";
import { useLearning } from "@/api/session";
import { useFeed } from "@/api/use-feed";
import { useQuery } from "@/api/use-query";
import { useText } from "@/text/use-text";
import { Link } from "@/ui/button";
import { FeedView } from "@/ui/feed";
import { Choice, Filters, Search } from "@/ui/filters";
import { Page } from "@/ui/page";
import { type Column, Table } from "@/ui/table";
import { AddButton } from "./add";
import {
  ConnectionKinds,
  type ConnectionKindsQuery,
  type ConnectionRowFragment,
  CustomerConnections,
} from "./connections.query";
import { phrases } from "./phrases";
import { STATUS_FILTERS, StatusBadge } from "./status";

/** Connections that several activations share. */
export default function ConnectionsScreen() {
  const { say } = useText(phrases);
  return (
    <Page title={say("customerConnections.title")}>
      <Connections />
    </Page>
  );
}

const nothingChosen = { search: "", app: "", status: "" };

export function Connections() {
  const { say } = useText(phrases);
  const [chosen, setChosen] = useState(nothingChosen);
  const asked = useDeferredValue(chosen);
  const name = asked.search.trim();
  const statuses = STATUS_FILTERS.find(({ value }) => value === asked.status)?.statuses;
  const variables = {
    ...(name === "" ? {} : { name }),
    ...(asked.app === "" ? {} : { app: asked.app }),
    ...(statuses === undefined ? {} : { status: [...statuses] }),
  };
  const feed = useFeed(CustomerConnections, variables, (data) => data.customerConfigVariables, {
    pollMs: 15_000,
  });
  const { data: kinds } = useQuery(ConnectionKinds, {});
  useLearning(kinds);
  const columns = useColumns();
  return (
    <>
      <Filters label={say("customerConnections.title")}>
        <Search
          label={say("marquetry.connections.search")}
          value={chosen.search}
          onChange={(search) => setChosen({ ...chosen, search })}
        />
        <Choices chosen={chosen} onChange={setChosen} kinds={kinds} />
        {kinds !== undefined && <AddButton kinds={kinds} refresh={() => void feed.refresh()} />}
      </Filters>
      <FeedView feed={feed} nothing={say("customerConnections.noResults.message")}>
        {(rows) => (
          <Table
            caption={say("customerConnections.title")}
            columns={columns}
            rows={rows}
            keyOf={(row) => row.id}
          />
        )}
      </FeedView>
    </>
  );
}

function useColumns(): Column<ConnectionRowFragment>[] {
  const { say, date, dynamic } = useText(phrases);
  return [
    {
      key: "name",
      title: say("customerConnections.dataTable.columns.name"),
      isHead: true,
      cell: (row) => (
        <Link to={connectionPath(row)}>{row.key || say("marquetry.connections.noName")}</Link>
      ),
    },
    {
      key: "app",
      title: say("customerConnections.dataTable.columns.app"),
      cell: (row) => dynamic(appOf(row)),
    },
    {
      key: "status",
      title: say("customerConnections.dataTable.columns.status"),
      cell: (row) => <StatusBadge status={row.status} />,
    },
    {
      key: "assigned",
      title: say("customerConnections.dataTable.columns.assigned"),
      cell: (row) =>
        say(
          row.isInUse
            ? "customerConnections.filters.assigned.option.yes"
            : "customerConnections.filters.assigned.option.no",
        ),
    },
    {
      key: "changed",
      title: say("customerConnections.dataTable.columns.lastModified"),
      cell: (row) => date(row.lastConfiguredAt),
    },
  ];
}

export function connectionPath({ id }: { id: string }): string {
  return `/customer-connections/${id}/`;
}

export function appOf(row: ConnectionRowFragment): string {
  const { connection, key } = row.scopedConfigVariable;
  return connection?.component.label ?? key;
}

interface ChoicesProps {
  chosen: typeof nothingChosen;
  onChange: (chosen: typeof nothingChosen) => void;
  kinds: ConnectionKindsQuery | undefined;
}

function Choices({ chosen, onChange, kinds }: ChoicesProps) {
  const { say, dynamic } = useText(phrases);
  const found = nodes(kinds?.scopedConfigVariables).flatMap(
    ({ connection }) => connection?.component.label ?? [],
  );
  const apps = [...new Set(found)].map((app) => ({ value: app, label: dynamic(app) }));
  return (
    <>
      <Choice
        label={say("customerConnections.filters.status.label")}
        all={say("marquetry.connections.anyStatus")}
        options={STATUS_FILTERS.map(({ value }) => ({
          value,
          label: say(`customerConnections.filters.status.option.${value}`),
        }))}
        value={chosen.status}
        onChange={(status) => onChange({ ...chosen, status })}
      />
      {apps.length > 1 && (
        <Choice
          label={say("customerConnections.filters.app.label")}
          all={say("marquetry.connections.anyApp")}
          options={apps}
          value={chosen.app}
          onChange={(app) => onChange({ ...chosen, app })}
        />
      )}
    </>
  );
}
