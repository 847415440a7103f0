// Writes `name.query.ts` beside each `name.graphql` of `src`: the types of its operations and their
// text, checked against the schema of the server. Fragments may be used across files.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { codegen } from "@graphql-codegen/core";
import * as operations from "@graphql-codegen/typescript-operations";
import { Kind, parse, print, stripIgnoredCharacters, visit } from "graphql";

const SCHEMA = process.env.MARQUETRY_SCHEMA ?? new URL("../../../schema.graphql", import.meta.url);
const SOURCES = new URL("../src/", import.meta.url).pathname;
const HEADER = "// Written by scripts/codegen.mjs.\n";
const SCALARS = { DateTime: "string", JSONString: "string", UUID: "string" };

const schema = parse(await readFile(SCHEMA, "utf8"));
const files = await graphqlFiles();
const fragments = new Map(
  files
    .flatMap((file) => file.document.definitions)
    .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
    .map((fragment) => [fragment.name.value, fragment]),
);
for (const file of files) {
  const text = HEADER + (await types(file)) + texts(file);
  const path = file.path.replace(/\.graphql$/, ".query.ts");
  // A file that is written again looks changed to whoever watches.
  const before = await readFile(path, "utf8").catch(() => undefined);
  if (text !== before) await writeFile(path, text);
}

async function graphqlFiles() {
  const entries = await readdir(SOURCES, { recursive: true });
  const paths = entries.filter((path) => path.endsWith(".graphql")).sort();
  return Promise.all(
    paths.map(async (entry) => {
      const path = join(SOURCES, entry);
      return { path, document: parse(await readFile(path, "utf8")) };
    }),
  );
}

/** The fragments a file needs, those that these need included. */
function needed(document) {
  const found = new Map();
  const look = (node) =>
    visit(node, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (fragment === undefined || found.has(name.value)) return;
        found.set(name.value, fragment);
        look(fragment);
      },
    });
  look(document);
  return found;
}

function types(file) {
  const own = new Set(file.document.definitions.map((definition) => definition.name.value));
  const others = [...needed(file.document)].filter(([name]) => !own.has(name));
  const documents = [
    { location: file.path, document: file.document },
    ...others.map(([name, fragment]) => ({
      location: name,
      document: { kind: Kind.DOCUMENT, definitions: [fragment] },
    })),
  ];
  return codegen({
    filename: file.path,
    schema,
    documents,
    config: { scalars: SCALARS, skipTypename: true, useTypeImports: true },
    plugins: [{ operations: {} }],
    pluginMap: { operations },
  });
}

function texts(file) {
  const queries = file.document.definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  );
  if (queries.length === 0) return "";
  const lines = queries.map((query) => {
    const name = query.name.value;
    const kind = query.operation === "mutation" ? "Mutation" : "Query";
    const parts = [query, ...needed(query).values()].map(print).join("\n");
    const text = JSON.stringify(stripIgnoredCharacters(parts));
    return `export const ${name} = document<${name}${kind}, ${name}${kind}Variables>(\n  ${text},\n);\n`;
  });
  return `\nimport { document } from "@/api/document";\n\n${lines.join("\n")}`;
}
