// Every screen that a host can show, in a box of its page and in the popover.
import { api, equal, facts, play } from "./stage.mjs";

const SCREENS = [
  ["showMarketplace", {}, "Marketplace"],
  ["showConnections", {}, "Connections"],
  ["showDashboard", {}, "Dashboard"],
  ["showLogs", {}, "Logs"],
  ["showComponents", {}, "Components"],
  ["showComponent", { componentId: facts.component }, "HTTP"],
  ["configureInstance", { integrationName: "Contact Form" }, /Contact Form/],
];

/** Screens that a customer must have been given. */
const DESIGNER = [
  ["showIntegrations", {}],
  ["showDesigner", { integrationId: "SW50ZWdyYXRpb246MQ==" }],
];

await play(async (host) => {
  const { page } = host;
  const popover = host.frame(".pio__popover iframe");
  const overlay = page.locator(".pio__popover");
  const heading = (frame, name) => frame.getByRole("heading", { level: 1, name }).first();

  const refused = await page.evaluate(() => {
    try {
      window.prismatic.showLogs({ selector: "#place" });
    } catch (error) {
      return error.message;
    }
  });
  equal(refused, "Expected authenticate to be called before calling showLogs", "the SDK says");
  await host.authenticate();

  for (const [method, args, title] of SCREENS) {
    await host.call(method, { selector: "#place", ...args });
    await heading(host.frame(), title).waitFor();
    equal(await host.frame().getByRole("button", { name: "Close" }).count(), 0, "ways to close");
    await host.call(method, { usePopover: true, ...args });
    await heading(popover, title).waitFor();
    await host.call("closePopover");
    await overlay.waitFor({ state: "hidden" });
  }
  equal(await host.names(), SCREENS.map(() => "POPOVER_CLOSED"), "events of looking");
  await host.forget();

  // Two may be called with nothing; the popover is closed in every way there is.
  const ways = [
    ["showMarketplace", () => popover.getByRole("button", { name: "Close" }).click()],
    ["showDashboard", () => popover.getByRole("button", { name: "Close" }).press("Escape")],
    ["showMarketplace", () => page.locator(".pio__overlay").click({ position: { x: 5, y: 5 } })],
    ["showDashboard", () => page.getByRole("button", { name: "close popover" }).click()],
  ];
  for (const [method, close] of ways) {
    await host.call(method);
    await popover.getByRole("button", { name: "Close" }).waitFor();
    await close();
    await overlay.waitFor({ state: "hidden" });
  }
  const closings = await host.names();
  equal(closings.filter((name) => name === "POPOVER_CLOSE_REQUESTED").length, 2, "asked to close");
  equal(closings.filter((name) => name === "POPOVER_CLOSED").length, ways.length, "closed");

  // Filters of hosts are for components as well.
  const filterQuery = ["startsWith", "name", "HTTP"];
  await host.call("showComponents", { selector: "#place", filters: { components: { filterQuery } } });
  await host.frame().getByRole("link", { name: "HTTP", exact: true }).waitFor();
  equal(await host.frame().locator("ul > li").count(), 1, "components that are left");

  await host.call("showWorkflows", { selector: "#place" });
  await host.frame().getByText("Not switched on").waitFor();
  await host.frame().getByText("Ask acme").waitFor();
  for (const [method, args] of DESIGNER) {
    const message = await page.evaluate(
      ([method, args]) => {
        try {
          window.prismatic[method]({ selector: "#place", ...args });
        } catch (error) {
          return error.message;
        }
      },
      [method, args],
    );
    equal(message?.includes("Embedded designer must be enabled"), true, `${method} is refused`);
  }
  await giveDesigner();
  await host.authenticate();
  await host.call("showIntegrations", { selector: "#place" });
  await heading(host.frame(), "Integrations").waitFor();
  await host.frame().getByText("Nothing is built yet").waitFor();
  await host.frame().getByRole("button", { name: "New integration" }).waitFor();
  const integrationId = await build("Parcel News");
  await host.call("showIntegrations", { selector: "#place" });
  await host.frame().getByRole("link", { name: "Parcel News" }).waitFor();
  await host.call("showDesigner", { selector: "#place", integrationId });
  await heading(host.frame(), "Parcel News").waitFor();
  await host.frame().getByText("There are no flows yet").waitFor();
});

/** An integration of the customer's own. */
async function build(name) {
  const document = `mutation ($customer: ID!, $name: String!) {
    createIntegration(input: { customer: $customer, name: $name }) {
      integration { id } errors { messages } } }`;
  const data = await api(facts.owner, document, { customer: facts.customer, name });
  return data.createIntegration.integration.id;
}

function giveDesigner() {
  const document = `mutation ($id: ID!) {
    updateCustomer(input: { id: $id, allowEmbeddedDesigner: true }) { errors { messages } } }`;
  return api(facts.owner, document, { id: facts.customer });
}
