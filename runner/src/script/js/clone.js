// structuredClone.
(function () {
  function copy(value, copies) {
    if (typeof value === "function" || typeof value === "symbol") {
      throw new DOMException(`${String(value)} could not be cloned.`, "DataCloneError");
    }
    if (value === null || typeof value !== "object") return value;
    if (copies.has(value)) return copies.get(value);
    const keep = (result) => {
      copies.set(value, result);
      return result;
    };
    const inner = (part) => copy(part, copies);
    if (value instanceof Date) return keep(new Date(value));
    if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags));
    if (value instanceof ArrayBuffer) return keep(value.slice());
    if (value instanceof DataView) {
      return keep(new DataView(inner(value.buffer), value.byteOffset, value.byteLength));
    }
    if (ArrayBuffer.isView(value)) {
      const kind = value instanceof Uint8Array ? Uint8Array : value.constructor;
      return keep(new kind(inner(value.buffer), value.byteOffset, value.length));
    }
    if (value instanceof Map) {
      const result = keep(new Map());
      for (const [key, part] of value) result.set(inner(key), inner(part));
      return result;
    }
    if (value instanceof Set) {
      const result = keep(new Set());
      for (const part of value) result.add(inner(part));
      return result;
    }
    if (value instanceof Error) {
      const result = keep(Object.create(Object.getPrototypeOf(value)));
      for (const key of ["name", "message", "stack", "cause"]) {
        if (key in value) {
          Object.defineProperty(result, key, {
            value: inner(value[key]),
            writable: true,
            configurable: true,
          });
        }
      }
      return result;
    }
    const result = keep(Array.isArray(value) ? new Array(value.length) : {});
    for (const key of Object.keys(value)) {
      Object.defineProperty(result, key, {
        value: inner(value[key]),
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }
    return result;
  }

  return { structuredClone: (value) => copy(value, new Map()) };
});
