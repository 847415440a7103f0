import { expect, test } from "vitest";
import { actionKeys, structureOf } from "./structure";

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
  const structure = structureOf(DEFINITION);
  expect(structure?.trigger).toEqual({
    ...plain,
    name: "Call",
    component: "webhook-triggers",
    isPublic: true,
    action: "webhook",
  });
  expect(structure?.steps.map(({ name }) => name)).toEqual(["Check", "Each"]);
  const [check, each] = structure?.steps ?? [];
  expect(check?.description).toBe("Orders without lines go no further.");
  expect(check?.branches).toEqual([
    { name: "Empty", steps: [{ ...stop, name: "Stop" }] },
    { name: "Else", steps: [] },
  ]);
  expect(each?.steps).toEqual([{ ...stop, name: "7" }]);
  expect(structure && actionKeys(structure)).toEqual(["branch", "loop", "stop", "webhook"]);
});

const unnamed = { ...stop, component: "", action: "", name: "" };

test.each([
  ["", undefined],
  ["flows: [", undefined],
  ["flows: 7", undefined],
  ["- a list", undefined],
  ['{"flows": [{"steps": []}]}', { trigger: undefined, steps: [] }],
  ["flows: [{}]", { trigger: undefined, steps: [] }],
  ["flows: [{steps: [7]}]", { trigger: undefined, steps: [unnamed] }],
])("%s is read as far as it goes", (definition, expected) => {
  expect(structureOf(definition)).toEqual(expected);
});
