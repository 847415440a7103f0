import { expect, test } from "vitest";
import { factsOf, isConfigured, remarksOf, stateOf } from "./state";

const running = { enabled: true, systemSuspended: false };
const version = (versionNumber: number) => ({ id: `v${versionNumber}`, versionNumber });

test.each([
  [null, "neverEnabled"],
  [{ enabled: false }, "disabled"],
  [{ enabled: true }, "enabled"],
] as const)("a copy %o means %s", (instance, expected) => {
  expect(stateOf({ instance })).toBe(expected);
});

const published = {
  versionNumber: 2,
  hasUnpublishedChanges: false,
  instance: null,
  deployedVersion: null,
};

test.each([
  [{}, []],
  [{ versionNumber: 0, hasUnpublishedChanges: true }, ["unpublished"]],
  [{ hasUnpublishedChanges: true }, ["changed"]],
  [{ instance: running, deployedVersion: version(2) }, []],
  [{ instance: running, deployedVersion: version(1) }, ["outdated"]],
  [{ instance: { ...running, enabled: false }, deployedVersion: version(1) }, []],
  [
    {
      instance: { ...running, systemSuspended: true },
      deployedVersion: version(1),
      hasUnpublishedChanges: true,
    },
    ["suspended", "outdated", "changed"],
  ],
])("of %o is said %o", (facts, expected) => {
  expect(remarksOf({ ...published, ...facts })).toEqual(expected);
});

test.each([
  [true, 2, true],
  [true, 0, false],
  [false, 2, false],
  [null, 2, false],
])("allowed %s, %s variables: %s", (allowUpdateConfigVariables, totalCount, expected) => {
  const copy = { allowUpdateConfigVariables, configVariables: { totalCount } };
  expect(isConfigured(copy)).toBe(expected);
});

test("hosts are told of the copy and of what it runs", () => {
  const workflow = { customer: { id: "c", name: "Initech" }, deployedVersion: version(1) };
  const copy = { ...running, id: "i", name: "Orders", workflow: version(2) };
  const customer = { customerId: "c", customerName: "Initech" };
  expect(factsOf(workflow, copy)).toEqual({
    ...customer,
    instanceId: "i",
    instanceName: "Orders",
    workflowVersionId: "v2",
  });
  expect(factsOf({ ...workflow, deployedVersion: null }, null)).toEqual({
    ...customer,
    instanceId: "",
    instanceName: "",
    workflowVersionId: null,
  });
});
