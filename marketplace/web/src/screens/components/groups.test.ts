import { expect, test } from "vitest";
import { groupsOf } from "./groups";

const part = (label: string, isTrigger = false, isDataSource = false) => ({
  label, description: `About ${label}`, isTrigger, isDataSource,
});

const parts = [part("Create"), part("Objects", false, true), part("On change", true), part("Find")];

test.each([
  ["", "triggers: On change; actions: Create, Find; dataSources: Objects"],
  [" CREATE ", "actions: Create"],
  ["about on", "triggers: On change"],
  ["nothing like it", ""],
])("looking for %j finds %s", (search, expected) => {
  const found = groupsOf(parts, search).map(
    ({ kind, parts: list }) => `${kind}: ${list.map(({ label }) => label).join(", ")}`,
  );
  expect(found.join("; ")).toBe(expected);
});
