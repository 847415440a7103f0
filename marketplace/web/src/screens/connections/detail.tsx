import { useEffect, useState } from "react";
import { mutate } from "@/api/client";
import { done } from "@/api/error";
import { useLearning } from "@/api/session";
import { useAction, useQuery } from "@/api/use-query";
import { navigate } from "@/app/router";
import { useText } from "@/text/use-text";
import { Button } from "@/ui/button";
import { Confirmation } from "@/ui/confirmation";
import { Page } from "@/ui/page";
import { Failure, Spinner } from "@/ui/state";
import { Tabs } from "@/ui/tabs";
import { Logs } from "../logs/logs";
import { NotFoundScreen } from "../not-found";
import { DisconnectSaved } from "../wizard/connection/connection.query";
import { ReusableDialog } from "../wizard/connection/reusable-dialog";
import { Configuration } from "./configuration";
import {
  ConnectionDetail as Question,
  type ConnectionDetailQuery,
  DisableUsers,
  RemoveConnection,
} from "./connections.query";
import styles from "./connections.module.css";
import { appOf, connectionPath } from "./list";
import { phrases } from "./phrases";
import { StatusBadge } from "./status";
import { Usage } from "./usage";

const TABS = ["configuration", "usage", "logs"] as const;

export type Connection = NonNullable<ConnectionDetailQuery["customerConfigVariable"]>;

interface DetailProps {
  id: string;
  tab: string | undefined;
}

/** One shared connection: what it is, who uses it, what it said. */
export default function ConnectionScreen({ id, tab: asked }: DetailProps) {
  const { say, dynamic } = useText(phrases);
  const { data, error, refresh } = useQuery(Question, { id }, { pollMs: 15_000 });
  useLearning(data);
  const tab = TABS.find((key) => key === asked) ?? "configuration";
  useEffect(() => {
    if (asked !== undefined && asked !== tab) navigate(connectionPath({ id }), { replace: true });
  });
  if (data === undefined) {
    if (error === undefined) return <Spinner />;
    return <Failure error={error} retry={() => void refresh()} isScreen />;
  }
  const connection = data.customerConfigVariable;
  if (connection === null) return <NotFoundScreen />;
  const path = connectionPath(connection);
  return (
    <Page
      title={connection.key || say("marquetry.connections.noName")}
      about={
        <p className={styles["about"]}>
          <span>{dynamic(appOf(connection))}</span>
          <StatusBadge status={connection.status} />
        </p>
      }
      back={{ to: "/customer-connections/", label: say("customerConnections.title") }}
      actions={<Actions connection={connection} refresh={refresh} />}
    >
      <Tabs
        label={say("marquetry.tabs")}
        tabs={TABS.map((key) => ({
          key,
          label: say(`customerConnections.details.tabs.${key}.label`),
          to: key === "configuration" ? path : `${path}${key}/`,
        }))}
        current={tab}
      />
      {tab === "configuration" && <Configuration connection={connection} refresh={refresh} />}
      {tab === "usage" && <Usage id={id} />}
      {tab === "logs" && <Logs connection={id} />}
    </Page>
  );
}

type Asked = "change" | "disable" | "disconnect" | "remove";

interface ActionsProps {
  connection: Connection;
  refresh: () => Promise<void>;
}

function Actions({ connection, refresh }: ActionsProps) {
  const { say } = useText(phrases);
  const [asked, setAsked] = useState<Asked>();
  const { allowUpdate, allowRemove, isInUse, status, scopedConfigVariable: scoped } = connection;
  const close = () => setAsked(undefined);
  return (
    <>
      {allowUpdate && scoped.connection !== null && (
        <Button onClick={() => setAsked("change")}>{say("marquetry.connections.change")}</Button>
      )}
      {allowUpdate && status === "ACTIVE" && scoped.connection?.oauth2Type !== null && (
        <Button onClick={() => setAsked("disconnect")}>
          {say("oAuthConnection.disconnectButton")}
        </Button>
      )}
      {allowUpdate && connection.hasDeployedInstances && (
        <Button onClick={() => setAsked("disable")}>
          {say("customerConnections.details.actions.disableAll.label")}
        </Button>
      )}
      {allowRemove && (
        <Button kind="danger" onClick={() => setAsked("remove")}>
          {say("customerConnections.details.actions.delete.label")}
        </Button>
      )}
      {asked === "change" && scoped.connection !== null && (
        <ReusableDialog
          kind={scoped.connection}
          scoped={scoped.id}
          customer={connection.customer?.id ?? null}
          existing={connection}
          prefilled={{}}
          name={connection.key ?? ""}
          onSaved={() => void refresh()}
          onClose={() => {
            close();
            void refresh();
          }}
        />
      )}
      {asked !== undefined && asked !== "change" && (
        <Asking what={asked} {...{ connection, refresh, close, isInUse }} />
      )}
    </>
  );
}

interface AskingProps extends ActionsProps {
  what: Exclude<Asked, "change">;
  isInUse: boolean;
  close: () => void;
}

const WORDS = {
  disconnect: {
    title: "customerConnections.details.actions.disconnect.confirmation.title",
    text: "customerConnections.details.actions.disconnect.confirmation.message",
    confirm: "oAuthConnection.disconnectButton",
  },
  disable: {
    title: "customerConnections.details.actions.disableAll.label",
    text: "customerConnections.details.actions.disableAll.confirmation.message",
    confirm: "customerConnections.details.actions.disableAll.label",
  },
  remove: {
    title: "customerConnections.details.actions.delete.confirmation.title",
    text: "customerConnections.details.actions.delete.confirmation.message",
    confirm: "customerConnections.details.actions.delete.confirmation.submitButton",
  },
} as const;

function Asking({ what, connection, refresh, close, isInUse }: AskingProps) {
  const { say } = useText(phrases);
  const { id, key } = connection;
  const acting = useAction(async () => {
    if (what === "remove") {
      done((await mutate(RemoveConnection, { id })).deleteCustomerConfigVariable);
      navigate("/customer-connections/", { replace: true });
      return;
    }
    if (what === "disable") {
      done((await mutate(DisableUsers, { id })).bulkDisableInstancesUsingCustomerConnection);
    } else {
      done((await mutate(DisconnectSaved, { id })).disconnectCustomerConnection);
    }
    close();
    await refresh();
  });
  const { title, text, confirm } = WORDS[what];
  const typed = what === "remove" && key !== null && key !== "" ? { typed: key } : {};
  return (
    <Confirmation
      title={say(title)}
      confirm={say(confirm)}
      isDanger
      {...typed}
      isRunning={acting.isRunning}
      error={acting.error}
      onConfirm={() => void acting.run()}
      onClose={close}
    >
      <p>{say(text)}</p>
      {what === "remove" && isInUse && (
        <>
          <p>{say("customerConnections.details.actions.delete.tooltip")}</p>
          <Usage id={id} isReadOnly />
        </>
      )}
    </Confirmation>
  );
}
