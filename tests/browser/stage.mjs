// What browser stories are played on: a host page on a site of its own that embeds the marketplace
// with the published SDK, in a browser that gives nothing to third parties.
import { createSign, randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";

const require = createRequire(new URL("../clients/package.json", import.meta.url));
const { chromium } = require("playwright-core");

/** What the story's server holds: its address, the organization, its signing key, and more. */
export const facts = JSON.parse(process.env.STORY ?? "{}");

const SDK = "../clients/node_modules/@prismatic-io/embedded/dist/index.umd.js";

const CUSTOM_UI = new URL("../../examples/custom-ui/", import.meta.url);

const KINDS = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
};

/** How long anything on a page may take, in milliseconds. */
const PATIENCE = 20_000;

const HOST_PAGE = `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>Host</title><link rel="icon" href="data:,"></head>
  <body style="margin:0">
    <main id="place" style="width:100%;height:100vh"></main>
    <aside id="beside"></aside>
    <script src="/sdk.js"></script>
    <script>
      window.heard = [];
      window.addEventListener("message", (message) => {
        if (message.data?.event !== undefined) window.heard.push(message.data);
      });
    </script>
  </body>
</html>`;

/** A token as the host's server would sign it. */
export function sign(claims = {}, lifetimeSeconds = 600) {
  const now = Math.floor(Date.now() / 1000);
  const all = {
    sub: "ada",
    organization: facts.organization,
    customer: "initech",
    customer_name: "Initech",
    name: "Ada",
    iat: now - 5,
    exp: now + lifetimeSeconds,
    jti: randomUUID(),
    ...claims,
  };
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ alg: "RS256", typ: "JWT" })}.${part(all)}`;
  return `${text}.${createSign("RSA-SHA256").update(text).sign(facts.key, "base64url")}`;
}

/** Asks the API as the owner of this token. */
export async function api(token, query, variables = {}) {
  const answer = await fetch(`${facts.url}/api`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await answer.json();
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

/** What the host's site answers: its page, the SDK as published, a page of its own, tokens. */
async function answerOf(path) {
  if (path === "/sdk.js") return [await readFile(new URL(SDK, import.meta.url)), ".js"];
  if (path === "/token") return [JSON.stringify({ token: sign(), url: facts.url }), ".json"];
  if (!path.startsWith("/custom-ui/")) return [HOST_PAGE, ".html"];
  const name = path.slice("/custom-ui/".length) || "index.html";
  return [await readFile(new URL(name, CUSTOM_UI)), extname(name)];
}

async function hostSite() {
  const server = createServer(async (request, response) => {
    const [body, kind] = await answerOf(request.url.split("?")[0]);
    response.setHeader("content-type", KINDS[kind]);
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  // Another name than the server's is another site to the browser.
  return { url: `http://localhost:${server.address().port}/`, close: () => server.close() };
}

async function browser(options) {
  const folder = await mkdtemp(join(tmpdir(), "story-"));
  const preferences = { profile: { block_third_party_cookies: true, cookie_controls_mode: 1 } };
  await mkdir(join(folder, "Default"));
  await writeFile(join(folder, "Default/Preferences"), JSON.stringify(preferences));
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  context.setDefaultTimeout(PATIENCE);
  const close = async () => {
    await context.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { context, close };
}

/** Plays a story; whatever the browser complains about fails it. */
export async function play(story, options = {}) {
  const site = await hostSite();
  const { context, close } = await browser(options);
  const complaints = [];
  context.on("console", (message) => {
    if (message.type() === "error") complaints.push(`${message.text()} (${message.location().url})`);
  });
  context.on("weberror", (error) => complaints.push(String(error.error())));
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    const host = new Host(page, site.url, complaints);
    await host.open();
    await story(host, context);
    await host.hasKeptNothing();
    if (complaints.length > 0) throw new Error(`the browser complains:\n${complaints.join("\n")}`);
  } catch (error) {
    for (const complaint of complaints) console.error(`the browser: ${complaint}`);
    await picture(context);
    throw error;
  } finally {
    await close();
    site.close();
  }
}

/** What the last page looked like, where somebody wants to see it. */
async function picture(context) {
  const path = process.env.STORY_PICTURE;
  if (path === undefined) return;
  // The story has failed of something else, and that is what is told.
  await context.pages().at(-1)?.screenshot({ path }).catch(() => undefined);
}

/** The host page, as its developers see it. */
export class Host {
  constructor(page, url, complaints) {
    this.page = page;
    this.url = url;
    this.complaints = complaints;
  }

  async open() {
    await this.page.goto(this.url);
    await this.page.evaluate((prismaticUrl) => window.prismatic.init({ prismaticUrl }), facts.url);
  }

  /** Calls a function of the SDK. */
  call(name, ...args) {
    return this.page.evaluate(([name, args]) => window.prismatic[name](...args), [name, args]);
  }

  authenticate(claims, lifetimeSeconds) {
    return this.call("authenticate", { token: sign(claims, lifetimeSeconds) });
  }

  /** The newest frame of the SDK. */
  frame(selector = "#place iframe") {
    return this.page.frameLocator(selector);
  }

  /** The events heard so far, without those of the handshake. */
  async events() {
    const heard = await this.page.evaluate(() => window.heard);
    return heard.filter(({ event }) => event !== "PRISMATIC_INITIALIZED");
  }

  async names() {
    return (await this.events()).map(({ event }) => event);
  }

  /** Waits until an event was heard; returns its data. */
  async hears(event) {
    const find = (name) => window.heard.findLast((message) => message.event === name);
    await this.page.waitForFunction(find, event);
    return (await this.page.evaluate(find, event)).data;
  }

  /** Keeps questions of embedded pages unanswered, until what it returns is called. */
  async hold() {
    let letGo;
    const released = new Promise((resolve) => void (letGo = resolve));
    await this.page.route(`${facts.url}/api`, async (route) => {
      // The SDK asks as well, and waits for its answers.
      if (route.request().frame() !== this.page.mainFrame()) await released;
      await route.continue();
    });
    return letGo;
  }

  forget() {
    return this.page.evaluate(() => void (window.heard.length = 0));
  }

  /** Expected complaints: a refused request is one to the browser, too. */
  expectComplaints(pattern) {
    const others = this.complaints.filter((text) => !pattern.test(text));
    if (others.length === this.complaints.length) throw new Error(`nothing complains of ${pattern}`);
    this.complaints.splice(0, this.complaints.length, ...others);
  }

  /** Nothing is kept in the browser but files. */
  async hasKeptNothing() {
    const cookies = await this.page.context().cookies();
    if (cookies.length > 0) throw new Error(`there are cookies: ${JSON.stringify(cookies)}`);
  }
}

export function equal(found, expected, what) {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: ${a} instead of ${b}`);
}

/** Looks again and again, until what is looked for is there. */
export async function until(holds, what) {
  const end = Date.now() + PATIENCE;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`this did not happen: ${what}`);
  }
}
