import { expect, test } from "vitest";
import { REPLAYS_MAX, type Replay, isOver, mayReplay, tally, toggled } from "./replays";

const queued: Replay = { state: "queued", next: "n" };
const failed: Replay = { state: "failed", message: "no" };

test.each<[string, Replay[], number, number, boolean]>([
  ["nothing", [], 0, 0, false],
  ["the beginning", [{ state: "running" }, { state: "waiting" }], 0, 0, false],
  ["the middle", [queued, failed, { state: "running" }], 1, 1, false],
  ["the end", [queued, failed], 1, 1, true],
  ["failures only", [failed, { state: "failed", message: "other" }], 0, 2, true],
])("%s", (_, list, good, bad, over) => {
  const found = tally(Object.fromEntries(list.map((replay, index) => [String(index), replay])));
  expect([found.queued, found.failed, isOver(found)]).toEqual([good, bad, over]);
  expect(found.message).toBe(bad > 0 ? "no" : "");
});

test("what is chosen is taken back, and there is a limit", () => {
  expect([...toggled(new Set(["a"]), "b")]).toEqual(["a", "b"]);
  expect([...toggled(new Set(["a", "b"]), "a")]).toEqual(["b"]);
  const full = new Set(Array.from({ length: REPLAYS_MAX }, (_, index) => String(index)));
  expect(toggled(full, "one more").size).toBe(REPLAYS_MAX);
  expect(toggled(full, "0").size).toBe(REPLAYS_MAX - 1);
});

test.each([
  ["SUCCESS", { allowUpdate: true }, true],
  ["ERROR", { allowUpdate: true }, true],
  ["PENDING", { allowUpdate: true }, false],
  ["QUEUED", { allowUpdate: true }, false],
  ["SUCCESS", { allowUpdate: false }, false],
  ["SUCCESS", null, false],
])("%s of %j may run again: %s", (status, instance, may) => {
  expect(mayReplay({ status, instance })).toBe(may);
});
