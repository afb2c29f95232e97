// Growth of costs: with keys, with workers, with configurations.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { registry, SuperConfig } from 'superconfig';
import { SMALL, small, withKeys } from '../inputs.mjs';
import { cold, median } from '../measure.mjs';

const READS = 2_000_000;

/** Nanoseconds of one read, with everybody reading at the same time. */
function read() {
  const config = SuperConfig.attach(workerData.token);
  const handle = config.handle('server.port');
  const loop = () => {
    let sum = 0;
    for (let at = 0; at < READS; at++) sum += handle.value;
    return sum;
  };
  loop();
  parentPort.once('message', () => {
    const start = process.hrtime.bigint();
    loop();
    parentPort.postMessage(Number(process.hrtime.bigint() - start) / READS);
    parentPort.close();
  });
  parentPort.postMessage('ready');
}

async function withWorkers(count, token) {
  const workers = Array.from({ length: count }, () => new Worker(fileURLToPath(import.meta.url), { workerData: { token } }));
  const message = (worker) => new Promise((resolve) => worker.once('message', resolve));
  await Promise.all(workers.map(message));
  const took = workers.map(message);
  for (const worker of workers) worker.postMessage('go');
  return median(await Promise.all(took));
}

export async function measure({ scratch, quick }) {
  const rows = [];
  for (const keys of quick ? [100, 10_000] : [100, 1_000, 10_000, 100_000, 1_000_000]) {
    const path = join(scratch, `keys${keys}.json`);
    const text = withKeys(keys);
    const samples = { superconfig: [], 'JSON.parse': [] };
    const rounds = keys < 100_000 ? 60 : 5;
    for (let round = 0; round < rounds; round++) {
      writeFileSync(path, text + ' '.repeat(round));
      for (const name of Object.keys(samples)) {
        const start = process.hrtime.bigint();
        if (name === 'superconfig') {
          const config = SuperConfig.builder({ cwd: scratch })
            .file(path)
            .limits({ documentBytes: 2 ** 30 })
            .loadSync();
          for (let at = 0; at < 10; at++) config.get(`table0.key${at}`);
          samples[name].push(Number(process.hrtime.bigint() - start));
          config.close();
        } else {
          const tree = JSON.parse(readFileSync(path, 'utf8'));
          for (let at = 0; at < 10; at++) tree.table0[`key${at}`];
          samples[name].push(Number(process.hrtime.bigint() - start));
        }
      }
    }
    const results = Object.fromEntries(Object.entries(samples).map(([name, list]) => [name, median(list)]));
    rows.push({ id: `keys-${keys}`, title: `Load ${keys.toLocaleString('en')} keys of JSON and read ten`, unit: 'ns', ours: ['superconfig'], results });
  }
  small(scratch);
  const config = SuperConfig.builder({ cwd: scratch }).file('one.json').loadSync();
  const results = {};
  for (const count of quick ? [1, 2] : [1, 2, 4, 8]) results[`${count} worker${count > 1 ? 's' : ''}`] = await withWorkers(count, config.token);
  config.close();
  rows.push({ id: 'workers', title: '`handle.value` with so many workers reading at the same time', unit: 'ns', ours: Object.keys(results), results });

  const before = registry.stats().memoryUsageBytes;
  const many = Array.from({ length: 1000 }, () => SuperConfig.builder({ cwd: scratch }).file('one.json').loadSync());
  const each = (registry.stats().memoryUsageBytes - before) / many.length;
  for (const one of many) one.close();
  const handles = Array.from({ length: 10_000 }, (_, at) => registry.insert(at));
  const smallHandle = (registry.stats().memoryUsageBytes - before) / handles.length;
  for (const handle of handles) handle.close();
  rows.push({
    id: 'memory',
    title: 'Memory that the registry holds',
    unit: 'bytes',
    ours: ['a small configuration with its text', 'a small handle'],
    results: {
      'a small configuration with its text': each,
      'a small handle': smallHandle,
      'its JSON text': JSON.stringify(SMALL).length,
    },
  });
  const contenders = ['superconfig', 'superconfig, `current` read', 'by hand', 'convict', 'nconf', 'node-config'];
  rows.push({
    id: 'memory-loaded',
    title: 'Memory of the process for each configuration of two small files that it keeps',
    unit: 'bytes',
    ours: contenders.slice(0, 2),
    results: cold(Object.fromEntries(contenders.map((name) => [name, ['--expose-gc', '--max-semi-space-size=1', 'memory.mjs', name, scratch]])), quick ? 1 : 3),
  });
  return rows;
}

if (!isMainThread && workerData?.token !== undefined) read();
