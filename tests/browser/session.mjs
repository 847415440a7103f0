// Tokens come and go: renewed, repeated, over, and somebody else's.
import { equal, facts, play, sign, until } from "./stage.mjs";

/** How long the server takes a token after its end, in seconds. */
const LEEWAY_SECONDS = 60;

await play(async (host) => {
  const sent = [];
  host.page.on("request", (request) => {
    if (request.url() !== `${facts.url}/api` || request.frame() === host.page.mainFrame()) return;
    const header = request.headers()["authorization"];
    if (header !== undefined) sent.push(header.slice("Bearer ".length));
  });
  /** The token of the next question of the first frame. */
  const used = async () => {
    sent.length = 0;
    const asking = host.page.waitForRequest(`${facts.url}/api`);
    await host.frame().getByRole("button", { name: "Refresh" }).click();
    await asking;
    return sent[0];
  };
  const cards = host.frame().locator("ul > li");

  const first = sign();
  await host.call("authenticate", { token: first });
  await host.call("showMarketplace", { selector: "#place" });
  await cards.first().waitFor();
  equal(await used(), first, "the token of the first frame");

  const second = sign({ name: "Ada L." });
  await host.call("authenticate", { token: second });
  await until(async () => (await used()) === second, "the renewed token is used");

  // One that the server refuses reaches the frame all the same: it goes on with what it had.
  const [head, claims] = sign().split(".");
  const refusal = await host
    .call("authenticate", { token: [head, claims, second.split(".")[2]].join(".") })
    .catch((error) => error.message);
  equal(/Authentication failed. Server sent back: \w+/.test(refusal), true, "the host is told");
  await until(async () => (await used()) === second, "the token before is used again");
  equal(await host.frame().getByText("Your session is over").count(), 0, "ends of the session");
  host.expectComplaints(/401/);

  // A second frame makes the SDK repeat everything to the first, with the token of back then.
  await host.call("showMarketplace", { selector: "#beside" });
  await host.frame("#beside iframe").locator("ul > li").first().waitFor();
  equal(await used(), second, "the token after the echo");

  // Alone again: a frame of the same person would help out with its token.
  await host.page.evaluate(() => document.querySelector("#beside").replaceChildren());
  // The server takes this one now, and not much longer.
  const ending = sign({}, 5 - LEEWAY_SECONDS);
  await host.call("authenticate", { token: ending });
  await until(async () => (await used()) === ending, "the last token is used");
  await until(async () => {
    if ((await host.frame().getByText("Your session is over").count()) > 0) return true;
    // While a question waits for a token, nothing else can be asked.
    const button = host.frame().getByRole("button", { name: "Refresh" });
    if (await button.isEnabled()) await button.click();
    return false;
  }, "the session ends");
  await host.authenticate();
  await host.frame().getByText("Your session is over").waitFor({ state: "detached" });
  await cards.first().waitFor();
  host.expectComplaints(/401/);

  // Somebody else signs in: nothing of the first person is left.
  const somebody = { sub: "ben", customer: "globex", customer_name: "Globex", name: "Ben" };
  const other = sign(somebody);
  const answer = await host.hold();
  await host.call("authenticate", { token: other });
  await cards.first().waitFor({ state: "detached" });
  answer();
  await cards.first().waitFor();
  await until(async () => (await used()) === other, "the other token is used");
  await host.frame().getByRole("button", { name: "Activated", exact: true }).click();
  await host.frame().getByText("Nothing found").waitFor();
});
