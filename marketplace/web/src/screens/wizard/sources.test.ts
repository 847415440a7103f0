import { expect, test } from "vitest";
import { initialDraft, readContent } from "./content";
import type { Drafts } from "./draft";
import {
  type Page,
  type Variable,
  type VariableNode,
  type Viewer,
  mergePages,
  readVariable,
  variablesOf,
} from "./model";
import { readMapping, withMapped } from "./objects/mapping";
import { readSelection, withField, withObject, writeSelection } from "./objects/selection";
import { connection, variable } from "./samples";
import { blockerOf, expressionsOf, readPageAnswer, signatureOf } from "./sources";

const input = (name: string, type: "CONFIGVAR" | "VALUE", value: string) => ({
  name,
  type,
  value,
  meta: null,
});

const channel = variable({ key: "Channel" });
const login = connection();
const topic = variable({
  key: "Topic",
  dataType: "PICKLIST",
  dataSource: "topics",
  inputs: [
    input("connection", "CONFIGVAR", "Login"),
    input("channel", "CONFIGVAR", "Channel"),
    input("limit", "VALUE", "5"),
    input("input0", "CONFIGVAR", "Other"),
  ],
});
const active = { ...login, status: "ACTIVE" } as const;
const chosen: Drafts = { Channel: { type: "text", text: "general" } };

test.each([
  ["Login", login, chosen],
  ["Channel", active, {}],
  [undefined, active, chosen],
])("a data source is held up by %s", (by, connected, drafts) => {
  expect(blockerOf(topic, [channel, connected, topic], drafts)?.key).toBe(by);
});

test("data sources are told what the server does not know yet", () => {
  const told = [{ name: "channel", type: "value", value: "general" }];
  expect(expressionsOf(topic, [channel, active], chosen)).toEqual(told);
  expect(expressionsOf(topic, [channel, active], {})).toEqual([]);
});

test("only what a data source depends on makes it look again", () => {
  const all = [channel, active, variable({ key: "Third" }), topic];
  const before = signatureOf(topic, all, {});
  expect(signatureOf(topic, all, { Third: { type: "text", text: "x" } })).toBe(before);
  expect(signatureOf(topic, all, chosen)).not.toBe(before);
});

test("one answer tells of several variables", () => {
  const content = JSON.stringify({ Topic: { result: ["a", { key: "b", label: "B" }] } });
  const errors = [{ field: "content", messages: ["Channel: the shop is closed."] }];
  expect(readPageAnswer([channel, topic, login], { content, errors })).toEqual({
    Channel: { state: "failed", message: "the shop is closed." },
    Topic: {
      state: "ready",
      content: {
        type: "options",
        options: [
          { value: "a", label: "a" },
          { value: "b", label: "B" },
        ],
      },
    },
  });
});

const named = (key: string, label = key) => ({ key, label });
const objects = [
  { object: named("deal", "Deal"), fields: [named("sum"), named("day")], defaultSelected: true },
  { object: named("person"), fields: [named("mail")] },
];

test("objects are selected with their fields", () => {
  const content = readContent(variable({ dataType: "OBJECTSELECTION" }), { result: objects });
  if (content?.type !== "objects") throw new Error("no objects");
  const [deal, person] = content.objects;
  if (deal === undefined || person === undefined) throw new Error("no objects");
  const initial = initialDraft(content);
  const start = readSelection(initial?.type === "text" ? initial.text : "");
  expect([...start.keys()]).toEqual(["deal"]);
  const next = withField(withObject(start, person, true), deal, named("day"), false);
  expect(JSON.parse(writeSelection(content.objects, next))).toEqual([
    { object: named("deal", "Deal"), fields: [named("sum")] },
    { object: named("person"), fields: [named("mail")] },
  ]);
});

test("fields keep what they are mapped to", () => {
  const fields = [{ field: named("First") }, { field: named("Mail") }];
  const answer = { fields, options: objects };
  const content = readContent(variable({ dataType: "OBJECTFIELDMAP" }), answer);
  if (content?.type !== "mapping") throw new Error("no mapping");
  const mapped = { object: named("person"), field: named("mail") };
  const text = withMapped(content.fields, "Mail", mapped, content.options);
  expect(readMapping(text, content.fields)).toEqual([
    { field: named("First"), mapped: undefined },
    { field: named("Mail"), mapped },
  ]);
});

test("a schedule may come from a data source", () => {
  const of = variable({ dataType: "SCHEDULE", timeZone: "UTC" });
  const answer = { result: { value: "0 9 * * *", schedule_type: "day" } };
  const draft = { type: "schedule", kind: "DAY", cron: "0 9 * * *", timeZone: "UTC" };
  expect(readContent(of, answer)).toEqual({ type: "value", draft });
});

function page(name: string, ...variables: Variable[]): Page {
  const elements = variables.map((one) => ({ kind: "variable", variable: one }) as const);
  return { name, tagline: "", elements, isMerged: false };
}

test.each<[string, Page[], string[]]>([
  ["one page", [page("A", channel)], ["A"]],
  ["plain pages", [page("A", channel), page("B", variable({ key: "Second" }))], ["A merged"]],
  ["a data source of an earlier page", [page("A", channel), page("B", topic)], ["A", "B"]],
  ["a data source on the first page", [page("A", topic), page("B", channel)], ["A merged"]],
])("pages become one unless they need each other: %s", (_, pages, expected) => {
  const merged = mergePages(pages);
  expect(merged.map(({ name, isMerged }) => (isMerged ? `${name} merged` : name))).toEqual(
    expected,
  );
  expect(merged.flatMap(variablesOf)).toEqual(pages.flatMap(variablesOf));
});

const hidden = '{"visibleToCustomerDeployer":false}';

test.each<[Viewer, boolean, string | null, boolean, boolean]>([
  ["customer", false, null, true, false],
  ["customer", false, hidden, false, true],
  ["customer", true, null, false, false],
  ["organization", true, null, true, false],
  ["organization", false, hidden, true, false],
  ["organization", false, '{"visibleToOrgDeployer":false}', false, false],
])("%s (of the organization: %s, %s)", (viewer, orgOnly, meta, isShown, isEmbedded) => {
  const declaration = { key: "k", dataType: "STRING", collectionType: null, orgOnly, meta };
  const bare = { inputs: { nodes: [] }, pickList: null, dataSource: null, connection: null };
  const requiredConfigVariable = { ...declaration, ...bare, scopedConfigVariable: null };
  const node = { id: "v", value: null, scheduleType: null, inputs: null, requiredConfigVariable };
  const read = readVariable(node as unknown as VariableNode, viewer);
  expect([read.isShown, read.isEmbedded]).toEqual([isShown, isEmbedded]);
});
