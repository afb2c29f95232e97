// `current` sees what any thread publishes at the next read, without a turn of the event loop, and keeps nothing alive.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { file, loadConfigSync, registry, SuperConfig } from 'superconfig';

const read = (path) => JSON.parse(readFileSync(path, 'utf8')).value;
function write(path, value) {
  // Whole: a load that meets half a file fails.
  writeFileSync(`${path}.new`, JSON.stringify({ value, table: { list: [value] } }));
  renameSync(`${path}.new`, path);
}

/** Does what the main thread asks for while that stands still. */
const tasks = {
  async reload() {
    const config = SuperConfig.attach(workerData.token);
    write(workerData.path, read(workerData.path) + 1);
    config.reloadSync();
  },
  async reads() {
    const config = SuperConfig.attach(workerData.token);
    let last = 0;
    for (let at = 0; ; at++) {
      const { current } = config;
      assert(current.value >= last && config.get('value') >= current.value);
      // What `get` has found, `current` does not go back behind.
      const newest = config.get('value');
      last = config.current.value;
      assert(last >= newest);
      if (at === 100) parentPort.postMessage('at it');
      if (at % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  },
};

async function work() {
  await tasks[workerData.task]();
  Atomics.store(workerData.done, 0, 1);
  Atomics.notify(workerData.done, 0);
}

function standStillFor(task, data) {
  const done = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL(import.meta.url), { workerData: { ...data, task, done } });
  worker.unref();
  assert.equal(Atomics.wait(done, 0, 0, 30_000), 'ok');
}

function others(path, root) {
  const options = { cwd: root, env: {}, sources: [file('app.json')] };
  const config = loadConfigSync(options);
  const other = loadConfigSync({ env: {}, sources: [] });
  const commonjs = createRequire(import.meta.url)('superconfig').SuperConfig.attach(config.token);
  assert.notEqual(commonjs.constructor, SuperConfig);
  const before = [config.current, other.current, commonjs.current];
  assert.equal(config.current, before[0]);
  return { config, other, commonjs, before, next: () => write(path, read(path) + 1) };
}

async function main() {
  const root = mkdtempSync(join(tmpdir(), 'superconfig-current-'));
  const path = join(root, 'app.json');
  write(path, 1);
  const { config, other, commonjs, before, next } = others(path, root);
  const isSeen = (how) => {
    const value = read(path);
    for (const one of [config, commonjs]) {
      const { current } = one;
      assert.deepEqual([how, current], [how, { value, table: { list: [value] } }]);
      assert.equal(one.current, current, how);
    }
    assert.equal(other.current, before[1], how);
  };
  isSeen('a load');
  next();
  config.reloadSync();
  isSeen('a reload');
  next();
  await config.reload();
  isSeen('a reload on another thread');
  standStillFor('reload', { token: config.token, path });
  isSeen('a reload by a worker');
  assert.equal(before[0].value, 1);
  assert(Object.isFrozen(config.current) && Object.isFrozen(config.current.table) && Object.isFrozen(config.current.table.list));

  const watched = loadConfigSync({ cwd: root, env: {}, sources: [file('app.json')], watch: { debounceMs: 1 } });
  const { current } = watched;
  next();
  // Nothing turns meanwhile.
  for (const until = Date.now() + 30_000; watched.current === current; ) assert(Date.now() < until, 'the watcher published nothing');
  assert.equal(watched.current.value, read(path));

  // Workers come and go while versions are published.
  for (let round = 0; round < 8; round++) {
    const workers = Array.from({ length: 3 }, () => new Worker(new URL(import.meta.url), { workerData: { task: 'reads', token: watched.token } }));
    const started = workers.map((worker) => new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject)));
    await Promise.all(started);
    const ending = workers.map((worker) => worker.terminate());
    for (let at = 0; at < 20; at++) {
      next();
      watched.reloadSync();
      assert.equal(watched.current.value, read(path));
    }
    await Promise.all(ending);
  }
  watched.close();
  assert.throws(() => watched.current, { code: 'ERR_SUPERCONFIG_CLOSED' });

  next();
  const last = { value: read(path), table: { list: [read(path)] } };
  config.reloadSync();
  config.close();
  assert.throws(() => config.current, { code: 'ERR_SUPERCONFIG_CLOSED' });
  // Each keeps it open for itself.
  assert.deepEqual(commonjs.current, last);
  commonjs.close();
  assert.throws(() => commonjs.current, { code: 'ERR_SUPERCONFIG_CLOSED' });

  // Nothing that was read is kept. Nothing is published either, so nothing makes anyone look.
  let left = 0;
  const collected = new FinalizationRegistry(() => (left -= 1));
  const drop = () => {
    const config = loadConfigSync({ env: {}, sources: [file(path)] });
    assert.deepEqual(config.current, last);
    collected.register(config);
    left += 1;
  };
  for (let at = 0; at < 500; at++) drop();
  for (let turns = 0; left > 0 || registry.stats().totalHandles > 1; turns++) {
    assert(turns < 200, `${left} configurations are left`);
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.deepEqual(other.current, {});
  other.close();
  rmSync(root, { recursive: true });
}

await (isMainThread ? main() : work());
