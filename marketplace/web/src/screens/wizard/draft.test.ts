import { expect, test } from "vitest";
import { RefusedError } from "@/api/error";
import { type Problem, problemOf } from "./check";
import { blankInputs } from "./connection/inputs";
import { type Draft, toInput, withDraft } from "./draft";
import { eventConfigVars } from "./event-vars";
import { applyHostValues } from "./host-values";
import type { Variable } from "./model";
import { connection, field, variable } from "./samples";
import { changes, problemsOf } from "./save";

const text = (value: string): Draft => ({ type: "text", text: value });
const schedule = (kind: string, cron: string, timeZone = ""): Draft =>
  ({ type: "schedule", kind, cron, timeZone }) as Draft;
const login = (inputs: Record<string, string>, reusable = ""): Draft => ({
  type: "connection",
  inputs,
  reusable,
});
const oauth = { oauth2Type: "AUTHORIZATION_CODE" } as const;

test.each<[string, Partial<Variable>, Draft, Problem | undefined]>([
  ["text", {}, text("a"), undefined],
  ["nothing", {}, text("  "), "marquetry.problem.required"],
  ["an untouched switch", { dataType: "BOOLEAN" }, text(""), undefined],
  ["a number", { dataType: "NUMBER" }, text("-1.5e3"), undefined],
  ["no number", { dataType: "NUMBER" }, text("ten"), "marquetry.problem.number"],
  ["a day", { dataType: "DATE" }, text("2026-02-28"), undefined],
  ["a day, older form", { dataType: "DATE" }, text("2/28/2026"), undefined],
  ["no day", { dataType: "DATE" }, text("2026-02-30"), "input.dateError"],
  ["no instant", { dataType: "TIMESTAMP" }, text("now"), "input.dateTimeError"],
  ["a choice", { dataType: "PICKLIST", pickList: ["a"] }, text("a"), undefined],
  ["no choice", { dataType: "PICKLIST", pickList: ["a"] }, text("b"), "marquetry.problem.choice"],
  ["a list to come", { dataType: "PICKLIST", dataSource: "d" }, text("b"), undefined],
  ["bad JSON", { dataType: "CODE", codeLanguage: "JSON" }, text("{"), "marquetry.problem.json"],
  ["XML", { dataType: "CODE", codeLanguage: "XML" }, text("<a>"), undefined],
  ["no schedule", { dataType: "SCHEDULE" }, schedule("NONE", ""), undefined],
  ["a cron", { dataType: "SCHEDULE" }, schedule("CUSTOM", "0 9 * * mon-fri"), undefined],
  ["a bad cron", { dataType: "SCHEDULE" }, schedule("CUSTOM", "x"), "marquetry.problem.cron"],
  [
    "no zone",
    { dataType: "SCHEDULE" },
    schedule("DAY", "0 9 * * *", "Moon"),
    "marquetry.problem.cron",
  ],
  ["no entries", {}, { type: "list", items: [] }, "marquetry.problem.required"],
  ["an empty entry", {}, { type: "list", items: ["a", ""] }, "marquetry.problem.required"],
  ["no key", {}, { type: "pairs", items: [{ key: "", value: "a" }] }, "marquetry.problem.key"],
])("%s", (_, change, draft, problem) => {
  expect(problemOf(variable(change), draft)).toBe(problem);
});

test.each<[string, Variable, Draft, Problem | undefined]>([
  ["filled", connection(), login({ user: "a", password: "b" }), undefined],
  ["half filled", connection(), login({ user: "a" }), "marquetry.problem.required"],
  ["authorized", connection({ status: "ACTIVE" }, oauth), login({}), undefined],
  ["pending", connection({}, oauth), login({}), "marquetry.problem.connect"],
  [
    "changed",
    connection({ status: "ACTIVE" }, oauth),
    login({ user: "b" }),
    "marquetry.problem.connect",
  ],
  ["chosen", connection({ reusable: "s" }), login({}, "r"), undefined],
  ["not chosen", connection({ reusable: "s" }), login({}), "marquetry.problem.required"],
])("a connection that is %s", (_, of, draft, problem) => {
  expect(problemOf(of, draft)).toBe(problem);
});

test("saved secrets count as filled, and are not sent again", () => {
  const savedInputs = [
    { name: "user", value: "anna", hasValue: true },
    { name: "password", value: "", hasValue: true },
  ];
  const saved = connection({ savedInputs, status: "ACTIVE" });
  expect(problemOf(saved, saved.saved)).toBeUndefined();
  expect(problemOf(saved, login({ password: "" }))).toBe("marquetry.problem.required");
  expect(changes([saved], {})).toEqual([]);
  const values = JSON.stringify([{ name: "user", type: "value", value: "otto" }]);
  expect(changes([saved], { Login: login({ user: "otto" }) })).toEqual([{ key: "Login", values }]);
});

test("what is as it is saved is not sent", () => {
  const plain = variable({ saved: text("a") });
  const drafts = withDraft({}, "Sample", plain.saved, text("b"));
  expect(changes([plain], drafts)).toEqual([{ key: "Sample", value: "b" }]);
  expect(withDraft(drafts, "Sample", plain.saved, text("a"))).toEqual({});
});

test("a switch that nobody touched is sent as off", () => {
  const flag = variable({ dataType: "BOOLEAN" });
  expect(changes([flag], {})).toEqual([{ key: "Sample", value: "false" }]);
});

test("a schedule that nobody touched is sent as it is shown", () => {
  const never = { dataType: "SCHEDULE", isStored: false, saved: schedule("NONE", "") } as const;
  const sent = { key: "Sample", value: "", scheduleType: "none", timeZone: "" };
  expect(changes([variable(never)], {})).toEqual([sent]);
  expect(changes([variable({ ...never, isStored: true })], {})).toEqual([]);
});

test.each<[Draft, object]>([
  [
    { type: "list", items: ["a"] },
    { key: "k", value: '["a"]' },
  ],
  [
    { type: "pairs", items: [{ key: "a", value: "b" }] },
    { key: "k", value: '[{"key":"a","value":"b"}]' },
  ],
  [
    schedule("DAY", "0 9 * * *", "UTC"),
    { key: "k", value: "0 9 * * *", scheduleType: "day", timeZone: "UTC" },
  ],
  [login({}, "r1"), { key: "k", customerConfigVariableId: "r1" }],
])("%j is sent as %j", (draft, input) => {
  expect(toInput("k", draft)).toEqual(input);
});

test("errors go where they belong", () => {
  const error = new RefusedError([
    { field: "configVariables", messages: ["Api: Key: this is wrong.", "Api: no."] },
    { field: "", messages: ["Something else."] },
  ]);
  expect(problemsOf(error, ["Api", "Api: Key"])).toEqual({
    byKey: { "Api: Key": "This is wrong.", Api: "No." },
    others: ["Something else."],
  });
});

const pairs: Draft = { type: "pairs", items: [] };

test.each<[string, Variable, unknown, Draft | undefined]>([
  ["text", variable(), { value: "a" }, text("a")],
  ["a number", variable(), { value: 5 }, text("5")],
  ["an object for text", variable(), { value: {} }, undefined],
  ["a bad switch", variable({ dataType: "BOOLEAN" }), { value: "yes" }, undefined],
  ["a form", variable({ dataType: "JSONFORM" }), { value: { a: 1 } }, text('{"a":1}')],
  [
    "a list",
    variable({ saved: { type: "list", items: [] } }),
    { value: ["a"] },
    { type: "list", items: ["a"] },
  ],
  [
    "half a list",
    variable({ saved: { type: "list", items: [] } }),
    { value: ["a", {}] },
    undefined,
  ],
  [
    "pairs",
    variable({ saved: pairs }),
    { value: [{ key: "a", value: "b" }] },
    { type: "pairs", items: [{ key: "a", value: "b" }] },
  ],
  [
    "a schedule",
    variable({ saved: schedule("NONE", "") }),
    { scheduleType: "custom", value: "* * * * *", timeZone: "UTC" },
    schedule("CUSTOM", "* * * * *", "UTC"),
  ],
  ["no schedule", variable({ saved: schedule("NONE", "") }), { scheduleType: "never" }, undefined],
  ["inputs", connection(), { inputs: { user: { value: "a" } } }, login({ user: "a" })],
  ["half the inputs", connection(), { inputs: { user: { value: "a" }, password: "b" } }, undefined],
])("a host sets %s", (_, of, given, draft) => {
  const { drafts, refused } = applyHostValues(
    [of],
    {},
    { [of.key]: given, Unknown: { value: "" } },
  );
  expect(drafts[of.key]).toEqual(draft);
  expect(refused).toEqual(draft === undefined ? [of.key, "Unknown"] : ["Unknown"]);
});

test("a host that repeats what is saved changes nothing", () => {
  const savedInputs = [{ name: "user", value: "anna", hasValue: true }];
  const saved = connection({ savedInputs, status: "ACTIVE" }, oauth);
  const given = { Login: { inputs: { user: { value: "anna" } } } };
  expect(applyHostValues([saved], {}, given).drafts).toEqual({});
});

test("hosts are told everything but secrets", () => {
  const of = connection({ status: "FAILED", savedInputs: [] });
  const events = eventConfigVars(
    [
      of,
      variable({ pickList: ["a"], dataType: "PICKLIST" }),
      variable({ key: "At", dataType: "SCHEDULE", saved: schedule("DAY", "0 9 * * *", "UTC") }),
    ],
    { Login: login({ user: "anna", password: "secret" }), Sample: text("a") },
  );
  const base = {
    id: "v1",
    codeLanguage: null,
    collectionType: null,
    pickList: null,
    scheduleType: null,
    timeZone: null,
  };
  expect(events).toEqual({
    Login: {
      ...base,
      dataType: "connection",
      status: "ERROR",
      inputs: { user: { value: "anna" }, password: { value: "" } },
    },
    Sample: { ...base, dataType: "picklist", pickList: ["a"], value: "a" },
    At: { ...base, dataType: "schedule", scheduleType: "day", timeZone: "UTC", value: "0 9 * * *" },
  });
});

test("inputs that the organization fills in are not asked for", () => {
  const hidden = connection(
    {
      inputs: [
        { name: "user", type: "VALUE", value: "x", meta: '{"visibleToCustomerDeployer":false}' },
      ],
    },
    { inputs: { nodes: [field()] } },
  );
  expect(problemOf(hidden, hidden.saved)).toBeUndefined();
});

test("what is filled in for everybody is not asked for", () => {
  const { connection: kind } = connection();
  if (kind === undefined) throw new Error("no connection");
  expect(blankInputs(kind, ["user"]).map(({ key }) => key)).toEqual(["password"]);
});

test("hosts are told what they set unseen, and not what the organization connects", () => {
  const unseen = { isShown: false, isEmbedded: true };
  const embedded = variable({ ...unseen, key: "Account", saved: text("a") });
  const organization = connection({ isShown: false });
  expect(Object.keys(eventConfigVars([embedded, organization], {}))).toEqual(["Account"]);
});
