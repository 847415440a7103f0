// A customer activates an integration by themselves, from the list to its first run: with consent at
// a provider, values set by the host, a newer version, a pause and an end.
import { api, equal, facts, play } from "./stage.mjs";

await play(async (host, context) => {
  await host.authenticate();
  await host.call("showMarketplace", { selector: "#place" });
  const frame = host.frame();

  await frame.getByRole("button", { name: "Activate: Storefront" }).click();
  await frame.getByLabel("Name").fill("My shop");
  await frame.getByRole("button", { name: "Start set-up" }).click();
  const created = await host.hears("INSTANCE_CREATED");
  equal([created.customerName, created.instanceName], ["Initech", "My shop"], "what was created");

  // Consent in a window of its own.
  await frame.getByRole("heading", { name: "Connect", exact: true }).waitFor();
  const loaded = await host.hears("INSTANCE_CONFIGURATION_PAGE_LOADED");
  equal(loaded.pageName, "Connect", "the first page");
  equal(Object.keys(loaded.configVars.Shop.inputs), [], "what a host sees of the connection");
  const opening = context.waitForEvent("page");
  await frame.getByRole("button", { name: "Connect: Shop" }).click();
  const consent = await opening;
  await consent.getByRole("link", { name: "Allow" }).click();
  await frame.getByText("Connected", { exact: true }).first().waitFor();
  await frame.getByRole("button", { name: "Next" }).click();

  // The second page: some by hand, some by the host.
  await frame.getByRole("heading", { name: "Choose", exact: true }).waitFor();
  await frame.getByLabel("Who is told").waitFor();
  await host.call("setConfigVars", {
    selector: "#place",
    configVars: {
      "Host Account": { value: "4711" },
      Region: { value: "Europe" },
      Tags: { value: ["a", "b"] },
      Fields: { value: [{ key: "colour", value: "red" }] },
      Unknown: { value: "x" },
    },
  });
  await frame.getByLabel("Greeting").fill("Good morning");

  // `Back` of the browser asks before that is lost, as often as it is pressed.
  for (const key of ["Escape", "Enter"]) {
    await host.page.evaluate(() => window.history.back());
    const question = frame.getByRole("dialog", { name: "Discard your changes?" });
    await question.waitFor();
    await question.getByRole("button", { name: "Keep editing" }).press(key);
    await question.waitFor({ state: "detached" });
  }
  equal(await frame.getByLabel("Greeting").inputValue(), "Good morning", "what was typed");
  await frame.getByLabel("Since").fill("2026-11-20");
  await frame.getByLabel("Who is told").fill("Grace");
  await frame.getByRole("button", { name: /Finish|Save/ }).click();
  await host.hears("INSTANCE_DEPLOYED");
  await host.hears("INSTANCE_CONFIGURATION_CLOSED");
  equal(
    (await host.names()).filter((name) => name.startsWith("INSTANCE")),
    [
      "INSTANCE_CREATED",
      "INSTANCE_CONFIGURATION_OPENED",
      "INSTANCE_CONFIGURATION_LOADED",
      "INSTANCE_CONFIGURATION_PAGE_LOADED",
      "INSTANCE_CONFIGURATION_PAGE_LOADED",
      "INSTANCE_DEPLOYED",
      "INSTANCE_CONFIGURATION_CLOSED",
    ],
    "events of an activation",
  );
  equal(await saved(created.instanceId), {
    Fields: '[{"key":"colour","value":"red"}]',
    Greeting: "Good morning",
    "Host Account": "4711",
    Region: "Europe",
    Since: "2026-11-20",
    Tags: '["a","b"]',
  }, "what was saved");

  // Its screen: a test, its log, a pause.
  await frame.getByRole("heading", { level: 1, name: "My shop" }).waitFor();
  await frame.getByRole("link", { name: "Test" }).click();
  await frame.getByRole("button", { name: "Save and run" }).click();
  await frame.getByText("Good morning, order").first().waitFor();

  // What ran is chosen, and runs again.
  await frame.getByRole("link", { name: "Executions", exact: true }).click();
  await frame.getByRole("checkbox", { name: /Choose to run again/ }).first().check();
  await frame.getByRole("button", { name: "Run again" }).click();
  await frame.getByText("1 execution to run again.").waitFor();
  await frame.getByRole("link", { name: "Queued" }).click();
  await frame.getByText("Good morning, order").first().waitFor();
  await frame.getByRole("button", { name: /Pause/ }).click();
  await frame.getByRole("button", { name: /Unpause|Resume|Go on/ }).first().click();

  // A newer version asks for nothing new.
  await publishAgain();
  await host.page.evaluate(() => document.querySelector("#place").replaceChildren());
  await host.call("configureInstance", { selector: "#place", instanceId: created.instanceId });
  await frame.getByRole("button", { name: "Update" }).click();
  await frame.getByText("Version 2", { exact: true }).first().waitFor();

  // The end is typed.
  await frame.getByRole("button", { name: /Deactivate/ }).first().click();
  const dialog = frame.getByRole("dialog");
  await dialog.getByRole("textbox").fill("My shop");
  await dialog.getByRole("button", { name: /Deactivate|Delete|Remove/ }).last().click();
  await host.hears("INSTANCE_DELETED");
  await frame.getByRole("button", { name: "Activate: Storefront" }).waitFor();
});

async function saved(id) {
  const query = `query ($id: ID!) { instance(id: $id) { configVariables { nodes {
    value requiredConfigVariable { key dataType } } } } }`;
  const { instance } = await api(facts.owner, query, { id });
  const kinds = ["STRING", "PICKLIST", "DATE"];
  const shown = instance.configVariables.nodes.filter(({ requiredConfigVariable }) =>
    kinds.includes(requiredConfigVariable.dataType),
  );
  const pairs = shown.map(({ value, requiredConfigVariable: { key } }) => [key, value]);
  return Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function publishAgain() {
  const publish = `mutation ($id: ID!) { publishIntegration(input: { id: $id, comment: "Newer" }) {
    errors { messages } } }`;
  await api(facts.owner, publish, { id: facts.draft });
}
