import { expect, test } from "vitest";
import type { DetailsMode } from "@/host/settings";
import { connectionStateOf, isOutdated, targetOf } from "./state";

type Instance = Parameters<typeof targetOf>[0]["instances"][number];

const instance = (lastDeployedAt: string | null) => ({ id: "i1", lastDeployedAt }) as Instance;
const [running, unfinished] = [instance("2026-01-01T00:00:00Z"), instance(null)];

const go = (path: string) => ({ kind: "go", path });
const choose = { kind: "choose" };
const [detail, activate] = ["/integration-marketplace/a/", "/integration-marketplace/a/activate/"];

test.each<[DetailsMode, Instance[], boolean, boolean, object]>([
  ["allow-details", [], true, false, go(activate)],
  ["disallow-details", [], true, false, go(activate)],
  ["always-show-details", [], true, false, go(detail)],
  ["disallow-details", [], false, false, go(detail)],
  ["allow-details", [running], true, false, go("/instances/i1/")],
  ["allow-details", [unfinished], true, false, go("/configure-instance/i1/")],
  ["always-show-details", [running], true, false, go(detail)],
  ["allow-details", [running], true, true, choose],
  ["allow-details", [running, unfinished], true, false, choose],
])("%s with %j (deployable: %s, several: %s)", (mode, instances, deployable, several, target) => {
  const card = {
    id: "a",
    isCustomerDeployable: deployable,
    allowMultipleMarketplaceInstances: several,
    instances,
  };
  expect(targetOf(card, mode)).toEqual(target);
});

test.each([
  [1, 2, true, true],
  [2, 2, true, false],
  [1, 2, false, false],
])("version %i with %i on offer (upgradeable: %s)", (used, newest, upgradeable, outdated) => {
  const one = { isCustomerUpgradeable: upgradeable, integration: { versionNumber: used } };
  expect(isOutdated(one as Instance, { versionNumber: newest })).toBe(outdated);
});

type Connection = Parameters<typeof connectionStateOf>[0][number]["connections"]["nodes"][number];

const connection = (status: string, orgOnly = false) =>
  ({ id: status, status, requiredConfigVariable: { id: "v", orgOnly } }) as Connection;

test.each<[string, Connection[], ReturnType<typeof connectionStateOf>]>([
  ["none", [], undefined],
  ["one that works", [connection("ACTIVE")], "Connected"],
  ["one that waits", [connection("ACTIVE"), connection("PENDING")], "Pending"],
  ["a wrong one", [connection("ERROR"), connection("PENDING")], "Error"],
  ["the worst", [connection("ERROR"), connection("FAILED")], "Failed"],
  ["one of the organization", [connection("ERROR", true)], undefined],
])("of connections, %s", (_, nodes, state) => {
  expect(connectionStateOf([{ connections: { nodes } }])).toBe(state);
});
