import { expect, test } from "vitest";
import {
  conditionsOf,
  draftOf,
  emptyDraft,
  inputOf,
  problemsOf,
  serverProblems,
} from "./monitor-draft";

const triggers = [
  { id: "f", name: "Execution Failed" },
  { id: "d", name: "Execution Duration Matched or Exceeded" },
  { id: "o", name: "Execution Overdue" },
  { id: "l", name: "Log Level Matched or Exceeded" },
];

const draft = (given: Partial<typeof emptyDraft>) => ({
  ...emptyDraft, name: "One", triggers: ["f"], ...given,
});

test("a stored monitor becomes a draft", () => {
  const stored = {
    name: "Slow",
    flowConfig: { id: "fc", flow: { id: "fl", name: "Flow" } },
    durationSecondsCondition: 5,
    executionOverdueMinutesCondition: null,
    logSeverityLevelCondition: 0,
    triggers: { nodes: [{ id: "d" }, null] },
    users: { nodes: [{ id: "u" }] },
  };
  expect(draftOf(stored)).toEqual({
    name: "Slow", flowConfig: "fc", triggers: ["d"], users: ["u"],
    duration: "5", overdue: "60", severity: "0",
  });
});

test("only chosen triggers need limits", () => {
  const chosen = draft({ triggers: ["f", "l", "d"] });
  expect(conditionsOf(chosen, triggers)).toEqual(["duration", "severity"]);
});

test.each([
  [{}, []],
  [{ name: " " }, ["name"]],
  [{ triggers: [] }, ["triggers"]],
  [{ duration: "" }, []],
  [{ triggers: ["d"], duration: "" }, ["duration"]],
  [{ triggers: ["d", "o"], duration: "1.5", overdue: "0" }, ["duration", "overdue"]],
  [{ triggers: ["o"], overdue: " 12 " }, []],
])("%j has the problems %j", (given, problems) => {
  expect(problemsOf(draft(given), triggers)).toEqual(problems);
});

test("limits that are not needed are taken away", () => {
  expect(inputOf(draft({ triggers: ["f", "o"], overdue: " 12 " }), triggers)).toEqual({
    name: "One", flowConfig: null, triggers: ["f", "o"], users: [],
    duration: null, overdue: 12, severity: null,
  });
});

test("problems of the server go to their fields", () => {
  const errors = [
    { field: "name", messages: ["Too long.", "Not unique."] },
    { field: "__all__", messages: ["No."] },
    { field: "other", messages: ["Never."] },
  ];
  expect(serverProblems(errors)).toEqual({ name: "Too long. Not unique.", "": "No. Never." });
});
