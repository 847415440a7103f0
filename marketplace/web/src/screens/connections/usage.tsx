import { useState } from "react";
import { mutate } from "@/api/client";
import { done } from "@/api/error";
import { useFeed } from "@/api/use-feed";
import { useAction } from "@/api/use-query";
import { useText } from "@/text/use-text";
import { Button, ButtonLink, Link } from "@/ui/button";
import { FeedView } from "@/ui/feed";
import { Choice, Filters } from "@/ui/filters";
import { Notice } from "@/ui/state";
import { type Column, Table } from "@/ui/table";
import { SetEnabled } from "../instance/instance.query";
import { lifeOf } from "../instance/life";
import { LifeBadge } from "../instance/life-badge";
import { instancePath, wizardPath } from "../marketplace/state";
import { ConnectionUsage, type ConnectionUsageQuery } from "./connections.query";
import styles from "./connections.module.css";
import { phrases } from "./phrases";

type User = NonNullable<
  NonNullable<ConnectionUsageQuery["customerConfigVariable"]>["instances"]["nodes"][number]
>;

interface UsageProps {
  id: string;
  isReadOnly?: boolean;
}

/** What breaks when the connection does. */
export function Usage({ id, isReadOnly = false }: UsageProps) {
  const { say, dynamic, date } = useText(phrases);
  const [state, setState] = useState("");
  const variables = { id, ...(state === "" ? {} : { enabled: state === "running" }) };
  const feed = useFeed(
    ConnectionUsage,
    variables,
    (data) => data.customerConfigVariable?.instances,
  );
  const pausing = useAction(async (instance: string) => {
    done((await mutate(SetEnabled, { id: instance, enabled: false })).updateInstance);
    await feed.refresh();
  });
  const columns: Column<User>[] = [
    {
      key: "name",
      title: say("customerConnections.details.tabs.usage.dataTable.columns.location"),
      isHead: true,
      cell: (row) => <Link to={instancePath(row)}>{dynamic(row.name)}</Link>,
    },
    {
      key: "kind",
      title: say("customerConnections.details.tabs.usage.dataTable.columns.type"),
      cell: (row) =>
        say(
          row.instanceType === "WORKFLOW"
            ? "executionRuns.instanceType.workflowValue"
            : "executionRuns.instanceType.integrationValue",
        ),
    },
    {
      key: "status",
      title: say("customerConnections.details.tabs.usage.dataTable.columns.status"),
      cell: (row) => <LifeBadge life={lifeOf(row)} />,
    },
  ];
  if (!isReadOnly) {
    columns.push(
      {
        key: "created",
        title: say("customerConnections.details.tabs.usage.dataTable.columns.createdOn"),
        cell: (row) => date(row.createdAt),
      },
      {
        key: "run",
        title: say("customerConnections.details.tabs.usage.dataTable.columns.lastRun"),
        cell: (row) => date(row.lastExecutedAt),
      },
      {
        key: "actions",
        title: say("marquetry.connections.actions"),
        cell: (row) => <UserActions user={row} pause={() => void pausing.run(row.id)} />,
      },
    );
  }
  return (
    <>
      {pausing.error !== undefined && <Notice kind="error">{pausing.error.message}</Notice>}
      {!isReadOnly && (
        <Filters label={say("customerConnections.details.tabs.usage.label")}>
          <Choice
            label={say("customerConnections.details.tabs.usage.dataTable.columns.status")}
            all={say("marquetry.connections.anyStatus")}
            options={(["running", "paused"] as const).map((value) => ({
              value,
              label: say(`customerConnections.details.tabs.usage.filters.status.options.${value}`),
            }))}
            value={state}
            onChange={setState}
          />
        </Filters>
      )}
      <FeedView feed={feed} nothing={say("marquetry.connections.notUsed")}>
        {(rows) => (
          <Table
            caption={say("customerConnections.details.tabs.usage.label")}
            columns={columns}
            rows={rows}
            keyOf={(row) => row.id}
          />
        )}
      </FeedView>
    </>
  );
}

function UserActions({ user, pause }: { user: User; pause: () => void }) {
  const { say, dynamic } = useText(phrases);
  const text = say("customerConnections.details.tabs.usage.actions.disable");
  const configure = say("customerConnections.details.tabs.usage.actions.reconfigure");
  return (
    <span className={styles["actions"]}>
      {user.allowUpdate && user.enabled && user.lastDeployedAt !== null && (
        <Button aria-label={`${text}: ${dynamic(user.name)}`} onClick={pause}>
          {text}
        </Button>
      )}
      {user.allowUpdateConfigVariables === true && (
        <ButtonLink to={wizardPath(user)} aria-label={`${configure}: ${dynamic(user.name)}`}>
          {configure}
        </ButtonLink>
      )}
    </span>
  );
}
