import { expect, test } from "vitest";
import { type Feed, mergeBack, mergeFront } from "./feed";

const page = (ids: string, hasMore = true, mark = ""): Feed<{ id: string; mark: string }> => ({
  rows: [...ids].map((id) => ({ id, mark })),
  end: ids.at(-1) ?? null,
  hasMore,
});

const ids = (feed: Feed<{ id: string }>) => feed.rows.map((row) => row.id).join("");

test.each([
  ["the first page", undefined, page("cba"), "cba", "a"],
  ["nothing new", page("cba"), page("cba"), "cba", "a"],
  ["new at the front", page("cba"), page("dcb"), "dcba", "a"],
  ["new before several pages", page("edcba", false), page("fed"), "fedcba", "a"],
  ["a gap: starts anew", page("cba"), page("zyx"), "zyx", "x"],
  ["nothing in common, and nothing between", page("cba", false), page("d", false), "dcba", "a"],
  ["an empty list", page("", false), page("a", false), "a", "a"],
])("%s", (_, known, newest, expected, end) => {
  const feed = mergeFront(known, newest);
  expect([ids(feed), feed.end]).toEqual([expected, end]);
});

test("what is known is replaced by what it became", () => {
  const feed = mergeFront(page("cba", true, "old"), page("dc", true, "new"));
  expect(feed.rows.map((row) => row.mark)).toEqual(["new", "new", "old", "old"]);
});

test("the next page comes after the last, and nothing comes twice", () => {
  const feed = mergeBack(page("dcb"), page("ba", false));
  expect([ids(feed), feed.end, feed.hasMore]).toEqual(["dcba", "a", false]);
});
