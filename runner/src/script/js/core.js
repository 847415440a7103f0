// What every call starts with: globals, `require`, logging and timers. Evaluated afresh each time,
// so it stays small; anything rarely needed is a module of its own that `host.load` compiles on
// first use. Captures what it needs from the globals, since the tenant's code may change them.
(function (host) {
  const LINE_CHARACTERS_MAX = 4096;
  const { stringify } = JSON;
  const { defineProperty, keys } = Object;
  const { toString } = Object.prototype;
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
        const value = module === name ? load(module) : load(module)[name];
        define(name, value);
        return value;
      },
      set(value) {
        define(name, value);
      },
    });
  }

  defineLazily("Buffer", "buffer");
  defineLazily("URL", "url");
  defineLazily("URLSearchParams", "url");
  defineLazily("TextEncoder", "encoding");
  defineLazily("TextDecoder", "encoding");
  defineLazily("structuredClone", "clone");
  defineLazily("crypto", "crypto");

  define("global", globalThis);
  define("fetch", function fetch() {
    throw new Error("fetch is not available in code steps; use a step of the http component");
  });

  const modules = ["buffer", "crypto", "url", "util"];
  function require(name) {
    const id = String(name).replace(/^node:/, "");
    if (modules.includes(id)) return load(id);
    const available = modules.join(", ");
    throw new Error(`The module "${name}" is not available in code steps (there are ${available})`);
  }

  // Logging.

  function textOf(value) {
    switch (typeof value) {
      case "string":
        return value;
      case "function":
        return `[Function: ${value.name || "anonymous"}]`;
      case "object":
        break;
      default:
        return String(value);
    }
    if (value instanceof Error) return String(value);
    try {
      return stringify(value, (_, part) => (typeof part === "bigint" ? String(part) : part));
    } catch {
      return toString.call(value);
    }
  }

  function writer(severity) {
    return (...values) => {
      let line = "";
      for (let index = 0; index < values.length && line.length < LINE_CHARACTERS_MAX; index++) {
        line += (index > 0 ? " " : "") + textOf(values[index]);
      }
      host.log(severity, toWellFormed(line.slice(0, LINE_CHARACTERS_MAX)));
    };
  }

  // The numbers are those of SEVERITIES in wire.rs.
  const [trace, debug, info, warn, error, metric] = [0, 1, 2, 3, 4, 5].map(writer);
  define("console", { trace, debug, info, log: info, dir: info, table: info, warn, error });

  function withLogger(context) {
    context.logger = { metric, trace, debug, info, log: info, warn, error };
  }

  // Timers: kept in the order they are due; the host asks for the next one when nothing else runs.

  const timers = [];
  let timerId = 0;

  function schedule(callback, delay, values, repeat) {
    if (typeof callback !== "function") throw new TypeError("The callback is not a function");
    const wait = delay >= 1 ? Number(delay) : 1;
    const timer = { id: ++timerId, due: host.now() + wait, callback, values };
    if (repeat) timer.wait = wait;
    insert(timer);
    return timer.id;
  }

  function insert(timer) {
    const later = timers.findIndex((other) => other.due > timer.due);
    timers.splice(later < 0 ? timers.length : later, 0, timer);
  }

  function cancel(id) {
    const index = timers.findIndex((timer) => timer.id === id);
    if (index >= 0) timers.splice(index, 1);
  }

  // Runs the first timer when it is due. Returns the milliseconds to wait, or -1 without timers.
  function runTimer() {
    if (timers.length === 0) return -1;
    const wait = timers[0].due - host.now();
    if (wait > 0) return wait;
    const timer = timers.shift();
    if (timer.wait) insert(Object.assign(timer, { due: host.now() + timer.wait }));
    timer.callback(...timer.values);
    return 0;
  }

  define("setTimeout", (callback, delay, ...values) => schedule(callback, delay, values, false));
  define("setInterval", (callback, delay, ...values) => schedule(callback, delay, values, true));
  define("setImmediate", (callback, ...values) => schedule(callback, 0, values, false));
  define("clearTimeout", cancel);
  define("clearInterval", cancel);
  define("clearImmediate", cancel);

  // Header names are found in any case; listing them shows them as they came.

  function ownKey(target, key) {
    if (typeof key !== "string" || key in target) return key;
    const wanted = key.toLowerCase();
    return keys(target).find((other) => other.toLowerCase() === wanted) ?? key;
  }

  const caseless = {
    get: (target, key) => target[ownKey(target, key)],
    has: (target, key) => ownKey(target, key) in target,
    set: (target, key, value) => Reflect.set(target, ownKey(target, key), value),
    deleteProperty: (target, key) => delete target[ownKey(target, key)],
  };

  return {
    require,
    withLogger,
    runTimer,
    toBase64: (value) => toBase64(viewOf(value)),
    toWellFormed,
    call: async (callee, values) => callee(...values),
    headers: (target) => new Proxy(target, caseless),
    bytes: (view) => load("buffer").adopt(view),
  };
});
