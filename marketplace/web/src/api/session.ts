/** Who looks at this page, and how their organization wants it to look. */
import { useLayoutEffect } from "react";
import { createStore, useStore } from "@/app/store";
import { hostOrigin } from "@/host/channel";
import { look } from "@/theme/apply";
import { nodes } from "./error";
import { identity } from "./session-token";
import { SessionOnly, type SessionFragment } from "./session.query";
import { useQuery } from "./use-query";

export interface Session {
  userId: string;
  userName: string;
  userEmail: string;
  customerId: string;
  customerName: string;
  organizationName: string;
  /** Whether the organization lets the page around this one embed it. */
  isWelcome: boolean;
  /** May only look, and fill in what is their own. */
  isMarketplaceUser: boolean;
  /** Somebody of the organization, not of a customer. */
  isOrganizationUser: boolean;
}

const session = createStore<Session | undefined>(undefined);
identity.subscribe(() => session.set(undefined));

/** Takes what came with a screen's first answer. */
export function learnSession({
  authenticatedUser: user,
  organization,
  theme,
}: SessionFragment): Session {
  const appearance = user.darkModeSyncWithOs ? undefined : user.darkMode ? "dark" : "light";
  const colors = nodes(theme?.colors);
  look.set({ colors, properties: nodes(theme?.properties), appearance });
  const learnt: Session = {
    userId: user.id,
    userName: user.name,
    userEmail: user.email,
    customerId: user.customer?.id ?? "",
    customerName: user.customer?.name ?? "",
    organizationName: organization?.name ?? "",
    isWelcome: isWelcome(organization?.embeddedOrigins ?? []),
    isMarketplaceUser: user.role.name === "Marketplace User",
    isOrganizationUser: user.customer === null,
  };
  session.set(learnt);
  return learnt;
}

/** An organization without a list welcomes every page that has a token. */
function isWelcome(origins: readonly string[]): boolean {
  const host = hostOrigin();
  return origins.length === 0 || host === undefined || origins.includes(host);
}

export function useKnownSession(): Session | undefined {
  return useStore(session);
}

export function currentSession(): Session | undefined {
  return session.get();
}

/** Takes what came with the first answer of this screen. */
export function useLearning(data: SessionFragment | undefined): Session | undefined {
  // Before anything is painted, so that it is painted once.
  useLayoutEffect(() => {
    if (data !== undefined) learnSession(data);
  }, [data]);
  return useStore(session);
}

/** Asks who looks, for screens whose own questions do not. */
export function useSession(): Session | undefined {
  const known = useStore(session);
  const { data } = useQuery(SessionOnly, {}, { skip: known !== undefined });
  return useLearning(known === undefined ? data : undefined);
}
