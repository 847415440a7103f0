// What every call starts with: globals and `require`. Evaluated afresh each time, and compiling is
// most of what a small call costs, so everything else is a module of its own that `host.load`
// compiles on first use. What the host relies on is taken before the tenant's code can change it.
(function (host) {
  const { defineProperty } = Object;
  const { call: uncurry } = Function.prototype;
  const toBase64 = uncurry.bind(Uint8Array.prototype.toBase64);
  const toWellFormed = uncurry.bind(String.prototype.toWellFormed);
  const tools = { host, toBase64, toWellFormed, load, viewOf };

  const loaded = { __proto__: null };
  function load(name) {
    return (loaded[name] ??= host.load(name)(tools));
  }

  function viewOf(value) {
    if (value instanceof Uint8Array) return value;
    if (ArrayBuffer.isView(value)) {
      return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    }
    return new Uint8Array(value);
  }

  function define(name, value) {
    defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }

  function defineLazily(name, module) {
    defineProperty(globalThis, name, {
      configurable: true,
      get() {
        const offered = load(module);
        const value = name in offered ? offered[name] : offered;
        define(name, value);
        return value;
      },
      set(value) {
        define(name, value);
      },
    });
  }

  defineLazily("console", "logging");
  for (const kind of ["Timeout", "Interval", "Immediate"]) {
    defineLazily(`set${kind}`, "timers");
    defineLazily(`clear${kind}`, "timers");
  }
  defineLazily("Buffer", "buffer");
  defineLazily("URL", "url");
  defineLazily("URLSearchParams", "url");
  defineLazily("TextEncoder", "encoding");
  defineLazily("TextDecoder", "encoding");
  defineLazily("structuredClone", "clone");
  defineLazily("crypto", "crypto");
  for (const name of ["fetch", "Headers", "Request", "Response"]) defineLazily(name, "fetch");
  for (const name of ["AbortController", "AbortSignal"]) defineLazily(name, "fetch");

  define("global", globalThis);

  const modules = ["buffer", "crypto", "jsonata", "url", "util"];
  function require(name) {
    const id = String(name).replace(/^node:/, "");
    if (modules.includes(id)) return load(id);
    const available = modules.join(", ");
    throw new Error(`The module "${name}" is not available in code steps (there are ${available})`);
  }

  return {
    require,
    toBase64: (value) => toBase64(viewOf(value)),
    toWellFormed,
    call: async (callee, values) => callee(...values),
    settleFetch: (...answer) => load("fetch").settle(...answer),
    runTimer: () => (loaded.timers ? loaded.timers.runTimer() : -1),
    withLogger: (context) => load("logging").withLogger(context),
    headers: (target) => load("headers").headers(target),
    absent: (reason) => {
      const refuse = () => {
        throw new RangeError(reason);
      };
      return new Proxy({}, { get: refuse, has: refuse, ownKeys: refuse });
    },
    bytes: (view) => load("buffer").adopt(view),
  };
});
