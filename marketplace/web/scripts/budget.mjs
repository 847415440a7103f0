// Fails when what the first screen loads before it can draw has grown beyond its budget.
// usage: budget.mjs FOLDER
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { constants, brotliCompressSync } from "node:zlib";

/** JavaScript of the list of integrations, compressed, in bytes. */
const SCRIPT_BYTES_MAX = 90_000;

const folder = process.argv[2] ?? "dist";
const page = await readFile(join(folder, "app.html"), "utf8");
const scripts = [...page.matchAll(/(?:src|href)="(\/[^"]+\.js)"/g)].map(([, path]) => path);
let bytes = 0;
for (const path of new Set(scripts)) {
  const script = await readFile(join(folder, path));
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
  bytes += brotliCompressSync(script, quality).length;
}
if (scripts.length === 0) throw new Error("app.html loads no script");
console.log(`first screen: ${bytes} of ${SCRIPT_BYTES_MAX} bytes of JavaScript, compressed`);
if (bytes > SCRIPT_BYTES_MAX) process.exit(1);
