import { expect, test } from "vitest";
import { callOf, isBroken, isSame, writeHeaders } from "./test-call";

const nothing = { testPayload: null, testContentType: null, testHeaders: null };
const empty = { payload: "", contentType: "application/json", headers: [] };

test.each([
  ["nothing", {}, empty],
  ["an empty kind", { testContentType: "" }, empty],
  ["all", { testPayload: "<a/>", testContentType: "text/xml", testHeaders: '{"A":"b","C":1}' }, {
    payload: "<a/>",
    contentType: "text/xml",
    headers: [{ name: "A", value: "b" }, { name: "C", value: "1" }],
  }],
  ["headers that are none", { testHeaders: "null" }, empty],
  ["headers that cannot be read", { testHeaders: "{" }, empty],
])("remembers %s", (_, stored, call) => {
  expect(callOf({ ...nothing, ...stored })).toEqual(call);
});

test("headers without a name are not sent", () => {
  const headers = [{ name: " A ", value: " b" }, { name: " ", value: "c" }];
  expect(writeHeaders(headers)).toBe('{"A":" b"}');
});

test.each([
  ["application/json", "", false],
  ["application/json", "{", true],
  ["application/json; charset=utf-8", "[1,]", true],
  ["application/vnd.api+json", "nope", true],
  ["application/json", "7", false],
  ["text/xml", "{", false],
])("%s %j is broken: %s", (contentType, payload, broken) => {
  expect(isBroken({ payload, contentType, headers: [] })).toBe(broken);
});

test("calls are the same by what is sent", () => {
  expect(isSame(empty, { ...empty, headers: [{ name: "", value: "x" }] })).toBe(true);
  expect(isSame(empty, { ...empty, payload: "1" })).toBe(false);
});
