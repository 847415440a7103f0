// Takes the pictures of docs/pictures from a running demo.
// usage: cargo run --release -- demo      (in another terminal; it prints where its host page is)
//        node tests/browser/pictures.mjs http://localhost:3001
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(new URL("../clients/package.json", import.meta.url));
const { chromium } = require("playwright-core");

const folder = fileURLToPath(new URL("../../docs/pictures/", import.meta.url));
const address = process.argv[2] ?? "http://localhost:3001";

/** In CSS pixels, as many as the pictures have. */
const DESK = { width: 1180, height: 720 };
const PHONE = { width: 390, height: 780 };

await mkdir(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
const page = await browser.newPage({ viewport: DESK });
const frame = page.frameLocator("#place iframe");

await page.goto(address);
for (const mode of ["light", "dark"]) {
  if (mode === "dark") await page.getByRole("button", { name: "Dark" }).click();
  await page.getByRole("button", { name: "Integrations" }).click();
  await frame.locator("ul > li").first().waitFor();
  await take(`list-${mode}`);

  await frame.getByRole("button", { name: "View: Order Sync" }).click();
  await openRunning();
  await frame.getByRole("link", { name: "Executions" }).click();
  await frame.getByRole("row", { name: /Receive Order/ }).getByRole("link").first().click();
  await frame.getByText("Summarize Order").first().waitFor();
  await take(`execution-${mode}`);

  await frame.getByRole("link", { name: /^Summary/ }).click();
  await frame.getByRole("link", { name: /configur/i }).first().click();
  await frame.getByLabel(/Warehouse URL/).waitFor();
  await take(`wizard-${mode}`);
  await page.reload();
  await frame.locator("ul > li").first().waitFor();
}
await browser.close();

/** Several activations are asked for in a dialog. */
async function openRunning() {
  const view = frame.getByRole("dialog").getByRole("link", { name: "View" });
  const summary = frame.getByRole("link", { name: "Executions" });
  await view.or(summary).first().waitFor();
  if ((await view.count()) > 0) await view.first().click();
}

async function take(name) {
  await page.mouse.move(0, 0);
  await page.screenshot({ path: `${folder}${name}.png` });
  await page.setViewportSize(PHONE);
  await page.screenshot({ path: `${folder}${name}-phone.png` });
  await page.setViewportSize(DESK);
}
