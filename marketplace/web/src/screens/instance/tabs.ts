/** Which tabs an activated integration has: its author, the host and the viewer must all allow. */

export const TABS = [
  "summary",
  "test",
  "executions",
  "monitors",
  "logs",
  "configurations",
  "attachments",
] as const;

export type TabKey = (typeof TABS)[number];

/** How authors and hosts call the tabs. */
const NAMES: Record<TabKey, readonly string[]> = {
  summary: ["summary"],
  test: ["test"],
  executions: ["executions"],
  monitors: ["monitors"],
  logs: ["logs"],
  configurations: ["userconfiguration", "configurations"],
  attachments: ["attachments"],
};

interface Allowing {
  /** Of the author; nothing, or nobody's names, is all. */
  configured: readonly string[] | null;
  /** Of the host. */
  hidden: readonly string[];
  /** May only look at the summary and at what is their own. */
  isMarketplaceUser: boolean;
  mayTest: boolean;
  isUserConfigured: boolean;
  hasAttachments: boolean;
}

export function tabsOf(allowing: Allowing): TabKey[] {
  const { hidden, isMarketplaceUser, mayTest, isUserConfigured, hasAttachments } = allowing;
  const configured = allowing.configured ?? [];
  const isFor: Record<TabKey, boolean> = {
    summary: true,
    test: mayTest && !isMarketplaceUser,
    executions: !isMarketplaceUser,
    monitors: !isMarketplaceUser,
    logs: !isMarketplaceUser,
    configurations: isUserConfigured,
    attachments: hasAttachments,
  };
  return TABS.filter((tab) => {
    if (tab === "summary") return true;
    const isAllowed = configured.length === 0 || names(tab, configured);
    return isFor[tab] && isAllowed && !names(tab, hidden);
  });
}

function names(tab: TabKey, list: readonly string[]): boolean {
  return list.some((name) => NAMES[tab].includes(name.toLowerCase().replaceAll(/[^a-z]/g, "")));
}

/** The tab of an address; what is hidden or unknown is the summary. */
export function currentTab(asked: string | undefined, tabs: readonly TabKey[]): TabKey {
  return tabs.find((tab) => tab === asked) ?? "summary";
}
