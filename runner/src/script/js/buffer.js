// Buffer, the parts of it that integrations use.
(function ({ host, toBase64, toWellFormed, viewOf }) {
  const { fromBase64, fromHex } = Uint8Array;
  const toHex = Function.prototype.call.bind(Uint8Array.prototype.toHex);

  const adopt = (view) => Object.setPrototypeOf(view, Buffer.prototype);

  function fromUnits(text, width) {
    const units = width === 1 ? new Uint8Array(text.length) : new Uint16Array(text.length);
    for (let index = 0; index < text.length; index++) units[index] = text.charCodeAt(index);
    return viewOf(units);
  }

  function toUnits(units, mask) {
    let text = "";
    for (let start = 0; start < units.length; start += 4096) {
      const part = units.subarray(start, start + 4096);
      text += String.fromCharCode(...(mask ? part.map((unit) => unit & mask) : part));
    }
    return text;
  }

  function readBase64(text) {
    const clean = text
      .split("=", 1)[0]
      .replace(/[^A-Za-z0-9+/_-]/g, "")
      .replace(/-/g, "+")
      .replace(/_/g, "/");
    const length = clean.length % 4 === 1 ? clean.length - 1 : clean.length;
    return fromBase64.call(Uint8Array, clean.slice(0, length));
  }

  const utf8 = {
    read: (text) => host.utf8Encode(toWellFormed(text)),
    write: (view) => host.utf8Decode(toBase64(view), false),
  };
  const utf16 = {
    read: (text) => fromUnits(text, 2),
    write: (view) => toUnits(new Uint16Array(view.slice().buffer, 0, view.length >> 1)),
  };
  const latin1 = { read: (text) => fromUnits(text, 1), write: (view) => toUnits(view) };
  const encodings = {
    __proto__: null,
    utf8,
    "utf-8": utf8,
    utf16le: utf16,
    "utf-16le": utf16,
    ucs2: utf16,
    "ucs-2": utf16,
    latin1,
    binary: latin1,
    ascii: { read: latin1.read, write: (view) => toUnits(view, 0x7f) },
    base64: { read: readBase64, write: (view) => toBase64(view) },
    base64url: {
      read: readBase64,
      write: (view) => toBase64(view, { alphabet: "base64url", omitPadding: true }),
    },
    hex: {
      read: (text) => fromHex.call(Uint8Array, text.match(/^(?:[0-9a-f]{2})*/i)[0]),
      write: (view) => toHex(view),
    },
  };

  function encoding(name = "utf8") {
    const found = encodings[String(name).toLowerCase()];
    if (!found) throw new TypeError(`Unknown encoding: ${name}`);
    return found;
  }

  const bytesOf = (value, name) =>
    typeof value === "string" ? adopt(encoding(name).read(value)) : viewOf(value);

  class Buffer extends Uint8Array {
    static from(value, option, length) {
      if (typeof value === "string") return adopt(encoding(option).read(value));
      if (value instanceof ArrayBuffer) return new Buffer(value, option, length);
      if (ArrayBuffer.isView(value) || Array.isArray(value)) return adopt(Uint8Array.from(value));
      if (value?.type === "Buffer" && Array.isArray(value.data)) return Buffer.from(value.data);
      const primitive = value?.valueOf?.();
      if (primitive !== value && primitive != null) return Buffer.from(primitive, option, length);
      throw new TypeError("A Buffer is made of text, bytes or a list of numbers");
    }

    static alloc(size, fill, name) {
      const buffer = new Buffer(size);
      return fill === undefined ? buffer : buffer.fill(fill, name);
    }

    static allocUnsafe(size) {
      return new Buffer(size);
    }

    static concat(list, length) {
      const total = length ?? list.reduce((sum, part) => sum + part.length, 0);
      const result = new Buffer(total);
      let offset = 0;
      for (const part of list) {
        const rest = part.subarray(0, Math.max(0, total - offset));
        result.set(rest, offset);
        offset += rest.length;
      }
      return result;
    }

    static byteLength(value, name) {
      return typeof value === "string" ? encoding(name).read(value).length : value.byteLength;
    }

    static isBuffer(value) {
      return value instanceof Buffer;
    }

    static isEncoding(name) {
      return String(name).toLowerCase() in encodings;
    }

    static compare(left, right) {
      const length = Math.min(left.length, right.length);
      for (let index = 0; index < length; index++) {
        if (left[index] !== right[index]) return left[index] < right[index] ? -1 : 1;
      }
      return Math.sign(left.length - right.length);
    }

    toString(name, start = 0, end = this.length) {
      return encoding(name).write(super.subarray(Math.max(0, start), end));
    }

    toJSON() {
      return { type: "Buffer", data: Array.from(this) };
    }

    equals(other) {
      return Buffer.compare(this, other) === 0;
    }

    compare(other) {
      return Buffer.compare(this, other);
    }

    // A view on the same bytes, other than the method of the same name of a typed array.
    slice(start, end) {
      return this.subarray(start, end);
    }

    copy(target, targetStart = 0, start = 0, end = this.length) {
      const part = super.subarray(start, Math.min(end, start + target.length - targetStart));
      target.set(part, targetStart);
      return part.length;
    }

    write(text, ...options) {
      const name = typeof options.at(-1) === "string" ? options.pop() : "utf8";
      const [offset = 0, length = this.length - offset] = options;
      const part = encoding(name).read(text).subarray(0, Math.min(length, this.length - offset));
      this.set(part, offset);
      return part.length;
    }

    fill(value, ...options) {
      const name = typeof options.at(-1) === "string" ? options.pop() : "utf8";
      if (typeof value === "number") return super.fill(value, ...options);
      const [start = 0, end = this.length] = options;
      const pattern = bytesOf(value, name);
      for (let index = start; index < end; index++) {
        this[index] = pattern.length ? pattern[(index - start) % pattern.length] : 0;
      }
      return this;
    }

    indexOf(value, start = 0, name = "utf8") {
      if (typeof value === "number") return super.indexOf(value & 0xff, start);
      const wanted = bytesOf(value, name);
      const first = start < 0 ? Math.max(0, this.length + start) : start;
      for (let index = first; index + wanted.length <= this.length; index++) {
        let matched = 0;
        while (matched < wanted.length && this[index + matched] === wanted[matched]) matched++;
        if (matched === wanted.length) return index;
      }
      return -1;
    }

    includes(value, start, name) {
      return this.indexOf(value, start, name) >= 0;
    }
  }

  const numbers = {
    UInt8: "Uint8",
    Int8: "Int8",
    UInt16: "Uint16",
    Int16: "Int16",
    UInt32: "Uint32",
    Int32: "Int32",
    BigUInt64: "BigUint64",
    BigInt64: "BigInt64",
    Float: "Float32",
    Double: "Float64",
  };
  for (const [name, kind] of Object.entries(numbers)) {
    const size = Number(/\d+$/.exec(kind)[0]) / 8;
    for (const order of size === 1 ? [""] : ["LE", "BE"]) {
      const data = (buffer) => new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
      const methods = {
        [`read${name}${order}`](offset = 0) {
          return data(this)[`get${kind}`](offset, order === "LE");
        },
        [`write${name}${order}`](value, offset = 0) {
          data(this)[`set${kind}`](offset, value, order === "LE");
          return offset + size;
        },
      };
      for (const [method, value] of Object.entries(methods)) {
        Object.defineProperty(Buffer.prototype, method, {
          value,
          writable: true,
          configurable: true,
        });
      }
    }
  }

  return { Buffer, adopt };
});
