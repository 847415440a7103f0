// What each key of the screen configuration does: what is there without it, and gone with it.
import { equal, facts, play } from "./stage.mjs";

const MARKETPLACE = ["showMarketplace", {}];
const INSTANCE = ["configureInstance", { instanceId: facts.personal }];
const DASHBOARD = ["showDashboard", {}];

const link = (name) => (frame) => frame.getByRole("link", { name });
const button = (name) => (frame) => frame.getByRole("button", { name });

/** The screen, what the host says, and what is there only if it does not say so. */
const HIDING = [
  [MARKETPLACE, { marketplace: { hideSearch: true } }, (frame) => frame.getByRole("searchbox")],
  [MARKETPLACE, { marketplace: { hideActiveIntegrationsFilter: true } }, button("Activated")],
  [MARKETPLACE, { marketplace: { configuration: "disallow-details" } }, link("Contact Form")],
  [INSTANCE, { instance: { hideBackToMarketplace: true } }, link(/Marketplace/)],
  [INSTANCE, { instance: { hideTabs: ["Test"] } }, link("Test")],
  [INSTANCE, { instance: { hideTabs: ["Executions"] } }, link("Executions")],
  [INSTANCE, { instance: { hideTabs: ["Logs"] } }, link("Logs")],
  [INSTANCE, { instance: { hideTabs: ["Test", "Monitors"] } }, link("Monitors")],
  [INSTANCE, { instance: { hidePauseButton: true } }, button(/Pause/)],
  [INSTANCE, { instance: { hideDeactivation: true } }, button("Deactivate")],
  ...[
    ["Attachments", "Attachments"],
    ["Components", "Components"],
    ["Credentials", "Connections"],
    ["Executions", "Executions"],
    ["Instances", "Integrations"],
    ["Logs", "Logs"],
    ["Marketplace", "Marketplace"],
  ].map(([tab, name]) => [DASHBOARD, { dashboard: { hideTabs: [tab] } }, link(name)]),
];

await play(async (host) => {
  await host.authenticate();
  const frame = host.frame();
  const heading = frame.getByRole("heading", { level: 1 });

  const show = async ([method, args], screenConfiguration) => {
    await host.call(method, { selector: "#place", ...args, screenConfiguration });
    await heading.waitFor();
    // What comes with an answer is there when the list is, or the tabs are.
    await frame.locator("main li, nav a, section, form").first().waitFor();
  };
  for (const screen of [MARKETPLACE, INSTANCE, DASHBOARD]) {
    const own = HIDING.filter(([of]) => of === screen);
    await show(screen, {});
    for (const [, , find] of own) await find(frame).first().waitFor();
    for (const [, configuration, find] of own) {
      await show(screen, configuration);
      equal(await find(frame).count(), 0, `${screen[0]} ${JSON.stringify(configuration)}`);
    }
  }

  // Which way leads to a configuration.
  const contact = ["configureInstance", { integrationName: "Contact Form" }];
  for (const mode of ["allow-details", "disallow-details"]) {
    await show(contact, { configureInstance: { configuration: mode } });
    await frame.getByRole("button", { name: "Start set-up" }).waitFor();
  }
  await show(contact, { configureInstance: { configuration: "always-show-details" } });
  await frame.getByRole("button", { name: "Activate" }).waitFor();
  await show(MARKETPLACE, { marketplace: { configuration: "always-show-details" } });
  await frame.getByRole("button", { name: "Activate: Contact Form" }).click();
  await frame.getByRole("heading", { level: 1, name: "Contact Form" }).waitFor();
  await show(MARKETPLACE, { marketplace: { configuration: "allow-details" } });
  await frame.getByRole("button", { name: "Activate: Contact Form" }).click();
  await frame.getByRole("button", { name: "Start set-up" }).waitFor();

  // What nobody knows is nothing: hosts pin old SDKs and new ones.
  const strange = { instance: { hideTabs: "all", hideName: true }, mode: 7, unknown: [] };
  await host.call("configureInstance", {
    selector: "#place",
    instanceId: facts.personal,
    screenConfiguration: strange,
  });
  await frame.getByRole("link", { name: "Test" }).waitFor();
});
