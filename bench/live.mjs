// The cost of following etcd, NATS and Redis, against servers that this starts on this machine: from a put to the event `change`, a burst of
// puts, 20 processes, a start with many keys, and reads beside a configuration without a live source. Writes bench/results/live.json and the
// table of BENCHMARKS.md. usage: node bench/live.mjs, after `npm run test:live` has installed the servers.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { SuperConfig } from 'superconfig';
import { requireRelease } from '../scripts/addon.mjs';
import { ENGINES, openStore, startEngine } from './live/engines.mjs';
import { here, percentile } from './measure.mjs';

requireRelease();
const open = (store) => SuperConfig.builder({ env: {} }).source(store.source()).watch().load();

/** From a put to the event `change`, in milliseconds: 300 puts, one after the other. */
async function changes(store) {
  await store.put({ n: 0 });
  const config = await open(store);
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
    await store.put({ n });
    await told;
    times.push(performance.now() - begun);
  }
  config.close();
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

/** 10,000 puts on 50 keys, 20 at a time: how many versions came of them, how long the last one took to arrive, and memory. */
async function burst(store) {
  await store.put({ n: 0 });
  const config = await open(store);
  const memory = process.memoryUsage.rss();
  const begun = performance.now();
  for (let n = 0; n < 10_000; n += 20) await Promise.all(Array.from({ length: 20 }, (_, at) => store.put({ [`k${(n + at) % 50}`]: n + at })));
  const written = performance.now();
  await store.put({ n: -1 });
  while (config.get('n') !== -1) await sleep(1);
  const behind = performance.now() - written;
  for (let key = 0; key < 50; key++) {
    if (config.get(`k${key}`) !== 9_950 + key) throw new Error(`k${key} is ${config.get(`k${key}`)}`);
  }
  const result = { versions: config.version - 1, writing: written - begun, behind, megabytes: (process.memoryUsage.rss() - memory) / 1e6 };
  config.close();
  return result;
}

/** 20 puts, each once all of 20 processes have the one before: how long until all have it, in milliseconds. None may be lost. */
async function replicas(engine, port, store, name) {
  await store.put({ n: 0 });
  const program = join(here, 'live/replica.mjs');
  const processes = Array.from({ length: 20 }, () => {
    const child = spawn(process.execPath, [program, engine, String(port), name], { stdio: ['pipe', 'pipe', 'inherit'] });
    const seen = new Map();
    createInterface(child.stdout).on('line', (line) => {
      const { n, at } = JSON.parse(line);
      seen.set(n, at);
    });
    return { child, seen };
  });
  const times = [];
  for (let n = 0; n <= 20; n++) {
    const begun = Date.now();
    if (n > 0) await store.put({ n });
    while (!processes.every(({ seen }) => seen.has(n))) {
      if (Date.now() - begun > 60_000) throw new Error(`${n} is lost in ${processes.filter(({ seen }) => !seen.has(n)).length} processes`);
      await sleep(2);
    }
    if (n > 0) times.push(Math.max(...processes.map(({ seen }) => seen.get(n))) - begun);
  }
  for (const { child } of processes) child.stdin.end();
  return { p50: percentile(times, 0.5), most: Math.max(...times) };
}

/** A start with 10,000 keys, in milliseconds, and nanoseconds of a read with and without a live source. */
async function many(store) {
  for (let page = 0; page < 10_000; page += 100) await store.put(Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`k${page + at}`, at])));
  const begun = performance.now();
  const live = await open(store);
  const start = performance.now() - begun;
  const plain = SuperConfig.builder({ env: {} }).defaults(structuredClone(live.current)).loadSync();
  const reads = 2_000_000;
  const nanoseconds = (read) => {
    for (let n = 0; n < reads; n++) read();
    const since = performance.now();
    for (let n = 0; n < reads; n++) read();
    return ((performance.now() - since) * 1e6) / reads;
  };
  const [own, other] = [live.handle('k5005'), plain.handle('k5005')];
  const result = { start, read: nanoseconds(() => own.value), plainRead: nanoseconds(() => other.value) };
  live.close();
  plain.close();
  return result;
}

async function measure(engine) {
  const { port, stop } = await startEngine(engine);
  const stores = [];
  const store = async (name) => {
    const opened = await openStore(engine, port, name);
    stores.push(opened);
    return opened;
  };
  try {
    return {
      change: await changes(await store('put')),
      burst: await burst(await store('burst')),
      replicas: await replicas(engine, port, await store('all'), 'all'),
      many: await many(await store('many')),
    };
  } finally {
    await Promise.all(stores.map((opened) => opened.close()));
    await stop();
  }
}

const results = {};
for (const engine of ENGINES) results[engine] = await measure(engine);

const ms = (value) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
const ROWS = {
  'put → `change`, 300 puts, p50 / p99': ({ change }) => `${ms(change.p50)} / ${ms(change.p99)}`,
  '10,000 puts on 50 keys: versions': ({ burst }) => `${burst.versions} in ${ms(burst.writing)}`,
  'behind the last of them': ({ burst }) => ms(burst.behind),
  'resident memory with them': ({ burst }) => `+${burst.megabytes.toFixed(0)} MB`,
  'put → all of 20 processes have it, 20 puts, p50 / most': ({ replicas }) => `${ms(replicas.p50)} / ${ms(replicas.most)}`,
  'puts lost in 20 processes': () => '0',
  'start with 10,000 keys': ({ many }) => ms(many.start),
  '`handle.value`, with the source / without': ({ many }) => `${many.read.toFixed(1)} ns / ${many.plainRead.toFixed(1)} ns`,
};
const cells = (of) => ENGINES.map((engine) => of(results[engine])).join(' | ');
const table = [
  `| | ${ENGINES.join(' | ')} |`,
  `|---${'|---'.repeat(ENGINES.length)}|`,
  ...Object.entries(ROWS).map(([what, of]) => `| ${what} | ${cells(of)} |`),
].join('\n');
process.stdout.write(`${table}\n`);
writeFileSync(join(here, 'results/live.json'), `${JSON.stringify(results, null, 2)}\n`);
const document = join(here, '../BENCHMARKS.md');
const [before, rest] = readFileSync(document, 'utf8').split('<!-- written by node bench/live.mjs -->');
const [, after] = rest.split('<!-- end of what node bench/live.mjs writes -->');
writeFileSync(document, `${before}<!-- written by node bench/live.mjs -->\n\n${table}\n\n<!-- end of what node bench/live.mjs writes -->${after}`);
