import { expect, test } from "vitest";
import { type StepNode, placesOf, treeOf } from "./tree";

const step = (time: number, stepName: string, loopPath = "") => ({
  id: `${stepName}@${loopPath}`,
  stepName,
  loopPath,
  startedAt: `2026-01-01T00:00:${String(time).padStart(2, "0")}Z`,
});

type Node = StepNode<ReturnType<typeof step>>;

/** `each{0: get, put}`; a loop without a result has a `?`. */
const write = (nodes: Node[]): string =>
  nodes
    .map(({ name, step: result, turns }) => {
      const inner = turns.map((turn) => `${turn.index}: ${write(turn.nodes)}`).join("; ");
      return `${name}${result === undefined ? "?" : ""}${inner === "" ? "" : `{${inner}}`}`;
    })
    .join(", ");

test.each([
  ["nothing", [], ""],
  ["steps in their order", [step(2, "put"), step(1, "get")], "get, put"],
  [
    "a loop and its turns",
    [
      step(1, "start"),
      step(2, "each"),
      step(2, "get", "each[0]"),
      step(4, "get", "each[1]"),
      step(3, "put", "each[0]"),
      step(9, "end"),
    ],
    "start, each{0: get, put; 1: get}, end",
  ],
  ["a loop that still runs", [step(1, "start"), step(2, "get", "each[0]")], "start, each?{0: get}"],
  [
    "loops in loops",
    [
      step(1, "out"),
      step(2, "in", "out[1]"),
      step(3, "get", "out[1].in[0]"),
      step(1, "a", "out[0]"),
    ],
    "out{0: a; 1: in{0: get}}",
  ],
  [
    "turns by number",
    [step(2, "get", "each[10]"), step(3, "get", "each[9]")],
    "each?{9: get; 10: get}",
  ],
])("%s", (_, steps, expected) => {
  expect(write(treeOf(steps))).toBe(expected);
});

test.each([
  [null, []],
  ["", []],
  ["a[0]", [{ loop: "a", index: 0 }]],
  ["a[2].b[13]", [{ loop: "a", index: 2 }, { loop: "b", index: 13 }]],
])("places of %s", (path, places) => {
  expect(placesOf(path)).toEqual(places);
});
