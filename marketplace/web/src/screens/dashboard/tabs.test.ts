import { expect, test } from "vitest";
import { TABS, tabsOf } from "./tabs";

const without = (...tabs: string[]) => TABS.filter((tab) => !tabs.includes(tab));

test.each([
  [[], false, TABS],
  [
    ["Executions", "Logs", "Nonsense"],
    false,
    without("executions", "logs", "monitors", "users"),
  ],
  [["Credentials"], false, without("connections", "monitors", "users")],
  [[...TABS], false, []],
  [[], true, ["marketplace", "components"]],
  [["Marketplace"], true, ["components"]],
])("hiding %j (marketplace user: %s) leaves %j", (hidden, isMarketplaceUser, tabs) => {
  expect(tabsOf(hidden, isMarketplaceUser)).toEqual(tabs);
});
