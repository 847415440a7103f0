// The page of examples/custom-ui: the same marketplace, drawn by the host itself.
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { facts, play, sign } from "./stage.mjs";

const KINDS = { ".css": "text/css", ".html": "text/html", ".js": "text/javascript" };
const FILES = new URL("../../examples/custom-ui/", import.meta.url);

await play(async (host) => {
  // What the host's own server would answer.
  await host.page.route(`${host.url}custom-ui/**`, async (route) => {
    const name = new URL(route.request().url()).pathname.split("/").at(-1) || "index.html";
    const body = await readFile(new URL(name, FILES));
    await route.fulfill({ body, contentType: KINDS[extname(name)] });
  });
  await host.page.route(`${host.url}token?*`, (route) =>
    route.fulfill({ json: { token: sign(), url: facts.url } }),
  );
  const { page } = host;
  await page.goto(`${host.url}custom-ui/`);

  const form = page.getByRole("region", { name: "Contact Form" });
  await form.getByRole("button", { name: "Activate" }).click();
  await page.getByLabel("Inbox URL").fill("http://127.0.0.1:9/inbox");
  await page.getByRole("button", { name: "Save and start" }).click();
  await page.getByRole("heading", { name: "Contact Form is active" }).waitFor();

  const flow = page.getByRole("region", { name: "Announce URL" });
  await flow.getByRole("button", { name: "Test" }).click();
  await flow.getByText("It worked.").waitFor();
  await page.getByRole("button", { name: "Back" }).click();
  await form.getByRole("button", { name: "Configure" }).waitFor();
});
