import { expect, test } from "vitest";
import { TABS, currentTab, tabsOf } from "./tabs";

const all = {
  configured: null,
  hidden: [],
  isMarketplaceUser: false,
  mayTest: true,
  isUserConfigured: true,
  hasAttachments: true,
};

const without = (...tabs: string[]) => TABS.filter((tab) => !tabs.includes(tab));

test.each([
  ["everything", {}, TABS],
  ["what the host hides", { hidden: ["Test", "Executions", "Logs"] },
    without("test", "executions", "logs")],
  ["an old name of the host", { hidden: ["Monitors", "Nonsense"] }, without("monitors")],
  ["what the author names", { configured: ["Executions", "User Configuration"] },
    ["summary", "executions", "configurations"]],
  ["both", { configured: ["Executions", "Logs"], hidden: ["Logs"] }, ["summary", "executions"]],
  ["an author who names nothing", { configured: [] }, TABS],
  ["the summary always", { configured: ["Logs"], hidden: ["Summary"] }, ["summary", "logs"]],
  ["no tests", { mayTest: false }, without("test")],
  ["marketplace users", { isMarketplaceUser: true }, ["summary", "configurations", "attachments"]],
  ["nothing personal", { isUserConfigured: false, hasAttachments: false },
    without("configurations", "attachments")],
])("%s", (_, given, tabs) => {
  expect(tabsOf({ ...all, ...given })).toEqual(tabs);
});

test.each([
  ["logs", "logs"],
  ["test", "summary"],
  ["nonsense", "summary"],
  [undefined, "summary"],
])("%s leads to %s", (asked, tab) => {
  expect(currentTab(asked, ["summary", "logs"])).toBe(tab);
});
