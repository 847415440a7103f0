import { expect, test } from "vitest";
import { endingOf } from "./retries";

type Row = Parameters<typeof endingOf>[1][number];

const row = (status: Row["status"], retryCount: number, next: string | null = null): Row => ({
  status,
  retryCount,
  retryNextAt: next,
  resultType: null,
});
const soon = "2026-01-01T00:00:00Z";

test.each<[string, Row, Row[], number, ReturnType<typeof endingOf>]>([
  ["nothing is tried again", row("ERROR", 0), [], 0, undefined],
  ["it worked at once", row("SUCCESS", 0), [], 3, { is: "succeeded", retries: 0 }],
  ["it waits", row("ERROR", 0, soon), [], 3, undefined],
  ["it runs", row("ERROR", 0), [row("PENDING", 1)], 3, undefined],
  [
    "it worked later",
    row("ERROR", 0),
    [row("ERROR", 1), row("SUCCESS", 2)],
    3,
    { is: "succeeded", retries: 2 },
  ],
  ["it never worked", row("ERROR", 0), [row("ERROR", 1)], 1, { is: "failed", retries: 1 }],
])("%s", (_, first, later, maxRetryCount, ending) => {
  expect(endingOf({ ...first, maxRetryCount }, later)).toEqual(ending);
});
