// The engines that live sources follow, each as a server that is started on this machine, and their stores of keys.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectSocket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kvm } from '@nats-io/kv';
import { connect as connectNats } from '@nats-io/transport-node';
import { createClient } from 'redis';
import { etcd } from 'superconfig/etcd';
import { nats } from 'superconfig/nats';
import { redis } from 'superconfig/redis';

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts a server that keeps its data in a directory of its own; gives what ends it, once it takes connections. */
async function serve(program, port, args) {
  const directory = mkdtempSync(join(tmpdir(), 'superconfig-bench-'));
  const server = spawn(program, args(directory), { stdio: 'ignore' });
  const failed = new Promise((_, reject) => {
    server.on('error', reject);
    server.on('exit', () => reject(new Error(`${program} has ended; \`npm run test:live\` installs it`)));
  });
  failed.catch(() => {});
  const isUp = () =>
    new Promise((resolve) => {
      const socket = connectSocket(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
  while (!(await Promise.race([isUp(), failed]))) await sleep(50);
  return async () => {
    server.kill();
    await Promise.race([once(server, 'exit'), sleep(5_000)]);
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  };
}

const base64 = (text) => Buffer.from(text).toString('base64');

/** A store of etcd: the keys below a prefix. */
function etcdStore(port, name) {
  const url = `http://127.0.0.1:${port}`;
  const prefix = `/${name}/`;
  const put = async (values) => {
    const success = Object.entries(values).map(([key, value]) => ({ requestPut: { key: base64(`${prefix}${key}`), value: base64(String(value)) } }));
    const response = await fetch(`${url}/v3/kv/txn`, { method: 'POST', body: JSON.stringify({ success }), signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(await response.text());
  };
  return { put, source: () => etcd({ endpoints: [url], prefix }), close: async () => {} };
}

/** A store of NATS: a bucket. */
async function natsStore(port, name) {
  const connection = await connectNats({ servers: `127.0.0.1:${port}` });
  const kv = await new Kvm(connection).create(name);
  return {
    put: (values) => Promise.all(Object.entries(values).map(([key, value]) => kv.put(key, String(value)))),
    source: () => nats({ kv, connection, prefix: '' }),
    close: () => connection.close(),
  };
}

/** A store of Redis: a hash. */
async function redisStore(port, name) {
  const client = createClient({ socket: { host: '127.0.0.1', port } });
  await client.connect();
  return {
    put: (values) => client.hSet(name, Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]))),
    source: () => redis({ client, hash: name }),
    close: async () => client.destroy(),
  };
}

const STORES = { etcd: etcdStore, NATS: natsStore, Redis: redisStore };
export const ENGINES = Object.keys(STORES);

/** The keys of one name in a server: `put` writes several at once, `source` follows them. */
export const openStore = (engine, port, name) => STORES[engine](port, name);

/** Starts the server of an engine. */
export async function startEngine(engine) {
  const port = await freePort();
  const door = ['127.0.0.1', String(port)];
  if (engine === 'NATS') return { port, stop: await serve('nats-server', port, (directory) => ['-a', door[0], '-p', door[1], '-js', '-sd', directory]) };
  if (engine === 'Redis') {
    return { port, stop: await serve('redis-server', port, (directory) => ['--bind', door[0], '--port', door[1], '--dir', directory, '--save', '']) };
  }
  const [client, peer] = [`http://${door.join(':')}`, `http://127.0.0.1:${await freePort()}`];
  const urls = ['--listen-client-urls', client, '--advertise-client-urls', client, '--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer];
  const args = (directory) => ['--name', 'a', '--data-dir', directory, '--log-level', 'error', ...urls, '--initial-cluster', `a=${peer}`];
  return { port, stop: await serve('etcd', port, args) };
}
