import { fileURLToPath } from "node:url";
import { type Plugin, defineConfig } from "vite";

/** Where a server listens while somebody works on the pages. */
const SERVER = process.env["MARQUETRY_URL"] ?? "http://127.0.0.1:3000";

/** What is neither a file nor the server's. */
const SCREEN = /^\/(?!@|src\/|node_modules\/|api$|embedded\/|results\/)[^.]+$/;

const SOURCES = fileURLToPath(new URL("./src", import.meta.url));

/** Screens are addresses of one page, as on the real server. */
const screens: Plugin = {
  name: "screens",
  configureServer(server) {
    server.middlewares.use((request, _, next) => {
      const path = request.url?.split("?")[0] ?? "";
      if (SCREEN.test(path)) request.url = "/app.html";
      next();
    });
  },
};

export default defineConfig({
  plugins: [screens],
  base: "/",
  resolve: {
    alias: [
      { find: "@", replacement: SOURCES },
      // It compiles code, which the pages' policy forbids; nothing here lets it.
      {
        find: /^ajv(-formats)?$/,
        replacement: `${SOURCES}/screens/wizard/form/no-compiler.ts`,
      },
    ],
  },
  build: {
    target: "es2022",
    // GraphiQL is one big page that nothing else loads; the warning would only be noise.
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      input: ["app.html", "demo.html", "graphiql.html", "preload.html"],
      // Libraries mark files "use client" for server rendering, which we do not do.
      checks: { moduleLevelDirective: false },
    },
  },
  server: { proxy: { "/api": SERVER, "/embedded/authenticate": SERVER, "/results": SERVER } },
});
