// Log lines from `console` and from the logger of the context.
(function ({ host, toWellFormed }) {
  const LINE_CHARACTERS_MAX = 4096;
  const { stringify } = JSON;
  const { toString } = Object.prototype;

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

  let isFull = false;

  function writer(severity) {
    return (...values) => {
      if (isFull) return;
      let line = "";
      for (let index = 0; index < values.length && line.length < LINE_CHARACTERS_MAX; index++) {
        line += (index > 0 ? " " : "") + textOf(values[index]);
      }
      isFull = !host.log(severity, toWellFormed(line.slice(0, LINE_CHARACTERS_MAX)));
    };
  }

  // The numbers are those of SEVERITIES in wire.rs.
  const [trace, debug, info, warn, error, metric] = [0, 1, 2, 3, 4, 5].map(writer);
  const console = { trace, debug, info, log: info, dir: info, table: info, warn, error };

  function withLogger(context) {
    context.logger = { metric, trace, debug, info, log: info, warn, error };
  }

  return { console, withLogger };
});
