/** What the host is told of a set-up, with the names of the two wizards. */
import type {
  EventConfigVars,
  HostEvents,
  InstanceFacts,
  PageFacts,
  UserFacts,
} from "@/host/messages";

export interface Told {
  facts: InstanceFacts;
  /** Of whom the values are, in the wizard of a person. */
  user: Omit<UserFacts, keyof InstanceFacts | "userLevelConfigVariables"> | undefined;
  configVars: EventConfigVars;
  page: PageFacts | undefined;
}

export type Moment =
  "CANCELED" | "CLOSED" | "DELETED" | "DEPLOYED" | "LOADED" | "OPENED" | "PAGE_LOADED";

type Event = {
  [Name in keyof HostEvents]: { name: Name; data: HostEvents[Name] };
}[keyof HostEvents];

/** The event of a moment; a page that is not there has none. */
export function eventOf(moment: Moment, told: Told): Event | undefined {
  const { facts, user, configVars, page } = told;
  // The SDK listens for this one in both wizards.
  if (moment === "CANCELED") return { name: "INSTANCE_CONFIGURATION_CANCELED", data: facts };
  if (user !== undefined) return userEvent(moment, told);
  switch (moment) {
    case "DELETED":
      return { name: "INSTANCE_DELETED", data: facts };
    case "DEPLOYED":
      return { name: "INSTANCE_DEPLOYED", data: facts };
    case "LOADED":
      return { name: "INSTANCE_CONFIGURATION_LOADED", data: { ...facts, configVars } };
    case "PAGE_LOADED": {
      if (page === undefined) return undefined;
      const data = { ...facts, configVars, ...page };
      return { name: "INSTANCE_CONFIGURATION_PAGE_LOADED", data };
    }
    case "OPENED":
      return { name: "INSTANCE_CONFIGURATION_OPENED", data: facts };
    case "CLOSED":
      return { name: "INSTANCE_CONFIGURATION_CLOSED", data: facts };
  }
}

function userEvent(moment: Exclude<Moment, "CANCELED">, told: Told): Event | undefined {
  const { facts, user, configVars, page } = told;
  if (user === undefined) return undefined;
  const data: UserFacts = { ...facts, ...user, userLevelConfigVariables: configVars };
  if (moment !== "PAGE_LOADED") return { name: `USER_CONFIGURATION_${moment}`, data };
  if (page === undefined) return undefined;
  return { name: "USER_CONFIGURATION_PAGE_LOADED", data: { ...data, ...page } };
}
