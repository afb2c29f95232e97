// The cost of following etcd, against a server that this starts on this machine: from a put to the event `change`, a burst of puts, a start
// with many keys, and reads beside a configuration without a live source. usage: node bench/live.mjs, after `npm run test:live` has installed etcd.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SuperConfig } from 'superconfig';
import { etcd } from 'superconfig/etcd';

const directory = mkdtempSync(join(tmpdir(), 'superconfig-bench-'));
const [client, peer] = ['http://127.0.0.1:23790', 'http://127.0.0.1:23800'];
const urls = ['--listen-client-urls', client, '--advertise-client-urls', client, '--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer];
const server = spawn('etcd', ['--name', 'a', '--data-dir', directory, '--log-level', 'error', ...urls, '--initial-cluster', `a=${peer}`], { stdio: 'ignore' });
const base64 = (text) => Buffer.from(text).toString('base64');

/** Writes keys in one transaction. */
async function write(values) {
  const success = Object.entries(values).map(([key, value]) => ({ requestPut: { key: base64(key), value: base64(String(value)) } }));
  const response = await fetch(`${client}/v3/kv/txn`, { method: 'POST', body: JSON.stringify({ success }), signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(await response.text());
}

const open = (prefix) =>
  SuperConfig.builder({ env: {} })
    .source(etcd({ endpoints: [client], prefix }))
    .watch()
    .load();
const percentile = (times, share) => times.sort((one, other) => one - other)[Math.floor(share * (times.length - 1))];
const row = (name, text) => process.stdout.write(`${name.padEnd(44)} ${text}\n`);

try {
  for (let tries = 0; tries < 100; tries++) {
    const isUp = await write({ '/put/n': 0 }).then(
      () => true,
      () => false,
    );
    if (isUp) break;
    await sleep(100);
  }
  const config = await open('/put/');
  const times = [];
  for (let n = 1; n <= 300; n++) {
    const begun = performance.now();
    const told = new Promise((resolve) => {
      const off = config.on('change', ({ current }) => {
        if (current.n !== n) return;
        off();
        resolve();
      });
    });
    await write({ '/put/n': n });
    await told;
    times.push(performance.now() - begun);
  }
  row('put → change, 300 puts', `p50 ${percentile(times, 0.5).toFixed(1)} ms, p99 ${percentile(times, 0.99).toFixed(1)} ms`);

  const { version } = config;
  const memory = process.memoryUsage.rss();
  const begun = performance.now();
  let last = 0;
  for (let n = 0; n < 10_000; n += 20) await Promise.all(Array.from({ length: 20 }, (_, at) => write({ [`/put/k${(n + at) % 50}`]: n + at })));
  const written = performance.now();
  await write({ '/put/n': -1 });
  while (config.get('n') !== -1) await sleep(1);
  last = performance.now();
  const grown = (process.memoryUsage.rss() - memory) / 1e6;
  row(
    '10,000 puts on 50 keys',
    `${config.version - version} versions in ${Math.round(written - begun)} ms, ${Math.round(last - written)} ms behind, RSS +${grown.toFixed(0)} MB`,
  );
  config.close();

  for (let page = 0; page < 100; page++) await write(Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`/many/g${page}/k${at}`, at])));
  const starting = performance.now();
  const many = await open('/many/');
  row('start with 10,000 keys', `${Math.round(performance.now() - starting)} ms`);

  const plain = SuperConfig.builder({ env: {} }).defaults(structuredClone(many.current)).loadSync();
  const reads = 2_000_000;
  const nanoseconds = (read) => {
    for (let n = 0; n < reads; n++) read();
    const since = performance.now();
    for (let n = 0; n < reads; n++) read();
    return (((performance.now() - since) * 1e6) / reads).toFixed(1);
  };
  const [live, own] = [many.handle('g5.k5'), plain.handle('g5.k5')];
  row('handle.value, with and without etcd', `${nanoseconds(() => live.value)} ns, ${nanoseconds(() => own.value)} ns`);
  many.close();
  plain.close();
} finally {
  server.kill();
  await sleep(200);
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}
