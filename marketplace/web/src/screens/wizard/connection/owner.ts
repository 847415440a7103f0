/** Who a connection belongs to: all are authorized alike, and asked for differently. */
import { mutate, query } from "@/api/client";
import { done, nodes } from "@/api/error";
import type { Status } from "../model";
import {
  DisconnectInstance,
  DisconnectSaved,
  DisconnectUser,
  InstanceAuthorization,
  InstanceConnectionLogs,
  InstanceConnections,
  SavedAuthorization,
  SavedStatus,
  UserAuthorization,
  UserConnections,
} from "./connection.query";
import type { Reading } from "./judge";

export interface Owner {
  read: () => Promise<Reading>;
  /** Where the provider asks for consent; `null` where there is nothing to consent to. */
  authorizeUrl: () => Promise<string | null>;
  disconnect: () => Promise<void>;
  /** Why it went wrong, if somebody wrote that down since. */
  reason: (since: Date) => Promise<string | undefined>;
}

interface Node {
  id: string;
  status: Status;
  lastSuccessfulRefreshAt: string | null;
}

function readingOf(found: Node | null | undefined): Reading {
  return {
    status: found?.status ?? null,
    connectedAt: found?.lastSuccessfulRefreshAt ?? null,
  };
}

function named<T extends { id: string }>(list: readonly T[], id: string): T | undefined {
  return list.find((node) => node.id === id);
}

export function ofInstance(instance: string, id: string): Owner {
  return {
    read: async () => {
      const data = await query(InstanceConnections, { id: instance });
      return readingOf(named(nodes(data.instance?.configVariables), id));
    },
    authorizeUrl: async () => {
      const data = await query(InstanceAuthorization, { id: instance });
      return named(nodes(data.instance?.configVariables), id)?.authorizeUrl ?? null;
    },
    disconnect: async () => {
      done((await mutate(DisconnectInstance, { id })).disconnectConnection);
    },
    reason: (since) => reasonOf(instance, since),
  };
}

export function ofUser(instance: string, id: string): Owner {
  return {
    read: async () => {
      const data = await query(UserConnections, { id: instance });
      return readingOf(named(nodes(data.instance?.userLevelConfigVariables), id));
    },
    authorizeUrl: async () => {
      const data = await query(UserAuthorization, { id: instance });
      return named(nodes(data.instance?.userLevelConfigVariables), id)?.authorizeUrl ?? null;
    },
    disconnect: async () => {
      done((await mutate(DisconnectUser, { id })).disconnectUserLevelConnection);
    },
    reason: (since) => reasonOf(instance, since),
  };
}

export function ofCustomer(id: string): Owner {
  return {
    read: async () => readingOf((await query(SavedStatus, { id })).customerConfigVariable),
    authorizeUrl: async () => {
      const data = await query(SavedAuthorization, { id });
      return data.customerConfigVariable?.authorizeUrl ?? null;
    },
    disconnect: async () => {
      done((await mutate(DisconnectSaved, { id })).disconnectCustomerConnection);
    },
    reason: () => Promise.resolve(undefined),
  };
}

async function reasonOf(instance: string, since: Date): Promise<string | undefined> {
  const asked = query(InstanceConnectionLogs, { id: instance, since: since.toISOString() });
  // A reason that cannot be read is no second failure.
  const data = await asked.catch(() => undefined);
  const logs = nodes(data?.instance?.logs);
  return logs.find((log) => log.severity === "ERROR" || log.severity === "WARN")?.message;
}
