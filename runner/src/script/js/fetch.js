// fetch and what belongs to it. The host sends the request; its answer comes back by `settle`.
(function ({ host, load, toBase64, toWellFormed, viewOf }) {
  const { URL, URLSearchParams } = load("url");
  const { setTimeout } = load("timers");
  const text = (value) => toWellFormed(String(value));
  const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
  // Bytes that become text at once: the way leads over Base64, which must not double a large body.
  const PIECE_BYTES = 1 << 20;

  class Headers {
    #pairs = [];

    constructor(init) {
      if (init === undefined || init === null) return;
      const isList = typeof init[Symbol.iterator] === "function";
      for (const [name, value] of isList ? init : Object.entries(init)) this.append(name, value);
    }

    #name(name) {
      if (!TOKEN.test(name)) throw new TypeError("A header name is not valid");
      return String(name).toLowerCase();
    }

    // The message does not repeat the value: it may be a secret.
    #value(name, value) {
      const trimmed = String(value).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, "");
      if (/[\0\n\r]|[^\0-\xff]/.test(trimmed)) {
        throw new TypeError(`The value of the header "${name}" is not valid`);
      }
      return trimmed;
    }

    append(name, value) {
      const key = this.#name(name);
      this.#pairs.push([key, this.#value(key, value)]);
    }

    set(name, value) {
      const key = this.#name(name);
      const pair = [key, this.#value(key, value)];
      this.#pairs = [...this.#pairs.filter(([other]) => other !== key), pair];
    }

    delete(name) {
      const key = this.#name(name);
      this.#pairs = this.#pairs.filter(([other]) => other !== key);
    }

    get(name) {
      const key = this.#name(name);
      const values = this.#pairs.filter(([other]) => other === key).map(([, value]) => value);
      return values.length > 0 ? values.join(", ") : null;
    }

    has(name) {
      return this.get(name) !== null;
    }

    getSetCookie() {
      return this.#pairs.filter(([name]) => name === "set-cookie").map(([, value]) => value);
    }

    *entries() {
      for (const name of [...new Set(this.#pairs.map(([name]) => name))].sort()) {
        if (name !== "set-cookie") yield [name, this.get(name)];
        else for (const cookie of this.getSetCookie()) yield [name, cookie];
      }
    }

    *keys() {
      for (const [name] of this.entries()) yield name;
    }

    *values() {
      for (const [, value] of this.entries()) yield value;
    }

    forEach(callback, self) {
      for (const [name, value] of this.entries()) callback.call(self, value, name, this);
    }

    [Symbol.iterator]() {
      return this.entries();
    }

    // What a log line or a returned value shows.
    toJSON() {
      return Object.fromEntries(this.entries());
    }
  }

  // Content and content type of whatever may be a body.
  function bodyOf(init) {
    if (init === undefined || init === null) return { content: null };
    if (init instanceof ArrayBuffer || ArrayBuffer.isView(init)) {
      return { content: viewOf(init).slice() };
    }
    if (init instanceof URLSearchParams) {
      const type = "application/x-www-form-urlencoded;charset=UTF-8";
      return { content: init.toString(), type };
    }
    return { content: text(init), type: "text/plain;charset=UTF-8" };
  }

  function decode(bytes) {
    let decoded = "";
    for (let from = 0; from < bytes.length; ) {
      let to = Math.min(from + PIECE_BYTES, bytes.length);
      // Not within a character, which has at most four bytes.
      for (let back = 0; back < 3 && to < bytes.length && (bytes[to] & 0xc0) === 0x80; back++) to--;
      decoded += host.utf8Decode(toBase64(bytes.subarray(from, to)), false);
      from = to;
    }
    return decoded.charCodeAt(0) === 0xfeff ? decoded.slice(1) : decoded;
  }

  // What requests and answers have in common: content that is read once.
  class Content {
    #content;
    #isUsed = false;

    static of(holder) {
      return holder.#content;
    }

    static fill(holder, content) {
      holder.#content = content;
    }

    constructor(content) {
      this.#content = content;
    }

    get bodyUsed() {
      return this.#isUsed;
    }

    #take() {
      if (this.#isUsed) throw new TypeError("Body is unusable: Body has already been read");
      this.#isUsed = this.#content !== null;
      return this.#content ?? "";
    }

    async text() {
      const content = this.#take();
      return typeof content === "string" ? content : decode(content);
    }

    async json() {
      return JSON.parse(await this.text());
    }

    async bytes() {
      const content = this.#take();
      return typeof content === "string" ? host.utf8Encode(content) : content;
    }

    async arrayBuffer() {
      return (await this.bytes()).buffer;
    }

    clone() {
      if (this.#isUsed) throw new TypeError("Body is unusable: Body has already been read");
      return this.copy(typeof this.#content === "string" ? this.#content : this.#content?.slice());
    }
  }

  const { of: contentOf, fill } = Content;
  delete Content.of;
  delete Content.fill;

  class Request extends Content {
    constructor(input, init = {}) {
      const old = input instanceof Request ? input : null;
      const isKept = old !== null && init.body === undefined;
      if (isKept && old.bodyUsed) throw new TypeError("Cannot send a body that was read");
      const { content, type } = isKept ? { content: contentOf(old) } : bodyOf(init.body);
      super(content);
      const method = text(init.method ?? old?.method ?? "GET");
      const usual = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];
      this.method = usual.find((name) => name === method.toUpperCase()) ?? method;
      if (!TOKEN.test(method) || /^(connect|trace|track)$/i.test(method)) {
        throw new TypeError("The method of a request is not valid");
      }
      if (content !== null && /^(GET|HEAD)$/.test(this.method)) {
        throw new TypeError("Request with GET/HEAD method cannot have body.");
      }
      this.url = old ? old.url : new URL(input instanceof URL ? input.href : input).href;
      this.headers = new Headers(init.headers ?? old?.headers);
      if (type && !this.headers.has("content-type")) {
        this.headers.set("content-type", type);
      }
      this.redirect = init.redirect ?? old?.redirect ?? "follow";
      if (!["error", "follow", "manual"].includes(this.redirect)) {
        throw new TypeError("The redirect of a request is follow, manual or error");
      }
      this.signal = init.signal ?? old?.signal ?? null;
    }

    copy(content) {
      const copy = new Request(this);
      fill(copy, content ?? null);
      return copy;
    }
  }

  class Response extends Content {
    #answer;

    static json(data, init = {}) {
      const headers = new Headers(init.headers);
      if (!headers.has("content-type")) headers.set("content-type", "application/json");
      return new Response(JSON.stringify(data), { ...init, headers });
    }

    constructor(body = null, init = {}) {
      const { content, type } = bodyOf(body);
      super(content);
      const { status = 200, statusText = "", url = "", redirected = false } = init;
      this.#answer = { status: Number(status), statusText: text(statusText), url, redirected };
      this.headers = new Headers(init.headers);
      if (type && !this.headers.has("content-type")) {
        this.headers.set("content-type", type);
      }
    }

    get status() {
      return this.#answer.status;
    }

    get statusText() {
      return this.#answer.statusText;
    }

    get ok() {
      return this.status >= 200 && this.status < 300;
    }

    get url() {
      return this.#answer.url;
    }

    get redirected() {
      return this.#answer.redirected;
    }

    get type() {
      return this.url === "" ? "default" : "basic";
    }

    copy(content) {
      return answered(content ?? null, { ...this.#answer, headers: this.headers });
    }
  }

  // Takes the content over, large as it may be.
  function answered(content, answer) {
    const response = new Response(null, answer);
    fill(response, content);
    return response;
  }

  class AbortSignal {
    #callbacks = [];
    aborted = false;
    reason = undefined;
    onabort = null;

    static abort(reason) {
      const signal = new AbortSignal();
      abort(signal, reason);
      return signal;
    }

    static timeout(milliseconds) {
      const signal = new AbortSignal();
      const expire = () => abort(signal, new DOMException("The time is over.", "TimeoutError"));
      setTimeout(expire, milliseconds);
      return signal;
    }

    static any(signals) {
      const any = new AbortSignal();
      for (const signal of signals) {
        if (signal.aborted) abort(any, signal.reason);
        else signal.addEventListener("abort", () => abort(any, signal.reason));
      }
      return any;
    }

    static raise(signal, reason) {
      if (signal.aborted) return;
      signal.aborted = true;
      signal.reason = reason ?? new DOMException("This operation was aborted", "AbortError");
      const event = { type: "abort", target: signal };
      signal.onabort?.(event);
      for (const callback of signal.#callbacks) callback(event);
    }

    addEventListener(type, callback) {
      if (type === "abort") this.#callbacks.push(callback);
    }

    removeEventListener(_, callback) {
      this.#callbacks = this.#callbacks.filter((other) => other !== callback);
    }

    throwIfAborted() {
      if (this.aborted) throw this.reason;
    }
  }

  const abort = AbortSignal.raise;
  delete AbortSignal.raise;

  class AbortController {
    signal = new AbortSignal();

    abort(reason) {
      abort(this.signal, reason);
    }
  }

  const failed = (reason) => new TypeError("fetch failed", { cause: new Error(reason) });
  const waiting = new Map();

  let requests = 0;

  async function fetch(input, init) {
    const request = new Request(input, init ?? {});
    const { method, url, redirect, signal } = request;
    signal?.throwIfAborted();
    const content = contentOf(request);
    const isText = typeof content === "string";
    const body = isText || content === null ? content : toBase64(content);
    const id = ++requests;
    const answer = new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    const reason = host.fetch(id, [method, url, redirect], [...request.headers], body, isText);
    if (reason) settle(id, null, null, reason);
    signal?.addEventListener("abort", () => {
      waiting.get(id)?.reject(signal.reason);
      waiting.delete(id);
    });
    return answer;
  }

  // One answer: its head and body, or why there is none.
  function settle(id, head, body, reason) {
    const { resolve, reject } = waiting.get(id) ?? {};
    if (!waiting.delete(id)) return;
    if (!head) return reject(failed(reason));
    resolve(answered(body, { ...head, headers: new Headers(head.headers) }));
  }

  return { fetch, settle, Headers, Request, Response, AbortController, AbortSignal };
});
