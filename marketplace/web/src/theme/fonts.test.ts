import { expect, test } from "vitest";
import { fontsOf } from "./fonts";

const google = (...families: unknown[]) => ({ google: { families } });
const css = (query: string) => `https://fonts.googleapis.com/${query}&display=swap`;

test.each([
  undefined,
  null,
  {},
  { google: null },
  { google: { families: "Inter" } },
  { google: { families: [] } },
  { local: { families: ["Inter"] } },
  google(7, null, ""),
  google('Inter"; } body { display: none'),
  google("Inter:400&family=Other"),
  google("../Inter"),
  google("x".repeat(101)),
])("asks nothing of anybody for %j", (configuration) => {
  expect(fontsOf(configuration)).toBeUndefined();
});

test.each([
  [["Inter"], '"Inter"', ["css?family=Inter%3A400%2C500%2C600%2C700"]],
  [["Open Sans"], '"Open Sans"', ["css?family=Open+Sans%3A400%2C500%2C600%2C700"]],
  [["Open+Sans:400,700"], '"Open Sans"', ["css?family=Open+Sans%3A400%2C700"]],
  [["Lato:400,700italic:latin"], '"Lato"', ["css?family=Lato%3A400%2C700italic%3Alatin"]],
  [["Inter:wght@400..700"], '"Inter"', ["css2?family=Inter%3Awght%40400..700"]],
  [
    ["Inter:ital,wght@0,400;1,700"],
    '"Inter"',
    ["css2?family=Inter%3Aital%2Cwght%400%2C400%3B1%2C700"],
  ],
  [
    ["Inter:400", "Noto Sans Arabic:400", "Inter:400"],
    '"Inter", "Noto Sans Arabic"',
    ["css?family=Inter%3A400", "css?family=Noto+Sans+Arabic%3A400"],
  ],
  [["}{", "Inter:400"], '"Inter"', ["css?family=Inter%3A400"]],
])("%j is %s", (families, stack, queries) => {
  expect(fontsOf(google(...families))).toEqual({ stack, addresses: queries.map(css) });
});
