import { defineConfig } from "vite";

export default defineConfig({
  // Relative addresses let the server mount a page below any path.
  base: "./",
  build: {
    target: "es2022",
    // GraphiQL is one big page that nothing else loads; the warning would only be noise.
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      input: ["graphiql.html"],
      // Libraries mark files "use client" for server rendering, which we do not do.
      checks: { moduleLevelDirective: false },
    },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8080" } },
});
