import { expect, test } from "vitest";
import { fileOf, preview, readPayload } from "./preview";

const bytes = (text: string) => new TextEncoder().encode(text);

test.each([
  ["nothing", null, undefined, ""],
  ["nothing at all", undefined, undefined, ""],
  ["text", "hello", undefined, "hello"],
  ["a number", 7, undefined, "7"],
  ["a value", { a: [1] }, undefined, '{\n  "a": [\n    1\n  ]\n}'],
  ["bytes that are text", bytes("<a/>"), "application/xml; charset=utf-8", "<a/>"],
  ["bytes that are JSON", bytes("{}"), "application/vnd.api+json", "{}"],
  ["bytes that are none", bytes("abc"), "image/png", "<3 bytes>"],
  ["bytes of no kind", bytes("abc"), undefined, "<3 bytes>"],
  ["bytes in a value", { file: bytes("ab") }, undefined, '{\n  "file": "<2 bytes>"\n}'],
])("%s", (_, data, contentType, text) => {
  expect(preview({ data, contentType })).toEqual({ text, isCut: false });
});

test("what is long is cut", () => {
  const { text, isCut } = preview({ data: "x".repeat(100_001), contentType: undefined });
  expect([text.length, isCut]).toEqual([100_000, true]);
});

test.each([
  [bytes("a"), "image/png", "step", "image/png"],
  [bytes("a"), undefined, "step", "application/octet-stream"],
  ["a", undefined, "step.txt", "text/plain"],
  [{ a: 1 }, undefined, "step.json", "application/json"],
  [null, undefined, "step.json", "application/json"],
])("%j of kind %s is the file %s", (data, contentType, name, type) => {
  expect(fileOf({ data, contentType }, "step")).toMatchObject({ name, type });
});

test("a payload has its body as bytes", () => {
  const stored = { contentType: "text/plain", headers: { "X-One": 1 }, body: btoa("hi") };
  expect(readPayload(bytes(JSON.stringify(stored)))).toEqual({
    contentType: "text/plain",
    headers: { "X-One": "1" },
    body: bytes("hi"),
  });
  expect(readPayload(bytes("{}"))).toEqual({
    contentType: undefined, headers: {}, body: new Uint8Array(),
  });
});
