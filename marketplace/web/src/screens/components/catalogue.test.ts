import { expect, test } from "vitest";
import { categoriesOf, found } from "./catalogue";

const component = (label: string, category: string | null) => ({
  label, category, key: label.toLowerCase(), description: `About ${label}`,
});

const all = [component("Slack", "Chat"), component("HTTP", null), component("Hubspot", "CRM")];

const names = (list: { label: string }[]) => list.map(({ label }) => label).join(" ");

test.each([
  [{}, {}, "HTTP Hubspot Slack"],
  [{ search: " ABOUT h" }, {}, "HTTP Hubspot"],
  [{ category: "CRM" }, {}, "Hubspot"],
  [{}, { category: "Chat" }, "Slack"],
  [{ category: "CRM" }, { category: "Chat" }, ""],
  [{}, { filterQuery: ["startsWith", "name", "H"] }, "HTTP Hubspot"],
  [{}, { filterQuery: ["nonsense"] }, "HTTP Hubspot Slack"],
])("%j with the host's %j finds %s", (chosen, host, expected) => {
  expect(names(found(all, { search: "", category: "", ...chosen }, host))).toBe(expected);
});

test("categories are those of what the host lets through", () => {
  expect(categoriesOf(all, {})).toEqual(["Chat", "CRM"]);
  expect(categoriesOf(all, { filterQuery: ["notEqual", "name", "Slack"] })).toEqual(["CRM"]);
});
