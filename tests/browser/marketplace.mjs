// The list of integrations inside a host page: search, filters, states, details, popover.
import { equal, facts, play } from "./stage.mjs";

await play(async (host) => {
  await host.authenticate();
  await host.call("showMarketplace", { selector: "#place" });
  const frame = host.frame();
  await frame.getByRole("heading", { name: "Marketplace" }).waitFor();
  const cards = frame.locator("ul > li");
  await cards.first().waitFor();
  equal(await cards.count(), facts.integrations.length, "cards");

  // Until there is another answer, the last one stays.
  const answer = await host.hold();
  await frame.getByRole("searchbox").fill(facts.integrations[0]);
  await frame.locator('[aria-busy="true"]').waitFor();
  equal(await cards.count(), facts.integrations.length, "cards while it searches");
  answer();
  await frame.getByText("Clear filters").waitFor({ state: "detached" });
  await cards.nth(1).waitFor({ state: "detached" });
  await cards.first().waitFor();
  equal(await cards.count(), 1, "cards that match");
  await frame.getByRole("searchbox").fill("no such thing");
  await frame.getByRole("button", { name: "Clear filters" }).click();
  await cards.nth(facts.integrations.length - 1).waitFor();

  await frame.getByRole("button", { name: "Activated", exact: true }).click();
  await frame.getByText("Nothing found").waitFor();
  await frame.getByRole("button", { name: "All", exact: true }).click();

  await frame.getByRole("link", { name: facts.integrations[0] }).click();
  await frame.getByRole("heading", { level: 1, name: facts.integrations[0] }).waitFor();
  await frame.getByRole("link", { name: /Marketplace/ }).click();
  await cards.first().waitFor();

  // The popover closes from inside, and again from outside.
  await host.call("showMarketplace", { usePopover: true });
  const popover = host.frame(".pio__popover iframe");
  await popover.locator("ul > li").first().waitFor();
  await popover.getByRole("searchbox").press("Escape");
  await host.hears("POPOVER_CLOSE_REQUESTED");
  await host.page.locator(".pio__popover").waitFor({ state: "hidden" });
  await host.call("dispose");
  equal(await host.page.locator("iframe").count(), 1, "frames after dispose");
});
