// Which integrations a host has listed: every form of its filters.
import { equal, play, until } from "./stage.mjs";

/** Beta is active; it is listed all the same, unless the host says otherwise. */
const NOT_ACTIVE = { includeActiveIntegrations: false };

/** Filters of hosts, and what is left of Alpha (CRM, sales), Beta (Files, docs), Gamma (CRM, docs). */
const CASES = [
  [{}, "Alpha Gamma Beta"],
  [{ category: "CRM" }, "Alpha Gamma Beta"],
  [{ category: "CRM", ...NOT_ACTIVE }, "Alpha Gamma"],
  [{ label: "docs", ...NOT_ACTIVE }, "Gamma Beta"],
  [{ category: "CRM", label: "docs", ...NOT_ACTIVE }, "Gamma"],
  ...[
    [["equal", "name", "Alpha"], "Alpha"],
    [["equal", "name", "alpha"], ""],
    [["notEqual", "name", "Alpha"], "Gamma Beta"],
    [["in", "labels", "docs"], "Gamma Beta"],
    [["in", "labels", ["sales", "other"]], "Alpha"],
    [["notIn", "labels", "docs"], "Alpha"],
    [["startsWith", "category", "Fi"], "Beta"],
    [["doesNotStartWith", "name", "A"], "Gamma Beta"],
    [["endsWith", "name", "mma"], "Gamma"],
    [["doesNotEndWith", "name", "ta"], "Alpha Gamma"],
    [["and", ["equal", "category", "CRM"], ["in", "labels", "docs"]], "Gamma"],
    [["or", ["equal", "name", "Alpha"], ["equal", "category", "Files"]], "Alpha Beta"],
    [
      ["and", ["equal", "category", "CRM"], ["or", ["equal", "name", "Alpha"], ["in", "labels", "x"]]],
      "Alpha",
    ],
    [[["equal", "name", "Beta"], ["in", "labels", "docs"]], "Gamma Beta"],
  ].map(([filterQuery, expected]) => [{ filterQuery, ...NOT_ACTIVE }, expected]),
  [
    {
      filterQuery: [["equal", "name", "Beta"], ["in", "labels", "docs"]],
      strictMatchFilterQuery: true,
      ...NOT_ACTIVE,
    },
    "Beta",
  ],
];

/** What a newer or an older SDK may say is left out, and named once for the host's developers. */
const UNKNOWN = [
  [["sounds", "name", "Alpha"], "Alpha Gamma Beta"],
  [["startsWith", "labels", "d"], "Alpha Gamma Beta"],
  [["equal", "price", "1"], "Alpha Gamma Beta"],
  [["and", ["equal", "name", "Gamma"], ["equal", "price", "1"]], "Gamma"],
  [["or", ["equal", "name", "Gamma"], ["sounds", "name", "Alpha"]], "Gamma"],
];

const titles = (frame) => frame.locator("li h2").allTextContents();

await play(async (host) => {
  const warnings = [];
  host.page.on("console", (message) => {
    if (message.type() === "warning") warnings.push(message.text());
  });
  await host.authenticate();
  const listed = async (filters, expected) => {
    await host.call("showMarketplace", { selector: "#place", filters: { marketplace: filters } });
    const frame = host.frame();
    await frame.getByRole("heading", { level: 1 }).waitFor();
    await frame.locator("ul > li").or(frame.getByText("Nothing here yet")).first().waitFor();
    const found = (await titles(frame)).join(" ");
    equal(found, expected, `what ${JSON.stringify(filters)} leaves`);
  };
  for (const [filters, expected] of CASES) await listed(filters, expected);
  equal(warnings, [], "warnings");
  for (const [filterQuery, expected] of UNKNOWN) {
    warnings.length = 0;
    await listed({ filterQuery, ...NOT_ACTIVE }, expected);
    equal(warnings.length, 1, `warnings about ${JSON.stringify(filterQuery)}`);
  }

  // Two lists beside each other have filters of their own.
  const [first, second] = [host.frame(), host.frame("#beside iframe")];
  const only = (name) => ({ marketplace: { filterQuery: ["equal", "name", name], ...NOT_ACTIVE } });
  await host.call("showMarketplace", { selector: "#place", filters: only("Alpha") });
  await host.call("showMarketplace", { selector: "#beside", filters: only("Gamma") });
  await until(async () => (await titles(second)).join() === "Gamma", "the second list");
  await until(async () => (await titles(first)).join() === "Alpha", "the first list");
});
