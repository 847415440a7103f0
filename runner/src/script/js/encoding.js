// TextEncoder and TextDecoder, for UTF-8.
(function ({ host, toBase64, toWellFormed, viewOf }) {
  class TextEncoder {
    get encoding() {
      return "utf-8";
    }

    encode(text = "") {
      return host.utf8Encode(toWellFormed(String(text)));
    }
  }

  class TextDecoder {
    #fatal;
    #keepsMark;

    constructor(label = "utf-8", { fatal = false, ignoreBOM = false } = {}) {
      if (!/^(unicode-1-1-)?utf-?8$/i.test(String(label).trim())) {
        throw new RangeError(`The encoding "${label}" is not available in code steps`);
      }
      this.#fatal = Boolean(fatal);
      this.#keepsMark = Boolean(ignoreBOM);
    }

    get encoding() {
      return "utf-8";
    }

    decode(input) {
      if (input === undefined) return "";
      const text = host.utf8Decode(toBase64(viewOf(input)), this.#fatal);
      return !this.#keepsMark && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
    }
  }

  return { TextEncoder, TextDecoder };
});
