// The parts of the crypto module that signing and naming things needs.
(function ({ host, toBase64, viewOf, load }) {
  const { Buffer } = load("buffer");

  const bytesOf = (data, encoding) =>
    typeof data === "string" ? Buffer.from(data, encoding) : viewOf(data);

  class Digest {
    #parts = [];
    #finish;

    constructor(finish) {
      this.#finish = finish;
    }

    update(data, encoding) {
      this.#parts.push(Buffer.from(bytesOf(data, encoding)));
      return this;
    }

    digest(encoding) {
      if (!this.#parts) throw new Error("The digest was already taken");
      const result = Buffer.from(this.#finish(toBase64(Buffer.concat(this.#parts))));
      this.#parts = null;
      return encoding ? result.toString(encoding) : result;
    }
  }

  const name = (algorithm) => String(algorithm).toLowerCase().replace("-", "");

  function randomUUID() {
    const bytes = host.random(16);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Buffer.from(bytes).toString("hex");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  function timingSafeEqual(left, right) {
    const [first, second] = [viewOf(left), viewOf(right)];
    if (first.length !== second.length) {
      throw new RangeError("Both sides must have the same length");
    }
    let difference = 0;
    for (let index = 0; index < first.length; index++) difference |= first[index] ^ second[index];
    return difference === 0;
  }

  return {
    randomUUID,
    timingSafeEqual,
    randomBytes: (size) => Buffer.from(host.random(size)),
    getRandomValues(target) {
      const view = viewOf(target);
      view.set(host.random(view.length));
      return target;
    },
    getHashes: () => ["md5", "sha1", "sha256", "sha384", "sha512"],
    createHash: (algorithm) => new Digest((data) => host.digest(name(algorithm), data)),
    createHmac(algorithm, key) {
      const secret = toBase64(bytesOf(key));
      return new Digest((data) => host.hmac(name(algorithm), secret, data));
    },
  };
});
