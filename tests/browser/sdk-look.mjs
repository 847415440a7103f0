// How hosts dress the screens: theme, colours while it loads, fonts, words.
import { equal, play, until } from "./stage.mjs";

const GOOGLE = "https://fonts.googleapis.com/";
const FILES = "https://fonts.gstatic.com/";

await play(async (host, context) => {
  const { page } = host;
  const asked = [];
  await context.route(/^https:\/\/fonts\./, (route) => {
    const request = route.request();
    asked.push([request.url(), request.headers()["referer"]]);
    if (!request.url().includes("Inter")) return route.abort();
    const face = "@font-face { font-family: Inter; src: url(https://fonts.gstatic.com/none.woff2); }";
    return route.fulfill({ contentType: "text/css", body: face });
  });
  await host.authenticate();
  const frame = host.frame();
  const root = frame.locator("html");
  const title = frame.getByRole("heading", { level: 1 });
  const show = async (options) => {
    await host.call("showMarketplace", { selector: "#place", ...options });
    await frame.locator("ul > li").first().waitFor();
  };

  // Themes; without one, what the device prefers.
  const isDark = async () =>
    (await root.evaluate((element) => getComputedStyle(element).backgroundColor)) !==
    "rgb(255, 255, 255)";
  await page.emulateMedia({ colorScheme: "dark" });
  await show({ theme: "LIGHT" });
  equal(await isDark(), false, "light is dark");
  await show({ theme: "DARK" });
  equal(await isDark(), true, "dark is dark");
  await show({ theme: "" });
  equal(await isDark(), true, "the device's is dark");
  await page.emulateMedia({ colorScheme: "light" });
  await until(async () => !(await isDark()), "the device's is light again");

  // While it loads; what is no colour is none.
  const initial = () =>
    root.evaluate(({ style }) => style.getPropertyValue("--color-initial-background"));
  const wait = (background) => ({
    screenConfiguration: { initializing: { background, color: "#fff" } },
  });
  await show(wait("rebeccapurple"));
  equal(await initial(), "rebeccapurple", "the colour while it loads");
  await show(wait("url(https://elsewhere.example/)"));
  equal(await initial(), "", "no colour");

  // Fonts: nobody is asked for what no host wished for.
  equal(asked, [], "requests for fonts");
  const fonts = (families) =>
    page.evaluate(
      ([url, families]) =>
        window.prismatic.init({
          prismaticUrl: url,
          fontConfiguration: { google: { families } },
        }),
      [new URL(page.frames().at(-1).url()).origin, families],
    );
  const family = () => title.evaluate((element) => getComputedStyle(element).fontFamily);
  const before = await family();
  await fonts(["Inter:400", "Gone"]);
  await host.authenticate();
  await show({});
  equal((await family()).startsWith('Inter, Gone, system-ui'), true, "the fonts of the page");
  await until(() => asked.length >= 3, "all fonts are asked for");
  const addresses = asked.map(([address]) => address);
  equal(
    addresses.filter((address) => address.startsWith(GOOGLE)),
    [
      `${GOOGLE}css?family=Inter%3A400&display=swap`,
      `${GOOGLE}css?family=Gone%3A400%2C500%2C600%2C700&display=swap`,
    ],
    "style sheets",
  );
  equal(addresses.some((address) => address.startsWith(FILES)), true, "the file of a font");
  const referrers = asked.filter(([address]) => address.startsWith(GOOGLE)).map(([, from]) => from);
  equal(referrers, [undefined, undefined], "who Google is told of");
  equal(before.startsWith("system-ui"), true, "the font without a wish");
  asked.length = 0;
  await fonts(['x"; } * { display: none']);
  await host.authenticate();
  await show({});
  equal(await family(), before, "a family that is none");

  await words(host, frame, show);
  // Browsers tell every new frame of them again.
  host.expectComplaints(/fonts\.g/);
  equal(asked, [], "requests for fonts that nobody wished for any more");
});

async function words(host, frame, show) {
  const title = frame.getByRole("heading", { level: 1 });
  const german = {
    locale: "de",
    phrases: {
      "integration-marketplace__filterBar.title": "Apps",
      "filterBar.title": "Not this one",
      "integration-marketplace__input.filterSearchPlaceholder": {
        _: "%{integrationPluralLower} suchen",
        integrationPluralLower: "Apps",
      },
      dynamicPhrase: { "Contact Form": "Kontaktformular", Communication: "Nachrichten" },
    },
  };
  await show({ translation: german });
  equal(await title.innerText(), "Apps", "a phrase");
  equal(await frame.locator("html").getAttribute("lang"), "de", "the language");
  await frame.getByRole("heading", { name: "Kontaktformular" }).waitFor();
  await frame.locator("p", { hasText: "Nachrichten" }).waitFor();

  // What is compared or sent stays in the author's words.
  await frame.getByRole("searchbox", { name: "Apps suchen" }).fill("Contact");
  await frame.locator("ul > li").nth(1).waitFor({ state: "detached" });
  await frame.getByRole("button", { name: "Activate: Kontaktformular" }).click();
  equal(await frame.getByLabel("Name").inputValue(), "Contact Form", "the name of an activation");

  await show({ translation: { locale: "ar" } });
  equal(await frame.locator("html").getAttribute("dir"), "rtl", "the direction");
  await show({ translation: { debugMode: true } });
  equal(await title.innerText(), "integration-marketplace__filterBar.title", "a key");
  await frame.getByRole("heading", { name: "«Contact Form»" }).waitFor();

  // Languages are per frame.
  await show({ translation: german });
  await host.call("showMarketplace", { selector: "#beside" });
  const second = host.frame("#beside iframe").getByRole("heading", { level: 1 });
  await second.waitFor();
  equal([await title.innerText(), await second.innerText()], ["Apps", "Marketplace"], "two languages");
}
