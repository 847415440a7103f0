'use strict';

// Runs the code of one version of a component, one call at a time. Orders come on standard input
// and answers go to standard output: JSON, each with its length in front. There is no network in
// this process: connections are made by the server, behind a socket that is given.

const fs = require('node:fs');
const net = require('node:net');
const tls = require('node:tls');
const dns = require('node:dns');
const util = require('node:util');

const [, , entryPoint, gate] = process.argv;
const BYTES = '\u0000bytes';
const LINES_MAX = 10_000;
const LINE_CHARACTERS_MAX = 4_096;
const STATES = ['executionState', 'instanceState', 'crossFlowState', 'integrationState'];

// --- Connections: each begins with a line that says where it leads. ---

const connect = net.Socket.prototype.connect;
const secureConnect = tls.connect;

net.Socket.prototype.connect = function (...given) {
  const normal = Array.isArray(given[0]) ? given[0] : net._normalizeArgs(given);
  const [options, listener] = normal;
  if (options.path) {
    const refused = Object.assign(new Error('There are no local sockets here'), { code: 'EACCES' });
    process.nextTick(() => this.destroy(refused));
    return this;
  }
  if (listener) this.once('connect', listener);
  connect.call(this, { path: gate });
  this.write(`${options.host || 'localhost'} ${Number(options.port)}\n`);
  return this;
};

tls.connect = function (...given) {
  const [options, listener] = net._normalizeArgs(given);
  if (options.socket || options.path) return secureConnect.call(tls, options, listener);
  const host = options.host || 'localhost';
  const socket = new net.Socket();
  const { port, path, ...rest } = options;
  socket.connect({ host, port });
  const servername = options.servername ?? (net.isIP(host) ? '' : host);
  const secure = secureConnect.call(tls, { ...rest, host, servername, socket }, listener);
  socket.on('error', (error) => secure.destroy(error));
  return secure;
};

// The server looks names up when it connects: here every name is as good as its own address.
dns.lookup = (name, options, callback) => {
  const done = typeof options === 'function' ? options : callback;
  const all = typeof options === 'object' && options?.all;
  process.nextTick(() => (all ? done(null, [{ address: name, family: 4 }]) : done(null, name, 4)));
};
dns.promises.lookup = async (name, options) =>
  options?.all ? [{ address: name, family: 4 }] : { address: name, family: 4 };

// --- Values: bytes are objects with one key that nothing else has. ---

function pack(value, path) {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (value === null || typeof value !== 'object') return value;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    const view = value instanceof ArrayBuffer ? Buffer.from(value)
      : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return { [BYTES]: view.toString('base64') };
  }
  if (path.includes(value)) throw new TypeError('A value that contains itself cannot be returned');
  if (typeof value.toJSON === 'function') return pack(value.toJSON(), path);
  const inner = [...path, value];
  if (Array.isArray(value)) return value.map((item) => pack(item, inner) ?? null);
  const packed = {};
  for (const [key, item] of Object.entries(value)) {
    const found = pack(item, inner);
    if (found !== undefined) packed[key] = found;
  }
  return packed;
}

function unpack(value) {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(unpack);
  if (typeof value[BYTES] === 'string') return Buffer.from(value[BYTES], 'base64');
  const unpacked = {};
  for (const [key, item] of Object.entries(value)) {
    Object.defineProperty(unpacked, key, {
      value: unpack(item), configurable: true, enumerable: true, writable: true,
    });
  }
  return unpacked;
}

// Code looks headers up in one spelling or another: any finds them.
function lenient(headers) {
  const find = (target, key) => {
    if (typeof key !== 'string' || key in target) return key;
    return Object.keys(target).find((own) => own.toLowerCase() === key.toLowerCase()) ?? key;
  };
  return new Proxy(headers, {
    get: (target, key) => target[find(target, key)],
    has: (target, key) => find(target, key) in target,
  });
}

// --- Log lines ---

let lines = [];

function log(severity, given) {
  if (lines.length > LINES_MAX) return;
  const texts = given.map((it) => (typeof it === 'string' ? it : shown(it)));
  const message = lines.length === LINES_MAX ? 'Further lines of this step were dropped'
    : texts.join(' ').slice(0, LINE_CHARACTERS_MAX);
  lines.push({ severity, message });
}

function shown(value) {
  if (value instanceof Error) return value.stack ?? value.message;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return util.inspect(value, { depth: 2 });
  }
}

function logger() {
  const of = (severity) => (...given) => log(severity, given);
  const entries = ['metric', 'trace', 'debug', 'info', 'warn', 'error'].map((it) => [it, of(it)]);
  return { ...Object.fromEntries(entries), log: of('info') };
}

Object.assign(console, logger());
process.stdout.write = (text) => { log('info', [String(text).trimEnd()]); return true; };
process.stderr.write = process.stdout.write;

// --- Calls ---

let component;

function load() {
  if (component === undefined) {
    const loaded = require(entryPoint);
    component = loaded?.default ?? loaded;
  }
  return component;
}

function find({ list, key, name }) {
  const of = load()?.[list];
  const found = Array.isArray(of) ? of.find((it) => it.key === key)
    : of?.[key] ?? Object.values(of ?? {}).find((it) => it.key === key);
  if (typeof found?.[name] !== 'function') {
    throw new Error(`The package has no ${name} of ${key}`);
  }
  return (...values) => found[name](...values);
}

function context(given) {
  const refuse = async () => {
    throw new Error('Components cannot call other components here');
  };
  return { ...given, logger: logger(), _components: { invoke: refuse, invokeTrigger: refuse } };
}

async function perform({ call, arguments: given }) {
  const values = unpack(given);
  values[0] = context(values[0]);
  if (call.list === 'triggers' && values[1]?.headers) values[1].headers = lenient(values[1].headers);
  let outcome;
  try {
    const returned = await find(call)(...values);
    outcome = returned === undefined ? {} : { returned: pack(returned, []) };
  } catch (error) {
    if (isOutOfMemory(error)) process.exit(1);
    outcome = { threw: thrown(error) };
  }
  const states = {};
  for (const key of STATES) {
    if (values[0][key] !== undefined) states[key] = attempt(() => pack(values[0][key], []));
  }
  const logs = lines;
  lines = [];
  return { ...outcome, logs, states };
}

// The system refused memory: what comes next in this process would fail as well.
function isOutOfMemory(error) {
  return error?.code === 'ERR_MEMORY_ALLOCATION_FAILED'
    || (error instanceof RangeError && error.message === 'Array buffer allocation failed');
}

function attempt(work) {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function thrown(error) {
  const isError = error instanceof Error || typeof error?.message === 'string';
  const message = isError ? String(error.message) : typeof error === 'string' ? error : shown(error);
  const { status, data, headers } = isError ? error : {};
  const details = isError ? { name: error.name, stack: error.stack, status, data, headers } : error;
  if (error?.isSpectralError === true && error.connection != null) {
    // Its name alone: the rest of a connection is secret.
    const { configVarKey } = error.connection;
    Object.assign(details, { isSpectralError: true, connection: configVarKey });
  }
  return {
    message,
    details: attempt(() => pack(details, [])),
    connection: error?.isSpectralError === true && error.connection != null,
  };
}

// --- Orders ---

function answer(report) {
  const text = Buffer.from(JSON.stringify(report));
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(text.length);
  const frame = Buffer.concat([prefix, text]);
  for (let sent = 0; sent < frame.length;) {
    try {
      sent += fs.writeSync(1, frame, sent);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}

let received = Buffer.alloc(0);
let missing = 4;
let isPrefix = true;
let chunks = [];
let length = 0;

process.stdin.on('data', (chunk) => {
  chunks.push(chunk);
  length += chunk.length;
  while (length >= missing) {
    received = Buffer.concat(chunks);
    const message = received.subarray(0, missing);
    chunks = [received.subarray(missing)];
    length -= missing;
    if (isPrefix) missing = message.readUInt32BE();
    else {
      missing = 4;
      perform(JSON.parse(message.toString())).then(answer);
    }
    isPrefix = !isPrefix;
  }
});
process.stdin.on('end', () => process.exit(0));
process.on('uncaughtException', (error) => log('error', [error]));
process.on('unhandledRejection', (error) => log('error', [error]));
