// An activation with nothing but the keyboard.
import { equal, play } from "./stage.mjs";

/** More presses than any control of these screens is away. */
const PRESSES_MAX = 40;

await play(async (host) => {
  const { keyboard } = host.page;
  await host.authenticate();
  await host.call("showMarketplace", { selector: "#place" });
  const frame = host.frame();
  await frame.locator("ul > li").first().waitFor();

  /** Goes on to the control with this name; whatever has the focus must be seen to have it. */
  const goTo = async (name) => {
    for (let presses = 0; presses < PRESSES_MAX; presses += 1) {
      await keyboard.press("Tab");
      const focused = frame.locator(":focus");
      if ((await focused.count()) === 0) continue;
      const outline = await focused.evaluate((element) => getComputedStyle(element).outlineStyle);
      if (outline === "none") throw new Error(`the focus cannot be seen on the way to ${name}`);
      const found = frame.getByRole("button", { name }).or(frame.getByLabel(name));
      if (await focused.evaluate((element, all) => all.includes(element), await found.elementHandles()))
        return;
    }
    throw new Error(`the keyboard does not lead to ${name}`);
  };

  await frame.locator("body").press("Tab");
  await goTo("Activate: Contact Form");
  await keyboard.press("Enter");
  await frame.getByLabel("Name").waitFor();
  await goTo("Start set-up");
  await keyboard.press("Enter");
  await frame.getByLabel("Inbox URL").waitFor();
  await goTo("Inbox URL");
  await keyboard.press("Control+A");
  await keyboard.type("http://127.0.0.1:9/inbox");
  await goTo("Finish");
  await keyboard.press("Enter");
  await host.hears("INSTANCE_DEPLOYED");
  await frame.getByRole("heading", { level: 1, name: "Contact Form" }).waitFor();
  equal((await host.names()).includes("INSTANCE_CONFIGURATION_CLOSED"), true, "the wizard is gone");
});
