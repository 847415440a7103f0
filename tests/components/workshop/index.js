'use strict';

const dgram = require('dgram');
const fs = require('fs');
const http = require('http');
const net = require('net');

const attempt = (name, work) => {
  try {
    work();
    return [name];
  } catch {
    return [];
  }
};

const ask = (url) =>
  new Promise((resolve) => {
    const request = http.get(url, (answer) => resolve([url, answer.statusCode]));
    request.on('error', () => resolve(null));
  });

const dial = (host, port) =>
  new Promise((resolve) => {
    const socket = net.connect(port, host);
    socket.on('data', () => resolve([host, port]));
    socket.on('error', () => resolve(null));
    socket.on('close', () => resolve(null));
  });

const send = (host, port) =>
  new Promise((resolve) => {
    const socket = dgram.createSocket('udp4');
    socket.on('error', () => resolve(null));
    socket.send('x', port, host, (error) => resolve(error ? null : [host, port]));
  });

const actions = {
  greet: {
    key: 'greet',
    async perform(context, params) {
      const state = context.instanceState;
      state.count = (state.count ?? 0) + 1;
      context.logger.info('greeting', params.text, { count: state.count });
      console.log('by the console');
      const { key, fields } = params.shop;
      return {
        data: {
          said: `${params.greeting}, ${params.text}!`,
          arguments: arguments.length,
          customer: context.customer.name,
          connection: key,
          keyLength: fields.apiKey.length,
          count: state.count,
        },
      };
    },
  },
  throws: {
    key: 'throws',
    async perform() {
      throw Object.assign(new Error('the shop is closed'), { status: 503 });
    },
  },
  loops: {
    key: 'loops',
    async perform() {
      for (;;);
    },
  },
  hoards: {
    key: 'hoards',
    async perform() {
      const all = [];
      for (;;) {
        all.push(Buffer.alloc(8 << 20, 1));
        await new Promise(setImmediate);
      }
    },
  },
  snoops: {
    key: 'snoops',
    async perform(context, params) {
      const server = Number(params.text);
      const signals = attempt('server', () => process.kill(server, 0));
      // The first process is the sandbox's own here, and does not hear.
      if (signals.length === 0) process.kill(1, 'SIGKILL');
      const paths = [
        '/etc/passwd', '/proc/self/environ', `/proc/${process.ppid}/environ`,
        `/proc/${server}/environ`, `/proc/${server}/cmdline`, '../..',
      ];
      return {
        data: {
          environment: Object.keys(process.env),
          files: paths.flatMap((path) => attempt(path, () => fs.readFileSync(path))),
          folders: ['/', '/proc', '..'].flatMap((path) => attempt(path, () => fs.readdirSync(path))),
          signals,
          programs: attempt('spawn', () => require('child_process').execSync('id')),
          bindings: attempt('tcp', () => process.binding('tcp_wrap')),
        },
      };
    },
  },
  reaches: {
    key: 'reaches',
    async perform() {
      const tried = await Promise.all([
        ask('http://127.0.0.1:1/'),
        ask('http://169.254.169.254/latest/meta-data/'),
        ask('http://localhost:22/'),
        dial('10.0.0.1', 80),
        send('10.0.0.1', 53),
      ]);
      return { data: { reached: tried.filter(Boolean) } };
    },
  },
  counts: {
    key: 'counts',
    async perform() {
      return { data: null };
    },
  },
};

for (const action of Object.values(actions)) {
  action.display = { label: action.key, description: 'Part of a story.' };
  action.inputs = [{ key: 'text', label: 'Text', type: 'string' }];
}

exports.default = {
  key: 'workshop',
  public: false,
  display: { label: 'Workshop', description: 'Does what stories need.' },
  actions,
  triggers: {
    hook: {
      key: 'hook',
      display: { label: 'Hook', description: 'Starts flows.' },
      inputs: [{ key: 'suffix', label: 'Suffix', type: 'string' }],
      async perform(context, payload, params) {
        const name = `${payload.body.data.name}${params.suffix ?? ''}`;
        return { payload: { ...payload, body: { data: { name } } } };
      },
    },
  },
  dataSources: {
    cities: {
      key: 'cities',
      display: { label: 'Cities', description: 'Finds cities.' },
      dataSourceType: 'picklist',
      inputs: [{ key: 'country', label: 'Country', type: 'string' }],
      async perform(context, params) {
        return { result: ['Bern', 'Basel', params.country] };
      },
    },
  },
  connections: [],
};
