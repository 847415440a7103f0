import { expect, test } from "vitest";
import { bannersOf, brokenConnections, lifeOf, updateOf } from "./life";

const active = {
  configState: "FULLY_CONFIGURED",
  enabled: true,
  lastDeployedAt: "2026-01-01T00:00:00Z",
  needsDeploy: false,
} as const;

const incomplete = { configState: "NEEDS_INSTANCE_CONFIGURATION" } as const;
const personal = { configState: "NEEDS_USER_LEVEL_CONFIGURATION" } as const;
const paused = { enabled: false } as const;
const changed = { needsDeploy: true } as const;
const fresh = { lastDeployedAt: null } as const;

test.each([
  ["active", {}],
  ["changed", changed],
  ["paused", { ...changed, ...paused }],
  ["needsUserConfiguration", { ...changed, ...paused, ...personal }],
  ["needsConfiguration", { ...changed, ...paused, ...incomplete }],
  ["undeployed", { ...changed, ...paused, ...incomplete, ...fresh }],
])("%s comes first with %j", (life, facts) => {
  expect(lifeOf({ ...active, ...facts })).toBe(life);
});

const listed = "AVAILABLE_AND_DEPLOYABLE";

test.each([
  ["none", true, null],
  ["none", true, { versionNumber: 2, marketplaceConfiguration: listed }],
  ["none", true, { versionNumber: 3, marketplaceConfiguration: "NOT_AVAILABLE_IN_MARKETPLACE" }],
  ["mayTake", true, { versionNumber: 3, marketplaceConfiguration: listed }],
  ["mayAsk", false, { versionNumber: 3, marketplaceConfiguration: listed }],
  ["mayAsk", null, { versionNumber: 3, marketplaceConfiguration: listed }],
])("%s when upgradeable is %s and the newest version is %j", (update, may, latest) => {
  const facts = { isCustomerUpgradeable: may, integration: { versionNumber: 2, latest } };
  expect(updateOf(facts)).toBe(update);
});

const variable = (
  key: string,
  status: string | null,
  orgOnly = false,
  dataType = "CONNECTION",
) => ({
  status,
  requiredConfigVariable: { key, dataType, orgOnly },
});

test("only connections that the customer can mend are broken", () => {
  const variables = [
    variable("fine", "ACTIVE"),
    variable("failed", "FAILED"),
    variable("wrong", "ERROR"),
    variable("waiting", "PENDING"),
    variable("none", null),
    variable("theirs", "ERROR", true),
    variable("text", "ERROR", false, "STRING"),
  ];
  expect(brokenConnections(variables)).toEqual(["failed", "wrong", "waiting"]);
});

const calm = { systemSuspended: false, update: "none", hasBrokenConnections: false } as const;

test.each([
  [[], {}],
  [["changed"], changed],
  [["paused", "mayTake"], { ...paused, update: "mayTake" }],
  [["suspended", "broken", "mayAsk"], {
    systemSuspended: true, hasBrokenConnections: true, update: "mayAsk",
  }],
  [["needsUserConfiguration", "paused"], { ...personal, ...paused }],
  [["needsConfiguration"], {
    ...fresh, ...incomplete, hasBrokenConnections: true, update: "mayTake",
  }],
] as const)("says %j", (banners, facts) => {
  expect(bannersOf({ ...active, ...calm, ...facts })).toEqual(banners);
});
