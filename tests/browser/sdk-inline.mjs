// A connection that activations could share: chosen among others, or entered on the page.
import { api, equal, facts, play } from "./stage.mjs";

await play(async (host) => {
  await host.authenticate();
  const frame = host.frame();
  const open = async (connectionConfiguration) => {
    await host.call("configureInstance", {
      selector: "#place",
      integrationName: "Warehouse",
      screenConfiguration: { configurationWizard: { connectionConfiguration, mode: "streamlined" } },
    });
  };
  const add = frame.getByRole("button", { name: "Add new connection" });
  const user = frame.getByLabel("User name");
  const finish = frame.getByRole("button", { name: "Finish" });

  await open("reusable");
  await add.waitFor();
  equal(await user.count(), 0, "inputs of what is chosen");

  // What is missing is asked for before anything is saved.
  await open("inline");
  await user.fill("ada");
  equal(await add.count(), 0, "ways to choose");
  await finish.click();
  await frame.getByText("Some of the fields are not filled in").waitFor();
  equal(await saved(), [], "connections so far");
  await host.call("setConfigVars", {
    selector: "#place",
    configVars: { Depot: { inputs: { password: { value: "canary-of-the-host" } } } },
  });
  await finish.click();
  const { instanceId, instanceName } = await host.hears("INSTANCE_DEPLOYED");
  await host.hears("INSTANCE_CONFIGURATION_CLOSED");
  const name = `${instanceName}: Depot`;
  equal(await saved(), [[name, "ada"]], "connections");

  // The same one again, and no second one; its secret is not shown.
  await host.forget();
  await host.call("editInstanceConfiguration", {
    selector: "#place",
    instanceId,
    screenConfiguration: {
      configurationWizard: { connectionConfiguration: "inline", mode: "streamlined" },
    },
  });
  equal(await user.inputValue(), "ada", "what was entered");
  const { configVars } = await host.hears("INSTANCE_CONFIGURATION_LOADED");
  equal(JSON.stringify(configVars).includes("canary"), false, "secrets that hosts are told");
  await user.fill("grace");
  await finish.click();
  await host.hears("INSTANCE_DEPLOYED");
  equal(await saved(), [[name, "grace"]], "connections");
});

async function saved() {
  const document = `{ customerConfigVariables(isTest: false) { nodes {
    key inputs { nodes { name value } } } } }`;
  const { customerConfigVariables } = await api(facts.owner, document);
  return customerConfigVariables.nodes.map(({ key, inputs }) => [
    key,
    inputs.nodes.find(({ name }) => name === "username")?.value,
  ]);
}
