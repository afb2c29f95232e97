// Counters of loads, the durations of their stages, and what Prometheus's own tool says of the text.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { registry, SuperConfig } from '../../ts/index.ts';
import { code } from '../support/errors.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();
const promtool = spawnSync('promtool', ['--version']).status === 0;

test.runIf(promtool)('promtool accepts the metrics, a name with quotation marks and braces included', () => {
  const config = SuperConfig.builder({ env: {} }).name('a "b" {c}').defaults({ password: 'canary' }).loadSync();
  const text = registry.metrics();
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
  expect(text).not.toContain('canary');
  config.close();
});

test('timings say how long each stage of the last load took', async () => {
  directory.write('app.json', '{ "port": 80 }');
  const config = SuperConfig.builder({ cwd: directory.path, env: {} }).file('app.json').loadSync();
  const first = config.status.timings;
  expect(Object.keys(first)).toEqual(['read', 'parse', 'merge', 'validate', 'publish']);
  for (const took of Object.values(first)) expect(took).toSatisfy((value: number) => value >= 0 && value < 60_000);
  expect(first.read > 0 && first.parse > 0).toBe(true);
  await config.reload();
  expect(config.status.timings).not.toEqual(first);
  config.close();
});

test('loads of all threads and failures are counted, and closing takes nothing back', async () => {
  directory.write('app.json', '{ "port": 80 }');
  const before = registry.stats();
  const program = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { SuperConfig } = require(workerData.addon);
    for (let at = 0; at < 10; at++) {
      const config = SuperConfig.builder({ cwd: workerData.directory, env: {} }).file('app.json').loadSync();
      config.reloadSync();
      config.close();
    }
    parentPort.postMessage('done');`;
  const addon = join(import.meta.dirname, '../../ts/dist/index.cjs');
  const workers = [1, 2].map(async () => {
    const worker = new Worker(program, { eval: true, workerData: { addon, directory: directory.path } });
    await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    await worker.terminate();
  });
  await Promise.all(workers);
  const config = SuperConfig.builder({ cwd: directory.path, env: {} }).file('app.json').loadSync();
  directory.write('app.json', '{ "port": ');
  expect(code(() => config.reloadSync())).toBe('ERR_SUPERCONFIG_PARSE');
  config.close();
  const after = registry.stats();
  expect(after.loads - before.loads).toBe(21);
  expect(after.reloads - before.reloads).toBe(21);
  expect(after.reloadFailures - before.reloadFailures).toBe(1);
  expect(after.fileReads - before.fileReads + (after.fileCacheHits - before.fileCacheHits)).toBe(42);
});
