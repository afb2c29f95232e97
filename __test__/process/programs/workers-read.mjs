// Eight workers read while the main thread reloads a thousand times: each sees versions only rise, and never two of them mixed.
// Between two pauses a worker reads as often as the first argument says; the second is another number of reloads.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { SuperConfig } from 'superconfig';

const WORKERS = 8;
// The arguments of the process are not those of its workers.
const READS = Number(workerData?.reads ?? process.argv[2] ?? 100);
const RELOADS = Number(workerData?.reloads ?? process.argv[3] ?? 1000);

/** Reads in every way there is, until the last version is seen. */
async function read() {
  const config = SuperConfig.attach(workerData.token);
  const first = config.handle('first');
  const last = config.handle(['nested', 'last']);
  let version = 0;
  let reads = 0;
  for (;;) {
    // Nothing lets the event loop turn between these, so they may only move forwards.
    const before = config.version;
    assert(before >= version, `version ${before} after ${version}`);
    const tree = config.current;
    assert.equal(tree.first, tree.nested.last, 'a mix of two versions');
    assert.equal(tree.padding.length, tree.first % 7);
    const values = [tree.first, first.value, config.get('first'), last.value, config.get('nested.last')];
    for (let at = 1; at < values.length; at++) assert(values[at] >= values[at - 1], `${values}`);
    version = before;
    reads += 1;
    if (config.get('first') === RELOADS) break;
    // A pause, in which the main thread reloads: what a worker meets is a new version each time, not the same one over and over.
    if (reads % READS === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    if (reads % 1000 === 0) globalThis.gc?.();
  }
  assert.equal(config.version, RELOADS + 1);
  first.close();
  config.close();
  parentPort.postMessage(reads);
}

async function main() {
  const root = mkdtempSync(join(tmpdir(), 'superconfig-workers-'));
  const write = (value) => {
    writeFileSync(join(root, 'a.json'), JSON.stringify({ first: value, padding: Array(value % 7).fill('x') }));
    writeFileSync(join(root, 'b.toml'), `[nested]\nlast = ${value}\n`);
  };
  write(0);
  const config = SuperConfig.builder({ cwd: root, env: {} }).file('a.json').file('b.toml').loadSync();
  const workers = Array.from(
    { length: WORKERS },
    () => new Worker(new URL(import.meta.url), { workerData: { token: config.token, reads: READS, reloads: RELOADS } }),
  );
  const ended = workers.map(
    (worker) =>
      new Promise((resolve, reject) => {
        let reads = 0;
        worker.on('message', (count) => {
          reads = count;
        });
        worker.on('error', reject);
        worker.on('exit', (code) => (code === 0 && reads > 0 ? resolve(reads) : reject(new Error(`exit ${code} after ${reads} reads`))));
      }),
  );
  const failed = Promise.all(ended);
  for (let value = 1; value <= RELOADS; value++) {
    write(value);
    const { changed } = value % 2 === 0 ? config.reloadSync() : await config.reload();
    assert(changed.includes('first') && changed.includes('nested.last'), `${changed}`);
    assert.equal(config.current.first, value);
  }
  const reads = await failed;
  assert.equal(reads.length, WORKERS);
  config.close();
  rmSync(root, { recursive: true });
}

await (isMainThread ? main() : read());
