// The page of examples/custom-ui: the same marketplace, drawn by the host itself.
import { play } from "./stage.mjs";

await play(async (host) => {
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
