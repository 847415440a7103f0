// The parts of the util module that integrations use.
(function ({ load }) {
  function isDeepStrictEqual(left, right) {
    if (Object.is(left, right)) return true;
    if (typeof left !== "object" || typeof right !== "object" || !left || !right) return false;
    if (Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) return false;
    if (left instanceof Date) return Object.is(left.getTime(), right.getTime());
    if (left instanceof RegExp) return String(left) === String(right);
    if (left instanceof Map || left instanceof Set) {
      return left.size === right.size && isDeepStrictEqual([...left], [...right]);
    }
    const names = Object.keys(left);
    const same = (name) =>
      Object.hasOwn(right, name) && isDeepStrictEqual(left[name], right[name]);
    return names.length === Object.keys(right).length && names.every(same);
  }

  function inspect(value) {
    if (typeof value === "string") return `'${value}'`;
    if (typeof value === "function") return `[Function: ${value.name || "anonymous"}]`;
    if (value instanceof Error || value === null || typeof value !== "object") return String(value);
    const ancestors = [];
    const text = JSON.stringify(value, function (_, part) {
      if (typeof part === "bigint") return `${part}n`;
      if (part === null || typeof part !== "object") return part;
      while (ancestors.length > 0 && ancestors.at(-1) !== this) ancestors.pop();
      if (ancestors.includes(part)) return "[Circular]";
      ancestors.push(part);
      return part;
    });
    return text ?? String(value);
  }

  const plain = (value) => (typeof value === "string" ? value : inspect(value));

  function format(first, ...values) {
    if (typeof first !== "string") return [first, ...values].map(plain).join(" ");
    const text = first.replace(/%[sdifjoOc%]/g, (mark) => {
      if (mark === "%%") return "%";
      if (values.length === 0) return mark;
      const value = values.shift();
      if (mark === "%s") return plain(value);
      if (mark === "%d") return String(Number(value));
      if (mark === "%i") return String(parseInt(value, 10));
      if (mark === "%f") return String(parseFloat(value));
      if (mark === "%j") return JSON.stringify(value);
      return mark === "%c" ? "" : inspect(value);
    });
    return [text, ...values.map(plain)].join(" ");
  }

  const promisify =
    (callee) =>
    (...values) =>
      new Promise((resolve, reject) => {
        callee(...values, (error, value) => (error ? reject(error) : resolve(value)));
      });

  const callbackify =
    (callee) =>
    (...values) => {
      const done = values.pop();
      callee(...values).then((value) => done(null, value), done);
    };

  function inherits(child, parent) {
    Object.setPrototypeOf(child.prototype, parent.prototype);
  }

  const types = {
    isDate: (value) => value instanceof Date,
    isRegExp: (value) => value instanceof RegExp,
    isPromise: (value) => value instanceof Promise,
    isMap: (value) => value instanceof Map,
    isSet: (value) => value instanceof Set,
    isNativeError: (value) => value instanceof Error,
    isTypedArray: (value) => ArrayBuffer.isView(value) && !(value instanceof DataView),
    isUint8Array: (value) => value instanceof Uint8Array,
  };

  const { TextEncoder, TextDecoder } = load("encoding");
  return {
    callbackify,
    deprecate: (callee) => callee,
    format,
    inherits,
    inspect,
    isDeepStrictEqual,
    promisify,
    TextDecoder,
    TextEncoder,
    types,
  };
});
