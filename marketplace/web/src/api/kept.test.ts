import { expect, test } from "vitest";
import { type Shown, shownNow } from "./kept";

const cards: Shown<string, string> = { who: "ada", text: "list", data: "cards", asked: "a" };
const now = { who: "ada", text: "list", data: undefined, asked: "b", error: undefined };

test.each([
  ["nothing before the first answer", undefined, now, undefined],
  ["the answer", undefined, { ...now, data: "new" }, "new"],
  ["the answer, not the last one", cards, { ...now, data: "new" }, "new"],
  ["the last answer while another is on its way", cards, now, "cards"],
  ["nothing of somebody else", cards, { ...now, who: "ben" }, undefined],
  ["nothing of nobody", cards, { ...now, who: "" }, undefined],
  ["nothing of another list", cards, { ...now, text: "logs" }, undefined],
  ["what went wrong, not the last answer", cards, { ...now, error: new Error() }, undefined],
])("shows %s", (_, last, next, data) => {
  expect(shownNow(last, next)?.data).toBe(data);
});

test("what is shown knows what it answers", () => {
  expect(shownNow(cards, now)?.asked).toBe("a");
  expect(shownNow(cards, { ...now, data: "new" })?.asked).toBe("b");
});
