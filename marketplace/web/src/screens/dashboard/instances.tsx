import { useDeferredValue, useState } from "react";
import { useFeed } from "@/api/use-feed";
import { useText } from "@/text/use-text";
import { Link } from "@/ui/button";
import { FeedView } from "@/ui/feed";
import { Choice, Filters, Search } from "@/ui/filters";
import { Badge, Message } from "@/ui/state";
import { type Column, Table } from "@/ui/table";
import { LifeBadge } from "../instance/life-badge";
import { lifeOf } from "../instance/life";
import { instancePath } from "../marketplace/state";
import { type DashboardInstanceFragment, DashboardInstances } from "./dashboard.query";
import styles from "./dashboard.module.css";
import { phrases } from "./phrases";

/** Everything that is activated, with its state. */
export function Instances() {
  const { say } = useText(phrases);
  const [search, setSearch] = useState("");
  const [state, setState] = useState("");
  const name = useDeferredValue(search.trim());
  const variables = {
    ...(name === "" ? {} : { name }),
    ...(state === "" ? {} : { enabled: state === "enabled" }),
  };
  const feed = useFeed(DashboardInstances, variables, (data) => data.instances);
  const columns = useColumns();
  return (
    <>
      <Filters label={say("instancesTab.title")}>
        <Search label={say("marquetry.dashboard.search")} value={search} onChange={setSearch} />
        <Choice
          label={say("input.statusLabel")}
          all={say("marquetry.dashboard.all")}
          options={[
            { value: "enabled", label: say("input.status.enabledValue") },
            { value: "disabled", label: say("input.status.disabledValue") },
          ]}
          value={state}
          onChange={setState}
        />
      </Filters>
      <FeedView
        feed={feed}
        nothing={
          name !== "" || state !== "" ? (
            say("noResults.title")
          ) : (
            <Message title={say("emptyState.instancesTitle")}>
              {say("emptyState.instancesText--customer")}
            </Message>
          )
        }
      >
        {(rows) => (
          <Table
            caption={say("instancesTab.title")}
            columns={columns}
            rows={rows}
            keyOf={(row) => row.id}
          />
        )}
      </FeedView>
    </>
  );
}

function useColumns(): Column<DashboardInstanceFragment>[] {
  const { say, dynamic, date } = useText(phrases);
  return [
    {
      key: "name",
      title: say("dataTable.nameLabel"),
      isHead: true,
      cell: (row) => <Link to={instancePath(row)}>{dynamic(row.name)}</Link>,
    },
    {
      key: "integration",
      title: say("dataTable.integrationLabel"),
      cell: (row) => dynamic(row.integration.name),
    },
    {
      key: "status",
      title: say("dataTable.statusLabel"),
      cell: (row) => (
        <span className={styles["badges"]}>
          <LifeBadge life={lifeOf(row)} />
          {row.inFailedState === true && (
            <Badge kind="error">{say("executionRuns.status.errorValue")}</Badge>
          )}
        </span>
      ),
    },
    {
      key: "version",
      title: say("dataTable.versionLabel"),
      cell: (row) => (row.lastDeployedAt === null ? "" : row.deployedVersion),
    },
    {
      key: "run",
      title: say("dataTable.lastRunLabel"),
      cell: (row) => date(row.lastExecutedAt),
    },
  ];
}
