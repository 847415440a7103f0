// URL and URLSearchParams; the host parses, so both follow the standard.
(function ({ host, toWellFormed }) {
  const text = (value) => toWellFormed(String(value));

  class URLSearchParams {
    #pairs = [];
    #changed = null;

    static read(params, query) {
      params.#pairs = host.formParse(query.replace(/^\?/, ""));
    }

    static watch(params, changed) {
      params.#changed = changed;
    }

    constructor(init = "") {
      if (init === null || typeof init !== "object") {
        read(this, text(init));
      } else {
        const entries = typeof init[Symbol.iterator] === "function" ? init : Object.entries(init);
        for (const [name, value] of entries) this.#pairs.push([text(name), text(value)]);
      }
    }

    get size() {
      return this.#pairs.length;
    }

    #update(pairs) {
      this.#pairs = pairs;
      this.#changed?.(this.toString());
    }

    append(name, value) {
      this.#update([...this.#pairs, [text(name), text(value)]]);
    }

    delete(name, value) {
      const stays = (pair) =>
        pair[0] !== text(name) || (value !== undefined && pair[1] !== text(value));
      this.#update(this.#pairs.filter(stays));
    }

    get(name) {
      return this.#pairs.find((pair) => pair[0] === text(name))?.[1] ?? null;
    }

    getAll(name) {
      return this.#pairs.filter((pair) => pair[0] === text(name)).map((pair) => pair[1]);
    }

    has(name, value) {
      const found = this.getAll(name);
      return value === undefined ? found.length > 0 : found.includes(text(value));
    }

    set(name, value) {
      const first = this.#pairs.findIndex((pair) => pair[0] === text(name));
      if (first < 0) return this.append(name, value);
      const others = this.#pairs.filter((pair, at) => at <= first || pair[0] !== text(name));
      this.#update(others.with(first, [text(name), text(value)]));
    }

    sort() {
      const order = (left, right) => (left[0] < right[0] ? -1 : Number(left[0] > right[0]));
      this.#update(this.#pairs.toSorted(order));
    }

    forEach(callback, self) {
      for (const [name, value] of this.#pairs) callback.call(self, value, name, this);
    }

    *entries() {
      for (const [name, value] of this.#pairs) yield [name, value];
    }

    *keys() {
      for (const pair of this.#pairs) yield pair[0];
    }

    *values() {
      for (const pair of this.#pairs) yield pair[1];
    }

    [Symbol.iterator]() {
      return this.entries();
    }

    toString() {
      return host.formWrite(this.#pairs);
    }
  }

  const { read, watch } = URLSearchParams;
  delete URLSearchParams.read;
  delete URLSearchParams.watch;

  const parse = (href, base) => host.urlParse(text(href), base === undefined ? base : text(base));

  class URL {
    #parts;
    #params = null;

    static canParse(href, base) {
      return parse(href, base) !== undefined;
    }

    static parse(href, base) {
      return URL.canParse(href, base) ? new URL(href, base) : null;
    }

    static part(url, index) {
      return url.#parts[index];
    }

    static change(url, name, value) {
      const parts = name === "href" ? parse(value) : host.urlSet(url.#parts[0], name, value);
      if (parts === undefined) throw new TypeError("Invalid URL");
      url.#parts = parts;
      if (url.#params) read(url.#params, url.search);
    }

    constructor(href, base) {
      this.#parts = parse(href, base);
      if (this.#parts === undefined) {
        throw Object.assign(new TypeError("Invalid URL"), { code: "ERR_INVALID_URL" });
      }
    }

    get searchParams() {
      if (this.#params === null) {
        this.#params = new URLSearchParams(this.search);
        watch(this.#params, (query) => {
          this.#parts = host.urlSet(this.#parts[0], "search", query);
        });
      }
      return this.#params;
    }

    toString() {
      return this.href;
    }

    toJSON() {
      return this.href;
    }
  }

  const { part, change } = URL;
  delete URL.part;
  delete URL.change;
  // In the order in which the host lists the parts.
  const names = [
    "href",
    "origin",
    "protocol",
    "username",
    "password",
    "host",
    "hostname",
    "port",
    "pathname",
    "search",
    "hash",
  ];
  for (const [index, name] of names.entries()) {
    Object.defineProperty(URL.prototype, name, {
      configurable: true,
      enumerable: true,
      get() {
        return part(this, index);
      },
      set(value) {
        if (name !== "origin") change(this, name, text(value));
      },
    });
  }

  return { URL, URLSearchParams };
});
