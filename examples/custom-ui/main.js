// A marketplace of one's own: list, activate, configure, test.
import { activate, configuration, deploy, integrations, save, test } from "./api.js";
import { element } from "./element.js";
import { fields, readFields } from "./fields.js";

const screen = document.getElementById("screen");
const notice = document.getElementById("notice");

/** Runs what a click asks for, and shows what went wrong. */
function doing(what, act) {
  return async (event) => {
    event?.preventDefault();
    notice.textContent = `${what} …`;
    try {
      await act(event);
      notice.textContent = "";
    } catch (error) {
      notice.textContent = error.message;
    }
  };
}

async function showList() {
  const rows = (await integrations()).map((integration) => {
    const [instance] = integration.instances.nodes;
    const open = doing("Opening", async () => {
      await showConfiguration(instance?.id ?? (await activate(integration)));
    });
    const label = instance === undefined ? "Activate" : "Configure";
    const canOpen = instance !== undefined || integration.isCustomerDeployable;
    return element(
      "section",
      { class: "row", "aria-label": integration.name },
      element(
        "div",
        {},
        element("h2", {}, integration.name),
        element("p", {}, integration.description ?? ""),
      ),
      canOpen ? element("button", { click: open }, label) : "On request",
    );
  });
  screen.replaceChildren(...rows);
}

async function showConfiguration(id) {
  const instance = await configuration(id);
  const variables = instance.configVariables.nodes;
  const submit = doing("Saving", async ({ target }) => {
    await save(id, readFields(target, variables), true);
    await deploy(id);
    await showTests(id);
  });
  screen.replaceChildren(
    element("h2", {}, instance.name),
    element("form", { submit }, ...fields(variables), element("button", {}, "Save and start")),
    element("button", { click: doing("Loading", showList) }, "Back"),
  );
}

async function showTests(id) {
  const instance = await configuration(id);
  const flows = instance.flowConfigs.nodes.map((config) => {
    const payload = element("textarea", { rows: 3 }, config.testPayload ?? "{}");
    const result = element("pre", { hidden: true });
    const run = doing("Running", async () => {
      const execution = await test(config.id, payload.value);
      const lines = execution.logs.nodes.map(({ message }) => message);
      result.textContent = [execution.error ?? "It worked.", ...lines].join("\n");
      result.hidden = false;
    });
    return element(
      "section",
      { "aria-label": config.flow.name },
      element("h3", {}, config.flow.name),
      element("label", {}, "Payload", payload),
      element("button", { click: run }, "Test"),
      result,
    );
  });
  screen.replaceChildren(
    element("h2", {}, `${instance.name} is active`),
    ...flows,
    element("button", { click: doing("Loading", showList) }, "Back"),
  );
}

// The page's own server signs a token for whoever is signed in there.
const { token, url } = await (await fetch("/token?person=0")).json();
window.prismatic.init({ prismaticUrl: url, skipPreload: true });
await window.prismatic.authenticate({ token });
await doing("Loading", showList)();
