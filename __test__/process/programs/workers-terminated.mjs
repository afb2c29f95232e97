// Workers are terminated in the middle of reads, loads, parses and events, twenty times or as often as the argument says: nothing crashes and
// nothing is left.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { file, loadConfig, loadConfigSync, parse, registry, SuperConfig } from 'superconfig';

const ROUNDS = Number(process.argv[2] ?? 20);

const tasks = {
  async reads() {
    const config = SuperConfig.attach(workerData.token);
    const handle = config.handle('value');
    parentPort.postMessage('at it');
    for (;;) {
      assert.equal(typeof handle.value, 'number');
      assert.equal(typeof config.current.value, 'number');
      registry.insert({ value: handle.value });
    }
  },
  async loads() {
    const options = { cwd: workerData.root, env: {}, sources: [file('app.json')], watch: true };
    let started = false;
    for (;;) {
      const loading = [loadConfig(options), loadConfig(options)];
      if (!started) parentPort.postMessage('at it');
      started = true;
      const [one, other] = await Promise.all(loading);
      const again = [one.reload(), other.reload()];
      loadConfigSync(options).close();
      one.close();
      await Promise.allSettled(again);
    }
  },
  async parses() {
    // Long enough that what is parsed is not copied to V8, which frees it with the thread.
    const text = Array.from({ length: 400 }, (_, at) => `key${at}: "${'x'.repeat(60)}"`).join('\n');
    for (let at = 0; ; at++) {
      assert.equal(parse(text, 'yaml').key399.length, 60);
      if (at === 10) parentPort.postMessage('at it');
    }
  },
  async events() {
    const config = SuperConfig.attach(workerData.token);
    const own = loadConfigSync({ cwd: workerData.root, env: {}, sources: [file('app.json')], watch: { debounceMs: 1 } });
    config.on('change', (change) => assert.equal(typeof change.previous.value, 'number'));
    config.handle('value').on(() => {});
    own.on('change', () => {});
    parentPort.on('message', () => {});
    parentPort.postMessage('at it');
    for await (const change of own.changes()) assert.equal(typeof change.current.value, 'number');
  },
};

/** Threads of the process, where the system tells. */
function threads() {
  return process.platform === 'linux' ? readdirSync('/proc/self/task').length : 0;
}

async function main() {
  const root = mkdtempSync(join(tmpdir(), 'superconfig-terminated-'));
  const path = join(root, 'app.json');
  let value = 0;
  const write = () => {
    // Whole: a load that meets half a file fails.
    writeFileSync(`${path}.new`, JSON.stringify({ value: ++value }));
    renameSync(`${path}.new`, path);
  };
  write();
  const config = loadConfigSync({ cwd: root, env: {}, sources: [file('app.json')], watch: { debounceMs: 1 } });
  config.on('error', () => {});
  const measures = [];
  for (let round = 0; round < ROUNDS; round++) {
    const workers = Object.keys(tasks).map((task) => new Worker(new URL(import.meta.url), { workerData: { task, root, token: config.token } }));
    await Promise.all(
      workers.map(
        (worker) =>
          new Promise((resolve, reject) => {
            worker.once('message', resolve);
            worker.once('error', reject);
          }),
      ),
    );
    // A little later in each round, with changes coming in all the while.
    for (let wait = 0; wait <= round; wait++) {
      write();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all(workers.map((worker) => worker.terminate()));
    globalThis.gc?.();
    measures.push({ ...registry.stats(), threads: threads() });
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(config.get('value') > 0, true);
  config.close();
  let left;
  // A load that was on its way when its worker ended lets go once it has ended as well, which takes its time on a busy machine.
  for (let waits = 200; waits > 0; waits -= 1) {
    globalThis.gc?.();
    left = registry.stats();
    if (left.totalHandles === 0 && left.activeReferences === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.deepEqual([left.totalHandles, left.activeReferences], [0, 0], JSON.stringify([left, measures.at(-1)]));
  // The host keeps a few threads for later; none may come with each worker.
  assert(measures.at(-1).threads <= measures[2].threads + 2, JSON.stringify(measures.map((measure) => measure.threads)));
  rmSync(root, { recursive: true });
}

await (isMainThread ? main() : tasks[workerData.task]());
