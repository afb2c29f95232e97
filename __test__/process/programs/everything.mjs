// Everything that a platform could get wrong, once: loading, variables, origins, watching, workers and reloading, in its file system and threads.
// Prints how long a change on disk took to arrive.
import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { parse, registry, SuperConfig } from 'superconfig';

/** Waits for a condition; emulated processors are slow. */
async function until(holds, what) {
  const end = Date.now() + 60_000;
  while (!holds()) {
    assert(Date.now() < end, `${what} never came true`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** The thread that reads what another one loaded, and hears of the next version. */
async function read() {
  const config = SuperConfig.attach(workerData.token);
  parentPort.postMessage(config.get('server.port'));
  await until(() => config.get('server.port') === 9002, 'the next version in a worker');
  const shared = registry.find('shared');
  parentPort.postMessage([config.version, shared.value.from]);
  shared.close();
  config.close();
}

/** A thread that ends with the only configuration of the process that is watched. */
function watchAlone() {
  SuperConfig.builder({ cwd: workerData.root, env: {} }).file('app.toml').watch().loadSync();
  parentPort.postMessage('watching');
  if (workerData.stays) parentPort.on('message', () => {});
}

async function main() {
  const root = mkdtempSync(join(tmpdir(), 'superconfig-everything-'));
  const write = (name, text) => {
    // As editors do: a reader never finds half of it.
    writeFileSync(join(root, `${name}.new`), text);
    for (let left = 100; ; left -= 1) {
      try {
        return renameSync(join(root, `${name}.new`), join(root, name));
      } catch (error) {
        // Windows replaces no file that is being read.
        if (left === 0 || process.platform !== 'win32') throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
      }
    }
  };
  write('app.toml', '[server]\nport = 8080\nhosts = ["a", "ü"]\n');
  write('more.yaml', 'server:\n  timeout: 1.5\n  token: s3cret\nbig: 9007199254740993\n');
  const sources = () =>
    SuperConfig.builder({ cwd: root, env: { APP_SERVER__PORT: '9000' } })
      .file('app.toml')
      .file('more.yaml');

  const config = await sources().env('APP').watch({ debounceMs: 10 }).load();
  assert.deepEqual(config.current, { server: { port: 9000, hosts: ['a', 'ü'], timeout: 1.5, token: 's3cret' }, big: 9007199254740993n });
  const { winner, candidates } = config.explain('server.port');
  assert.equal(winner.variable, 'APP_SERVER__PORT');
  assert.deepEqual([candidates[0].file, candidates[0].line], ['app.toml', 2]);
  assert(!JSON.stringify(config).includes('s3cret'));
  assert.equal(config.explain('server.timeout').winner.line, 2);
  config.close();

  assert.throws(() => sources().file('none.json').loadSync(), { code: 'ERR_SUPERCONFIG_NOT_FOUND' });
  assert.deepEqual(parse('{"a": [1, -0.5, null]}', 'json'), { a: [1, -0.5, null] });

  const watched = sources().watch({ debounceMs: 10 }).loadSync();
  const kinds = new Set(watched.status.watching.map(({ mode }) => mode));
  const worker = new Worker(new URL(import.meta.url), { workerData: { token: watched.token } });
  const told = [];
  worker.on('message', (message) => told.push(message));
  const ended = new Promise((resolve, reject) => {
    worker.on('error', reject);
    worker.on('exit', resolve);
  });
  const entry = registry.insert({ from: 'main' }, { name: 'shared' });
  await until(() => told.length === 1, 'a value in a worker');
  assert.equal(told[0], 8080);

  const changes = [];
  watched.on('change', ({ changed }) => changes.push(changed));
  const started = performance.now();
  write('app.toml', '[server]\nport = 9001\nhosts = ["a", "ü"]\n');
  await until(() => changes.length === 1, 'a change on disk');
  const took = Math.round(performance.now() - started);
  assert.deepEqual(changes, [['server.port']]);

  // What does not parse changes nothing; a reload that is asked for comes at once.
  write('app.toml', '[server\n');
  assert.throws(() => watched.reloadSync(), { code: 'ERR_SUPERCONFIG_PARSE' });
  assert.equal(watched.get('server.port'), 9001);
  write('app.toml', '[server]\nport = 9002\nhosts = ["a", "ü"]\n');
  await watched.reload();
  assert.equal(watched.get('server.port'), 9002);
  await until(() => told.length === 2, 'a version in a worker');
  assert.deepEqual(told[1], [watched.version, 'main']);
  await ended;
  entry.close();
  watched.close();

  for (const stays of [false, true]) {
    const alone = new Worker(new URL(import.meta.url), { workerData: { root, stays } });
    let hasEnded = false;
    alone.on('exit', () => {
      hasEnded = true;
    });
    await new Promise((resolve, reject) => {
      alone.once('message', resolve);
      alone.once('error', reject);
    });
    if (stays) alone.terminate();
    await until(() => hasEnded, 'the end of a worker that watches alone');
  }
  rmSync(root, { recursive: true, force: true });
  process.stdout.write(`${JSON.stringify({ watchedBy: [...kinds].sort(), changeMs: took })}\n`);
}

if (isMainThread) await main();
else if (workerData.token === undefined) watchAlone();
else await read();
