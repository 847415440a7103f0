/** The tabs of the dashboard that the host leaves and the viewer may see. */

export const TABS = [
  "summary",
  "marketplace",
  "instances",
  "executions",
  "logs",
  "connections",
  "components",
  "attachments",
  "monitors",
  "users",
] as const;

export type TabKey = (typeof TABS)[number];

/** Hosts know connections by an older name as well. */
const NAMES: Partial<Record<TabKey, readonly string[]>> = {
  connections: ["connections", "credentials"],
};

/** Tabs that the published options of hosts have no names for. */
const UNNAMED: readonly TabKey[] = ["monitors", "users"];

/** Those that users without instances of their own have something to see in. */
const FOR_EVERYBODY: readonly TabKey[] = ["marketplace", "components"];

export function tabsOf(hidden: readonly string[], isMarketplaceUser: boolean): TabKey[] {
  const names = hidden.map((name) => name.toLowerCase());
  // Hosts that choose tabs cannot name all of them in every SDK: they get none that are new to it.
  const unnamed = names.length > 0 ? UNNAMED : [];
  return TABS.filter((tab) => {
    if (isMarketplaceUser && !FOR_EVERYBODY.includes(tab)) return false;
    if (unnamed.includes(tab)) return false;
    return !(NAMES[tab] ?? [tab]).some((name) => names.includes(name));
  });
}
