import { expect, test } from "vitest";
import { TABS, tabsOf } from "./tabs";

test.each([
  [[], false, TABS],
  [["Executions", "Logs", "Nonsense"], false, TABS.filter((tab) => tab !== "executions" && tab !== "logs")],
  [["Credentials"], false, TABS.filter((tab) => tab !== "connections")],
  [[...TABS], false, []],
  [[], true, ["marketplace", "components"]],
  [["Marketplace"], true, ["components"]],
])("hiding %j (marketplace user: %s) leaves %j", (hidden, isMarketplaceUser, tabs) => {
  expect(tabsOf(hidden, isMarketplaceUser)).toEqual(tabs);
});
