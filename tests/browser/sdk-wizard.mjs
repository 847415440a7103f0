// What hosts make of the wizard: its pages, its parts, and what is kept of what runs.
import { api, equal, facts, play } from "./stage.mjs";

await play(async (host) => {
  await host.authenticate();
  const frame = host.frame();
  const edit = async (configurationWizard) => {
    await host.call("editInstanceConfiguration", {
      instanceId: facts.personal,
      selector: "#place",
      screenConfiguration: { configurationWizard },
    });
    await frame.getByLabel("Team").waitFor();
  };
  const steps = frame.getByRole("navigation", { name: "Steps" });
  const next = frame.getByRole("button", { name: "Next" });
  const finish = frame.getByRole("button", { name: "Finish" });
  const addresses = frame.locator("details");

  await edit({});
  await steps.waitFor();
  equal([await next.count(), await finish.count()], [1, 0], "buttons of the first page");
  await edit({ hideSidebar: true });
  await next.waitFor();
  equal(await steps.count(), 0, "the list of steps");

  // On one page, all that pages have: what it is about is seen at once.
  const streamlined = { mode: "streamlined" };
  await edit(streamlined);
  await frame.getByLabel("Place").waitFor();
  equal([await next.count(), await finish.count(), await steps.count()], [0, 1, 0], "one page");
  equal(await addresses.getAttribute("open"), null, "addresses");
  equal(await frame.getByText("Keep no").count(), 0, "switches that nobody asked for");
  await edit({ ...streamlined, triggerDetailsConfiguration: "default-open" });
  equal(await addresses.getAttribute("open"), "", "addresses, open");
  await edit({ ...streamlined, triggerDetailsConfiguration: "hidden" });
  equal(await addresses.count(), 0, "addresses, hidden");

  // What is kept: as the host says, or as the customer does.
  await edit({ ...streamlined, logsDisabled: "optional", stepResultsDisabled: "always" });
  equal(await frame.getByLabel("Keep no results of steps").count(), 0, "what is not optional");
  await frame.getByLabel("Keep no logs").check();
  await finish.click();
  await host.hears("INSTANCE_DEPLOYED");
  equal(await kept(), { logsDisabled: true, stepResultsDisabled: true }, "what is not kept");

  // In a dialog of the host there is no second head.
  for (const [isInModal, version] of [[false, 1], [true, 0]]) {
    const configurationWizard = { isInModal };
    await host.call("configureInstance", {
      selector: "#place",
      instanceId: facts.personal,
      screenConfiguration: { configurationWizard },
    });
    await frame.getByRole("link", { name: /onfigure/ }).click();
    await frame.getByLabel("Team").waitFor();
    equal(await frame.getByText("Version 1").count(), version, "heads of the wizard");
  }
});

async function kept() {
  const document = "query ($id: ID!) { instance(id: $id) { logsDisabled stepResultsDisabled } }";
  return (await api(facts.owner, document, { id: facts.personal })).instance;
}
