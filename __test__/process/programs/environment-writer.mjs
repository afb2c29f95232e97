// A worker that shares the environment writes it without pause while this thread loads and reloads from it.
import assert from 'node:assert/strict';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import { SuperConfig } from 'superconfig';

const writer = `let i = 0; (function write() { process.env['WRITTEN_' + i++] = 'v'.repeat(i % 50); setImmediate(write) })()`;
const worker = new Worker(writer, { eval: true, env: SHARE_ENV });
await new Promise((resolve) => worker.once('online', resolve));
const config = SuperConfig.builder().defaults({ port: 1 }).env('WRITTEN').interpolate().loadSync();
const end = Date.now() + 2000;
let count = 0;
let largest = 0;
while (Date.now() < end) {
  if (count % 10 === 9) await config.reload();
  else config.reloadSync();
  largest = Math.max(largest, Object.keys(config.current).length);
  count += 1;
  await new Promise(setImmediate);
}
assert.ok(largest > 10, `the worker wrote ${largest} variables`);
config.close();
await worker.terminate();
