import { useDeferredValue, useState } from "react";
import { useFeed } from "@/api/use-feed";
import { useText } from "@/text/use-text";
import { Link } from "@/ui/button";
import { FeedView } from "@/ui/feed";
import { Choice, Filters, Search } from "@/ui/filters";
import { Badge, Message } from "@/ui/state";
import { type Column, Table } from "@/ui/table";
import { monitorPhrases } from "../instance/monitor-phrases";
import { instancePath } from "../marketplace/state";
import { AllMonitors as Question, type MonitorRowFragment } from "./monitors.query";
import { phrases as own } from "./phrases";

const phrases = { ...monitorPhrases, ...own };

const STATES = ["uncleared", "cleared"] as const;

/** What is watched anywhere, and what has an alert now. */
export default function AllMonitors() {
  const { say } = useText(phrases);
  const [search, setSearch] = useState("");
  const [state, setState] = useState("");
  const name = useDeferredValue(search.trim());
  const variables = {
    ...(name === "" ? {} : { name }),
    ...(state === "" ? {} : { triggered: state === "uncleared" }),
  };
  const feed = useFeed(Question, variables, (data) => data.alertMonitors, { pollMs: 30_000 });
  const columns = useColumns();
  const isNarrowed = name !== "" || state !== "";
  return (
    <>
      <Filters label={say("alertMonitorsTab.title")}>
        <Search
          label={say("integrations.id.alert-monitors__input.filterSearchPlaceholder")}
          value={search}
          onChange={setSearch}
        />
        <Choice
          label={say("dataTable.statusLabel")}
          all={say("input.status.allValue")}
          options={STATES.map((value) => ({ value, label: say(`input.status.${value}Value`) }))}
          value={state}
          onChange={setState}
        />
      </Filters>
      <FeedView
        feed={feed}
        nothing={
          isNarrowed ? (
            say("noResults.title")
          ) : (
            <Message title={say("emptyState.alertMonitorsTitle")}>
              {say("emptyState.alertMonitorsText--customer")}
            </Message>
          )
        }
      >
        {(rows) => (
          <Table
            caption={say("alertMonitorsTab.title")}
            columns={columns}
            rows={rows}
            keyOf={(row) => row.id}
          />
        )}
      </FeedView>
    </>
  );
}

function useColumns(): Column<MonitorRowFragment>[] {
  const { say, dynamic, date } = useText(phrases);
  return [
    {
      key: "name",
      title: say("dataTable.nameLabel"),
      isHead: true,
      cell: ({ name, instance }) =>
        instance === null ? (
          name
        ) : (
          <Link to={`${instancePath(instance)}monitors/`}>{name}</Link>
        ),
    },
    {
      key: "status",
      title: say("dataTable.statusLabel"),
      cell: ({ triggered }) => (
        <Badge kind={triggered ? "error" : "success"}>
          {say(triggered ? "input.status.unclearedValue" : "input.status.clearedValue")}
        </Badge>
      ),
    },
    {
      key: "instance",
      title: say("dataTable.integrationLabel"),
      cell: ({ instance }) => dynamic(instance?.name),
    },
    {
      key: "last",
      title: say("dataTable.lastTriggeredAtLabel"),
      cell: ({ lastTriggeredAt }) => date(lastTriggeredAt),
    },
  ];
}
