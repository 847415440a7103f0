import { expect, test } from "vitest";
import { actionKeys, flowsOf } from "./structure";

const DEFINITION = `
definitionVersion: 7
name: Orders
flows:
  - name: Take
    steps:
      - name: Call
        isTrigger: true
        action: {key: webhook, component: {key: webhook-triggers, isPublic: true, version: LATEST}}
      - name: Check
        description: Orders without lines go no further.
        action: {key: branch, component: {key: logic, isPublic: true, version: 3}}
        branches:
          - name: Empty
            steps:
              - {name: Stop, action: {key: stop, component: {key: own, isPublic: false}}}
          - {name: Else, steps: []}
      - name: Each
        action: {key: loop, component: {key: logic, isPublic: true}}
        steps:
          - {name: 7, action: {key: stop, component: {key: own}}}
`;

const plain = { description: "", steps: [], branches: [] };
const stop = { ...plain, component: "own", isPublic: false, action: "stop" };

test("a definition is a trigger and what follows it", () => {
  const [flow, ...others] = flowsOf(DEFINITION) ?? [];
  expect(flow?.name).toBe("Take");
  expect(others).toEqual([]);
  expect(flow?.trigger).toEqual({
    ...plain,
    name: "Call",
    component: "webhook-triggers",
    isPublic: true,
    action: "webhook",
  });
  expect(flow?.steps.map(({ name }) => name)).toEqual(["Check", "Each"]);
  const [check, each] = flow?.steps ?? [];
  expect(check?.description).toBe("Orders without lines go no further.");
  expect(check?.branches).toEqual([
    { name: "Empty", steps: [{ ...stop, name: "Stop" }] },
    { name: "Else", steps: [] },
  ]);
  expect(each?.steps).toEqual([{ ...stop, name: "7" }]);
  expect(flow && actionKeys([flow, flow])).toEqual(["branch", "loop", "stop", "webhook"]);
});

const nothing = { name: "", description: "", trigger: undefined, steps: [] };
const unnamed = { ...stop, component: "", action: "", name: "" };

test.each([
  ["", undefined],
  ["flows: [", undefined],
  ["flows: 7", undefined],
  ["- a list", undefined],
  ['{"flows": [{"steps": []}]}', [nothing]],
  ["flows: []", []],
  ["flows: [{}]", [nothing]],
  ["flows: [{steps: [7]}]", [{ ...nothing, steps: [unnamed] }]],
  ["flows: [{name: A, description: B}, 7]", [{ ...nothing, name: "A", description: "B" }, nothing]],
])("%s is read as far as it goes", (definition, expected) => {
  expect(flowsOf(definition)).toEqual(expected);
});
