// The time from a write on disk to the `change` event, in the main thread and in a worker: `node bench/reload-latency.mjs [rounds]`.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { SuperConfig } from '../ts/dist/index.js';

/** Nanoseconds of the one clock that all threads share. */
const now = () => process.hrtime.bigint();

/** Milliseconds at which a share of the samples had come. */
function percentile(samples, share) {
  const sorted = [...samples].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];
}

/** Milliseconds from write to event, per thread, sorted by round. */
export async function measureReloadLatency(rounds = 200, debounceMs = 50) {
  const root = mkdtempSync(join(tmpdir(), 'superconfig-latency-'));
  const path = join(root, 'app.json');
  writeFileSync(path, '{"round": 0}');
  const config = SuperConfig.builder({ cwd: root, env: {} }).file('app.json').watch({ debounceMs }).loadSync();
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: config.token });
  const heard = { main: [], worker: [] };
  let wake = () => {};
  const until = async (holds) => {
    while (!holds()) await new Promise((resolve) => (wake = resolve));
  };
  let ready = false;
  worker.on('message', (time) => {
    if (time === 'ready') ready = true;
    else heard.worker.push(time);
    wake();
  });
  await until(() => ready);
  config.on('change', () => {
    heard.main.push(now());
    wake();
  });
  const written = [];
  for (let round = 1; round <= rounds; round++) {
    written.push(now());
    writeFileSync(path, `{"round": ${round}}`);
    await until(() => heard.main.length === round && heard.worker.length === round);
  }
  await worker.terminate();
  config.close();
  rmSync(root, { recursive: true });
  const milliseconds = (times) => times.map((time, at) => Number(time - written[at]) / 1e6);
  return { rounds, debounceMs, main: milliseconds(heard.main), worker: milliseconds(heard.worker) };
}

if (!isMainThread && typeof workerData === 'string' && workerData.startsWith('superconfig:')) {
  SuperConfig.attach(workerData).on('change', () => parentPort.postMessage(now()));
  parentPort.on('message', () => {});
  parentPort.postMessage('ready');
} else if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { rounds, debounceMs, main, worker } = await measureReloadLatency(Number(process.argv[2] ?? 200));
  for (const [where, samples] of Object.entries({ main, worker })) {
    const [middle, late] = [0.5, 0.99].map((share) => percentile(samples, share).toFixed(1));
    console.log(`write to change, ${where}: p50 ${middle} ms, p99 ${late} ms of ${rounds}, ${debounceMs} ms of them the debounce`);
  }
}
