import { expect, test } from "vitest";
import { type Moment, type Told, eventOf } from "./events";

const facts = {
  customerId: "c",
  customerName: "Customer",
  instanceId: "i",
  instanceName: "Instance",
  integrationName: "Integration",
  integrationVersionNumber: 3,
  readOnly: false,
};
const page = { pageName: "First", pageContent: {} };
const instance: Told = { facts, user: undefined, configVars: {}, page };
const who = { userConfigId: "u1", userId: "u", userName: "Anna", userEmail: "a@example.com" };
const user: Told = { ...instance, user: who };
const userFacts = { ...facts, ...who, userLevelConfigVariables: {} };

test.each<[Moment, Told, string, object]>([
  ["OPENED", instance, "INSTANCE_CONFIGURATION_OPENED", facts],
  ["LOADED", instance, "INSTANCE_CONFIGURATION_LOADED", { ...facts, configVars: {} }],
  [
    "PAGE_LOADED",
    instance,
    "INSTANCE_CONFIGURATION_PAGE_LOADED",
    { ...facts, configVars: {}, ...page },
  ],
  ["DEPLOYED", instance, "INSTANCE_DEPLOYED", facts],
  ["CANCELED", instance, "INSTANCE_CONFIGURATION_CANCELED", facts],
  ["CLOSED", instance, "INSTANCE_CONFIGURATION_CLOSED", facts],
  ["OPENED", user, "USER_CONFIGURATION_OPENED", userFacts],
  ["LOADED", user, "USER_CONFIGURATION_LOADED", userFacts],
  ["PAGE_LOADED", user, "USER_CONFIGURATION_PAGE_LOADED", { ...userFacts, ...page }],
  ["DEPLOYED", user, "USER_CONFIGURATION_DEPLOYED", userFacts],
  ["CANCELED", user, "INSTANCE_CONFIGURATION_CANCELED", facts],
  ["DELETED", user, "USER_CONFIGURATION_DELETED", userFacts],
  ["CLOSED", user, "USER_CONFIGURATION_CLOSED", userFacts],
])("%s", (moment, told, name, data) => {
  expect(eventOf(moment, told)).toEqual({ name, data });
});
