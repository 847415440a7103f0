/** Who looks at this page, and how their organization wants it to look. */
import { useEffect } from "react";
import { createStore, useStore } from "@/app/store";
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
  /** May only look, and fill in what is their own. */
  isMarketplaceUser: boolean;
  /** Somebody of the organization, not of a customer. */
  isOrganizationUser: boolean;
}

const session = createStore<Session | undefined>(undefined);
identity.subscribe(() => session.set(undefined));

/** Takes what came with a screen's first answer. */
export function learnSession({ authenticatedUser: user, theme }: SessionFragment): Session {
  const appearance = user.darkModeSyncWithOs ? undefined : user.darkMode ? "dark" : "light";
  const colors = nodes(theme?.colors);
  look.set({ colors, properties: nodes(theme?.properties), appearance });
  const learnt: Session = {
    userId: user.id,
    userName: user.name,
    userEmail: user.email,
    customerId: user.customer?.id ?? "",
    customerName: user.customer?.name ?? "",
    organizationName: user.org?.name ?? "",
    isMarketplaceUser: user.role.name === "Marketplace User",
    isOrganizationUser: user.customer === null,
  };
  session.set(learnt);
  return learnt;
}

export function currentSession(): Session | undefined {
  return session.get();
}

/** Takes what came with the first answer of this screen. */
export function useLearning(data: SessionFragment | undefined): Session | undefined {
  useEffect(() => {
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
