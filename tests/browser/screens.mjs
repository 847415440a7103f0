// Every screen: nothing that axe finds, nothing wider than the narrowest popover, in both themes.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { facts, play, sign } from "./stage.mjs";

const require = createRequire(new URL("../clients/package.json", import.meta.url));
const axe = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");

/** The narrowest a popover gets, in CSS pixels. */
const NARROW = 280;

/** What customers activate is an integration; its deployment is a word for organizations. */
const FORBIDDEN = /\binstances?\b/i;

/** What the rules of axe are asked for: WCAG 2.2 AA and below. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Rules about whole pages; these pages are parts of another. */
const OF_WHOLE_PAGES = ["page-has-heading-one", "landmark-one-main", "region"];

await play(async (host, context) => {
  const page = await context.newPage();
  const problems = [];
  for (const theme of ["LIGHT", "DARK"]) {
    for (const [path, signOfLife] of facts.screens) {
      await open(page, path, theme, signOfLife);
      problems.push(...(await violations(page)).map((text) => `${theme} ${path}: ${text}`));
      problems.push(...(await said(page, FORBIDDEN)).map((text) => `${path} says: ${text}`));
      await page.setViewportSize({ width: NARROW, height: 640 });
      const wide = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      if (wide > 0) problems.push(`${path} is ${wide} px too wide at ${NARROW} px`);
      await page.setViewportSize({ width: 1280, height: 800 });
    }
  }
  await page.close();
  if (problems.length > 0) throw new Error(problems.join("\n"));
});

async function open(page, path, theme, signOfLife) {
  const query = new URLSearchParams({ embed: "true", theme, jwt: sign() });
  await page.goto(`${facts.url}${path}?${query}`);
  await page.getByText(signOfLife).filter({ visible: true }).first().waitFor();
  await page.waitForLoadState("networkidle");
}

/** The lines of a page in which a word stands. */
async function said(page, word) {
  const text = await page.evaluate(() => document.body.innerText);
  return text.split("\n").filter((line) => word.test(line));
}

async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(
    ([tags, disabled]) => {
      const rules = Object.fromEntries(disabled.map((rule) => [rule, { enabled: false }]));
      return window.axe.run({ runOnly: { type: "tag", values: tags }, rules });
    },
    [TAGS, OF_WHOLE_PAGES],
  );
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
  );
}
