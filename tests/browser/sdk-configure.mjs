// Everything a host hears of a configuration, and every way to open one.
import { equal, facts, play, until } from "./stage.mjs";

/** What every event tells, with the types the SDK declares. */
const INSTANCE = {
  customerId: "string",
  customerName: "string",
  instanceId: "string",
  instanceName: "string",
  integrationName: "string",
  integrationVersionNumber: "number",
  readOnly: "boolean",
};
const USER = {
  ...INSTANCE,
  userConfigId: "string",
  userEmail: "string",
  userId: "string",
  userName: "string",
  userLevelConfigVariables: "object",
};
const PAGE = { pageName: "string", pageContent: "object" };

const SHAPES = {
  INSTANCE_CREATED: INSTANCE,
  INSTANCE_CONFIGURATION_OPENED: INSTANCE,
  INSTANCE_CONFIGURATION_LOADED: { ...INSTANCE, configVars: "object" },
  INSTANCE_CONFIGURATION_PAGE_LOADED: { ...INSTANCE, configVars: "object", ...PAGE },
  INSTANCE_DEPLOYED: INSTANCE,
  INSTANCE_CONFIGURATION_CANCELED: INSTANCE,
  INSTANCE_CONFIGURATION_CLOSED: INSTANCE,
  INSTANCE_DELETED: INSTANCE,
  USER_CONFIGURATION_OPENED: USER,
  USER_CONFIGURATION_LOADED: USER,
  USER_CONFIGURATION_PAGE_LOADED: { ...USER, ...PAGE },
  USER_CONFIGURATION_DEPLOYED: USER,
  USER_CONFIGURATION_CLOSED: USER,
  USER_CONFIGURATION_DELETED: USER,
};

/** A text variable, as hosts are told of it. */
const TEXT = {
  id: "string",
  dataType: "string",
  codeLanguage: null,
  collectionType: null,
  pickList: null,
  scheduleType: null,
  timeZone: null,
};

const sorted = (entries) => Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
const typeOf = (value) => (value === null ? null : typeof value);
const shapeOf = (data) => sorted(Object.entries(data).map(([key, value]) => [key, typeOf(value)]));

await play(async (host) => {
  const { page } = host;
  const frame = host.frame();

  /** Waits for the last of these events; all of them came, in this order, and look as declared. */
  const hears = async (...names) => {
    await host.hears(names.at(-1));
    const events = (await host.events()).filter(({ event }) => event in SHAPES);
    equal(events.map(({ event }) => event), names, "events");
    for (const { event, data } of events) {
      equal(shapeOf(data), sorted(Object.entries(SHAPES[event])), `the data of ${event}`);
    }
    await host.forget();
    return events.map(({ data }) => data);
  };

  /** Opens a wizard with callbacks, which functions of the page are. */
  const edit = (method, instanceId) =>
    page.evaluate(
      ([method, instanceId]) => {
        window.called = [];
        const note = (name) => () => void window.called.push(name);
        window.prismatic[method]({
          instanceId,
          selector: "#place",
          onSuccess: note("success"),
          onCancel: note("cancel"),
          onDelete: note("delete"),
        });
      },
      [method, instanceId],
    );
  const called = () => page.evaluate(() => window.called);

  await host.authenticate();

  // A host that sets values as soon as it is told what there is to set.
  await page.evaluate(() => {
    window.addEventListener("message", (message) => {
      if (message.data?.event !== "INSTANCE_CONFIGURATION_LOADED") return;
      if (message.data.data.readOnly) return;
      const iframe = window.prismatic.getMessageIframe(message);
      window.prismatic.setConfigVars({
        iframe,
        configVars: { "Inbox URL": { value: "http://127.0.0.1:9/from-the-host" } },
      });
    });
  });

  // By name, for the first time.
  await host.call("configureInstance", {
    selector: "#place",
    integrationName: "Contact Form",
    skipRedirectOnRemove: true,
  });
  await frame.getByRole("button", { name: "Start set-up" }).click();
  await host.hears("INSTANCE_CONFIGURATION_PAGE_LOADED");
  const inbox = frame.getByLabel("Inbox URL");
  await host.page.waitForFunction(() => window.heard.length > 0);
  await frame.getByRole("heading", { name: "Inbox", exact: true }).waitFor();
  await hasValue(inbox, "http://127.0.0.1:9/from-the-host");
  await frame.getByRole("button", { name: "Finish" }).click();
  const [created, , loaded, , deployed] = await hears(
    "INSTANCE_CREATED",
    "INSTANCE_CONFIGURATION_OPENED",
    "INSTANCE_CONFIGURATION_LOADED",
    "INSTANCE_CONFIGURATION_PAGE_LOADED",
    "INSTANCE_DEPLOYED",
    "INSTANCE_CONFIGURATION_CLOSED",
  );
  equal(loaded.readOnly, false, "whether it is only to be read");
  equal(Object.keys(loaded.configVars), ["Inbox URL", "Team Name"], "the variables");
  equal(
    shapeOf(loaded.configVars["Team Name"]),
    sorted(Object.entries({ ...TEXT, value: "string" })),
    "a variable",
  );
  equal(loaded.configVars["Team Name"].value, "Customer Care", "its value");
  equal(deployed.instanceId, created.instanceId, "the instance");
  const id = created.instanceId;
  await frame.getByRole("heading", { level: 1, name: "Contact Form" }).waitFor();

  // By name again, and by id: its own screen.
  for (const target of [{ integrationName: "Contact Form" }, { instanceId: id }]) {
    await host.call("configureInstance", { selector: "#place", ...target });
    await frame.getByRole("link", { name: "Summary" }).waitFor();
    equal(await host.names(), [], "events of looking");
  }
  await host.call("configureInstance", { selector: "#place", integrationName: "No such thing" });
  await frame.getByText("Not found").waitFor();

  // Reconfigured in a box of the host: canceled, and then done.
  await edit("editInstanceConfiguration", id);
  await hasValue(inbox, "http://127.0.0.1:9/from-the-host");
  equal(await frame.getByRole("link").count(), 0, "links out of a wizard in a box");
  await host.call("setConfigVars", {
    selector: "#place",
    configVars: { "Team Name": { value: "Sales" } },
  });
  await hasValue(frame.getByLabel("Team Name"), "Sales");
  await frame.getByRole("button", { name: "Cancel" }).click();
  await frame.getByRole("button", { name: "Discard" }).click();
  const opened = ["INSTANCE_CONFIGURATION_OPENED", "INSTANCE_CONFIGURATION_LOADED"];
  const shown = [...opened, "INSTANCE_CONFIGURATION_PAGE_LOADED"];
  await hears(...shown, "INSTANCE_CONFIGURATION_CANCELED", "INSTANCE_CONFIGURATION_CLOSED");
  equal(await called(), ["cancel"], "callbacks");

  await edit("editInstanceConfiguration", id);
  await hasValue(frame.getByLabel("Team Name"), "Customer Care");
  await host.call("setConfigVars", {
    selector: "#place",
    configVars: { "Team Name": { value: "Sales" } },
  });
  await hasValue(frame.getByLabel("Team Name"), "Sales");
  await frame.getByRole("button", { name: "Finish" }).click();
  await hears(...shown, "INSTANCE_DEPLOYED", "INSTANCE_CONFIGURATION_CLOSED");
  equal(await called(), ["success"], "callbacks");

  // In a popover, closed by the host.
  await host.call("configureInstance", { usePopover: true, integrationName: "Order Sync" });
  const popover = host.frame(".pio__popover iframe");
  await popover.getByRole("button", { name: "Start set-up" }).click();
  await popover.getByRole("button", { name: "Cancel" }).waitFor();
  await host.hears("INSTANCE_CONFIGURATION_PAGE_LOADED");
  await host.call("closePopover");
  await hears("INSTANCE_CREATED", ...shown, "INSTANCE_CONFIGURATION_CLOSED");

  // What belongs to one person.
  const ownShown = ["OPENED", "LOADED", "PAGE_LOADED"].map((name) => `USER_CONFIGURATION_${name}`);
  await edit("editUserLevelConfiguration", facts.personal);
  await frame.getByLabel("Called").waitFor();
  await frame.getByRole("button", { name: "Cancel" }).click();
  await hears(...ownShown, "INSTANCE_CONFIGURATION_CANCELED", "USER_CONFIGURATION_CLOSED");
  equal(await called(), ["cancel"], "callbacks");

  await edit("editUserLevelConfiguration", facts.personal);
  await frame.getByLabel("Called").waitFor();
  await host.call("setConfigVars", {
    selector: "#place",
    configVars: { Called: { value: "Lady A." }, Colours: { value: ["red", "blue"] } },
  });
  await hasValue(frame.getByLabel("Called"), "Lady A.");
  await frame.getByRole("button", { name: "Next" }).click();
  await frame.getByRole("heading", { name: "Taste", exact: true }).waitFor();
  await frame.getByRole("button", { name: "Finish" }).click();
  const own = await hears(
    ...ownShown,
    "USER_CONFIGURATION_PAGE_LOADED",
    "USER_CONFIGURATION_DEPLOYED",
    "USER_CONFIGURATION_CLOSED",
  );
  equal(own[1].userName, "Ada", "whose it is");
  equal(Object.keys(own[2].pageContent), ["Called"], "the first page");
  equal(own[3].userLevelConfigVariables.Colours.value, ["red", "blue"], "a list");
  equal(own[3].userLevelConfigVariables.Colours.collectionType, "valuelist", "its kind");
  equal(await called(), ["success"], "callbacks");

  await edit("editUserLevelConfiguration", facts.personal);
  await hasValue(frame.getByLabel("Called"), "Lady A.");
  await frame.getByRole("button", { name: "Delete my settings" }).click();
  await frame.getByRole("dialog").getByRole("button", { name: "Delete my settings" }).click();
  await hears(...ownShown, "USER_CONFIGURATION_DELETED", "USER_CONFIGURATION_CLOSED");
  equal(await called(), ["delete"], "callbacks");

  // Who may not see the settings of all: the host is told, and sets nothing.
  await host.authenticate({ sub: "ben", name: "Ben", role: "user" });
  await edit("editInstanceConfiguration", id);
  await frame.getByText("You may not see this page").waitFor();
  await host.call("setConfigVars", {
    selector: "#place",
    configVars: { "Team Name": { value: "Nobody" } },
  });
  await frame.getByRole("button", { name: "Close" }).click();
  const seen = await hears(
    ...opened,
    "INSTANCE_CONFIGURATION_CANCELED",
    "INSTANCE_CONFIGURATION_CLOSED",
  );
  equal(seen.map(({ readOnly }) => readOnly), [true, true, true, true], "read only");
  equal(seen[1].configVars, {}, "what they see");

  // The end: without a way back to the marketplace, if the host wants none.
  await host.authenticate();
  await host.call("configureInstance", {
    selector: "#place",
    instanceId: id,
    skipRedirectOnRemove: true,
  });
  await frame.getByRole("button", { name: "Deactivate" }).click();
  const dialog = frame.getByRole("dialog");
  await dialog.getByRole("textbox").fill("Contact Form");
  await dialog.getByRole("button", { name: "Deactivate" }).last().click();
  await hears("INSTANCE_DELETED");
  await frame.getByText("Contact Form").waitFor();
  equal(await frame.getByRole("link").count(), 0, "ways back");
});

async function hasValue(field, expected) {
  await field.waitFor();
  await until(async () => (await field.inputValue()) === expected, `the field says ${expected}`);
}
