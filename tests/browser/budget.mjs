// How fast the list is there, on a machine four times slower than this one.
import { facts, play } from "./stage.mjs";

/** Milliseconds from showing to the first card, after the preload. */
const FIRST_CARD_MS_MAX = 700;

const SLOW_DOWN = 4;

/** The machine may be busy with something else; the best of so many tries counts. */
const TRIES = 5;

await play(async (host) => {
  await host.authenticate();
  await host.page.frameLocator("#pio__iframe-preload").locator("body").waitFor({ state: "attached" });
  await host.page.waitForLoadState("networkidle");
  const devtools = await host.page.context().newCDPSession(host.page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOW_DOWN });
  const requests = [];
  host.page.on("request", (request) => {
    if (request.url() === `${facts.url}/api` && request.method() === "POST") {
      requests.push(request.postData());
    }
  });
  const times = [];
  for (let tries = 0; tries < TRIES; tries += 1) {
    requests.length = 0;
    const began = Date.now();
    await host.call("showMarketplace", { selector: "#place" });
    await host.frame().locator("ul > li").first().waitFor();
    times.push(Date.now() - began);
    if (requests.length !== 1) throw new Error(`${requests.length} requests before the first card`);
  }
  const best = Math.min(...times);
  if (best > FIRST_CARD_MS_MAX) throw new Error(`the first card took ${times.join(", ")} ms`);
});
