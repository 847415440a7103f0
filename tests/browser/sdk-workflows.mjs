// Workflows: the host makes them and lists them; people build, enable and delete them on the page.
import { api, equal, facts, play, until } from "./stage.mjs";

/** What the SDK declares that an event tells. */
const TOLD = ["customerId", "customerName", "instanceId", "instanceName", "workflowVersionId"];

const component = (key) => ({ key, isPublic: true, version: "LATEST" });

/** A workflow that answers its callers with a word. */
function saying(word) {
  const said = { name: { type: "value", value: "said" }, type: "value", value: word };
  const steps = [
    {
      name: "Call",
      isTrigger: true,
      action: { key: "webhook", component: component("webhook-triggers") },
    },
    {
      name: "Say",
      action: { key: "createObject", component: component("collection-tools") },
      inputs: { keyValueInput: { type: "complex", value: [said] } },
    },
  ];
  const flow = { name: "Greet", isSynchronous: true, steps };
  return JSON.stringify({ definitionVersion: 7, name: "First order", flows: [flow] });
}

await play(async (host) => {
  const { page } = host;
  const frame = host.frame();
  const link = (name) => frame.getByRole("link", { name, exact: true });
  const button = (name) => frame.getByRole("button", { name, exact: true });
  const box = { selector: "#place" };

  /** Waits for an event of a workflow, and for nothing else. */
  const hears = async (name) => {
    const data = await host.hears(name);
    equal(await host.names(), [name], "events");
    equal(Object.keys(data).sort(), TOLD, `the data of ${name}`);
    equal(data.customerId, facts.customer, "whose workflow it is");
    await host.forget();
    return data;
  };
  const query = async (variables) => {
    const { data } = await host.call("queryWorkflows", variables);
    return data.workflows.nodes;
  };

  // A customer who may not build is told whom to ask.
  await host.authenticate();
  await host.call("showWorkflows", box);
  await frame.getByText("Not switched on").waitFor();
  await giveBuilder();
  await host.call("showWorkflows", box);
  await frame.getByText("Nothing is built yet").waitFor();

  // Made by the host, and found by it.
  const about = { name: "First order", contextData: { order: 7 }, externalId: "o-7" };
  const made = await host.call("createWorkflow", "order", about);
  const { id } = made.data.importWorkflow.workflow;
  const [found] = await query({ searchTerm: "first", contextStableKey: "order" });
  equal([found.id, found.instance], [id, null], "the workflow that was made");

  await host.call("showWorkflows", box);
  await link("First order").waitFor();
  await frame.getByText("Not enabled").waitFor();
  equal(await frame.getByText("Alpha").count(), 0, "integrations, which nobody asked for");
  await frame.getByRole("searchbox").fill("second");
  await frame.getByText("Nothing found").waitFor();
  const withIntegrations = { workflows: { includeIntegrations: true } };
  await host.call("showWorkflows", { usePopover: true, screenConfiguration: withIntegrations });
  const popover = host.frame(".pio__popover iframe");
  await popover.getByRole("row", { name: /Alpha.*Integration/ }).waitFor();
  await popover.getByRole("row", { name: /First order.*Workflow/ }).waitFor();
  await host.call("closePopover");
  await host.hears("POPOVER_CLOSED");
  await host.forget();

  // Built on the page: what is wrong is said where it is, and stays.
  await host.call("showWorkflow", { ...box, workflowId: id });
  await link("To the definition").click();
  const editor = frame.getByRole("textbox", { name: "Definition" });
  const type = async (text) => {
    await editor.press("ControlOrMeta+a");
    await page.keyboard.insertText(text);
  };
  await type("flows: 7");
  await button("Save").click();
  await frame.getByText(/expected a list|must be|flows/).first().waitFor();
  equal((await editor.innerText()).includes("flows: 7"), true, "what was typed stays");
  await type(saying("hello").replace("createObject", "shout"));
  await button("Save").click();
  await frame.getByText(/has no action/).waitFor();
  await type(saying("hello"));
  await button("Save and publish").click();
  await frame.getByLabel("What is new").fill("It greets");
  await frame.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
  await button("Enable").click();
  const enabled = await hears("WORKFLOW_ENABLED");
  equal(typeof enabled.workflowVersionId, "string", "the version that runs");
  const [running] = await query({ searchTerm: "first" });
  equal(running.instance.enabled, true, "what the host finds");
  equal(running.deployedVersion.id, enabled.workflowVersionId, "the version it finds");
  await link("Versions").click();
  await frame.getByRole("row", { name: /Version 1.*Runs.*It greets/ }).waitFor();

  // What runs, and what it did.
  await link("Steps").click();
  await frame.getByText("Create Object").waitFor();
  const address = await frame.locator("code").innerText();
  equal((await (await fetch(address, { method: "POST" })).text()).includes("hello"), true, "says");
  await link("Executions").click();
  await frame.getByRole("row", { name: /Greet/ }).getByRole("link").first().click();
  await frame.getByRole("heading", { name: "Greet" }).waitFor();
  await link("Logs").click();
  await frame.getByText("Started").or(frame.getByText("Ended")).first().waitFor();

  // What is said elsewhere of what runs leads to the workflow.
  await host.call("showLogs", box);
  await frame.getByRole("link", { name: /Open the execution/ }).first().click();
  await frame.getByRole("heading", { level: 1, name: "First order" }).waitFor();
  await frame.getByRole("heading", { name: "Greet" }).waitFor();

  // What is published later runs when somebody says so.
  await link("Definition").click();
  await type(saying("good day"));
  await button("Save and publish").click();
  await frame.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
  await button("Run version 2").click();
  const second = await hears("WORKFLOW_ENABLED");
  equal(second.instanceId, enabled.instanceId, "where it runs");
  equal(second.workflowVersionId === enabled.workflowVersionId, false, "whether it is the old one");
  await button("Disable").click();
  equal((await hears("WORKFLOW_DISABLED")).workflowVersionId, second.workflowVersionId, "it ran");

  await page.evaluate(
    ([selector, workflowId]) => {
      window.deleted = 0;
      const onDelete = () => void (window.deleted += 1);
      window.prismatic.showWorkflow({ selector, workflowId, onDelete });
    },
    [box.selector, id],
  );
  await frame.getByText("Disabled").waitFor();
  await button("Delete").click();
  await frame.getByLabel("Confirmation").fill("First order");
  await frame.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  equal((await hears("WORKFLOW_DELETED")).instanceId, enabled.instanceId, "what is gone");
  await until(() => page.evaluate(() => window.deleted === 1), "the host is told");
  await frame.getByText("Nothing is built yet").waitFor();
  equal(await query({}), [], "workflows that are left");
});

function giveBuilder() {
  const document = `mutation ($id: ID!) { updateCustomer(input: {
    id: $id, allowEmbeddedWorkflowBuilder: true }) { errors { messages } } }`;
  return api(facts.owner, document, { id: facts.customer });
}
