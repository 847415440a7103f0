import { useState } from "react";
import { mutate } from "@/api/client";
import { done, nodes } from "@/api/error";
import { useAction, useQuery } from "@/api/use-query";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { Confirmation } from "@/ui/confirmation";
import { Choice, Filters, Search } from "@/ui/filters";
import { Badge, Failure, Message, Notice, Spinner } from "@/ui/state";
import { type Column, Table } from "@/ui/table";
import styles from "./instance.module.css";
import { MonitorForm } from "./monitor-form";
import { monitorPhrases, sayTrigger } from "./monitor-phrases";
import { ClearMonitor, DeleteMonitor, type MonitorFragment, Monitors } from "./monitors.query";

const STATES = ["uncleared", "cleared"] as const;

/** What is watched, and who is told. */
export default function MonitorsTab({ id }: { id: string }) {
  const { say } = useText(monitorPhrases);
  const { data, error, refresh } = useQuery(Monitors, { id }, { pollMs: 30_000 });
  const [edited, setEdited] = useState<MonitorFragment | "new">();
  const [removed, setRemoved] = useState<MonitorFragment>();
  const [search, setSearch] = useState("");
  const [state, setState] = useState("");
  if (data === undefined) {
    if (error === undefined) return <Spinner />;
    return <Failure error={error} retry={() => void refresh()} />;
  }
  const monitors = nodes(data.instance?.monitors);
  const label = say("integrations.id.alert-monitors__input.filterSearchPlaceholder");
  const wanted = search.trim().toLowerCase();
  const found = monitors.filter(
    ({ name, triggered }) =>
      name.toLowerCase().includes(wanted) &&
      (state === "" || triggered === (state === "uncleared")),
  );
  const { customer, ...viewer } = data.authenticatedUser;
  // Users of the organization have no customer: what they may do to the instance counts.
  const mayAdd = customer?.allowAddAlertMonitor ?? data.instance?.allowUpdate ?? false;
  const add = mayAdd && (
    <Button kind="primary" onClick={() => setEdited("new")}>
      {say("integrations.id.alert-monitors__addMonitorsButton")}
    </Button>
  );
  return (
    <section className={styles["form"]} aria-label={say("alertMonitorsTab.title")}>
      {monitors.length === 0 ? (
        <Message
          title={say("integrations.id.alert-monitors__filterResults.placeholderTitle")}
          action={add}
        >
          {say(
            "integrations.id.alert-monitors__filterResults.placeholderText--hasInstanceOrCustomer",
          )}
        </Message>
      ) : (
        <>
          <Filters label={say("alertMonitorsTab.title")}>
            <Search label={label} value={search} onChange={setSearch} />
            <Choice
              label={say("dataTable.statusLabel")}
              all={say("input.status.allValue")}
              options={STATES.map((value) => ({
                value,
                label: say(`input.status.${value}Value`),
              }))}
              value={state}
              onChange={setState}
            />
            {add}
          </Filters>
          {found.length === 0 && <p role="status">{say("noResults.title")}</p>}
          <MonitorTable
            monitors={found}
            edit={setEdited}
            remove={setRemoved}
            refresh={refresh}
          />
        </>
      )}
      {edited !== undefined && (
        <MonitorForm
          instance={id}
          monitor={edited === "new" ? undefined : edited}
          viewer={viewer}
          customer={customer?.id}
          onSaved={() => {
            setEdited(undefined);
            void refresh();
          }}
          onClose={() => setEdited(undefined)}
        />
      )}
      {removed !== undefined && (
        <Removal monitor={removed} refresh={refresh} onClose={() => setRemoved(undefined)} />
      )}
    </section>
  );
}

interface MonitorTableProps {
  monitors: readonly MonitorFragment[];
  edit: (monitor: MonitorFragment) => void;
  remove: (monitor: MonitorFragment) => void;
  refresh: () => Promise<void>;
}

function MonitorTable({ monitors, edit, remove, refresh }: MonitorTableProps) {
  const { say, dynamic, date } = useText(monitorPhrases);
  const clearing = useAction(async (id: string) => {
    done((await mutate(ClearMonitor, { id })).clearAlertMonitor);
    await refresh();
  });
  const columns: Column<MonitorFragment>[] = [
    { key: "name", title: say("dataTable.nameLabel"), isHead: true, cell: ({ name }) => name },
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
      key: "triggers",
      title: say("dataTable.triggersLabel"),
      cell: ({ triggers }) =>
        nodes(triggers)
          .map(({ name }) => sayTrigger(name, say))
          .join(" · "),
    },
    {
      key: "flow",
      title: say("dataTable.flowLabel"),
      cell: ({ flowConfig }) =>
        flowConfig === null ? say("marquetry.monitor.allFlows") : dynamic(flowConfig.flow.name),
    },
    {
      key: "users",
      title: say("marquetry.monitor.notify"),
      cell: ({ users }) =>
        nodes(users)
          .map(({ name }) => name)
          .join(", "),
    },
    {
      key: "last",
      title: say("dataTable.lastTriggeredAtLabel"),
      cell: ({ lastTriggeredAt }) => date(lastTriggeredAt),
    },
    {
      key: "actions",
      title: say("marquetry.monitor.actions"),
      cell: (monitor) => (
        <MonitorActions
          monitor={monitor}
          clear={() => void clearing.run(monitor.id)}
          edit={edit}
          remove={remove}
        />
      ),
    },
  ];
  return (
    <>
      {clearing.error !== undefined && <Notice kind="error">{clearing.error.message}</Notice>}
      <Table
        caption={say("alertMonitorsTab.title")}
        columns={columns}
        rows={monitors}
        keyOf={({ id }) => id}
      />
    </>
  );
}

interface MonitorActionsProps {
  monitor: MonitorFragment;
  clear: () => void;
  edit: (monitor: MonitorFragment) => void;
  remove: (monitor: MonitorFragment) => void;
}

function MonitorActions({ monitor, clear, edit, remove }: MonitorActionsProps) {
  const { say } = useText(monitorPhrases);
  const action = (text: keyof typeof monitorPhrases, act: () => void) => (
    <Button aria-label={`${say(text)}: ${monitor.name}`} onClick={act}>
      {say(text)}
    </Button>
  );
  return (
    <span className={styles["actions"]}>
      {monitor.allowUpdate && monitor.triggered && action("marquetry.monitor.clear", clear)}
      {monitor.allowUpdate && action("marquetry.monitor.edit", () => edit(monitor))}
      {monitor.allowRemove && action("deleteDialog.openButton", () => remove(monitor))}
    </span>
  );
}

interface RemovalProps {
  monitor: MonitorFragment;
  refresh: () => Promise<void>;
  onClose: () => void;
}

function Removal({ monitor, refresh, onClose }: RemovalProps) {
  const { say } = useText(monitorPhrases);
  const removal = useAction(async () => {
    done((await mutate(DeleteMonitor, { id: monitor.id })).deleteAlertMonitor);
    await refresh();
    onClose();
  });
  return (
    <Confirmation
      title={say("deleteDialog.title")}
      confirm={say("deleteDialog.confirmButton", { removeType: monitor.name })}
      isDanger
      isRunning={removal.isRunning}
      error={removal.error}
      onConfirm={() => void removal.run()}
      onClose={onClose}
    >
      <p>{say("deleteDialog.warningText", { requiredText: monitor.name })}</p>
    </Confirmation>
  );
}
