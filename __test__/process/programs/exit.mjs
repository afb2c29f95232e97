// Ends with handles, watchers, listeners and iterators alive, in the way that its argument says.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { registry, SuperConfig } from 'superconfig';

const root = mkdtempSync(join(tmpdir(), 'superconfig-exit-'));
process.on('exit', () => rmSync(root, { recursive: true, force: true }));
writeFileSync(join(root, 'app.json'), '{"value": 0}');
const config = SuperConfig.builder({ cwd: root, env: {} }).name('exit').file('app.json').watch({ debounceMs: 1 }).loadSync();
const handle = config.handle('value');
config.on('change', () => {});
handle.on(() => {});
config.changes().next();
registry.insert({ kept: true }, { name: 'kept' });
registry.insert({ expiring: true }, { ttlMs: 60_000 });
const change = () => writeFileSync(join(root, 'app.json'), '{"value": 1}');

const ways = {
  falls: () => {
    process.exitCode = 3;
  },
  exits: () => process.exit(3),
  'exits-with-loads': () => {
    for (let at = 0; at < 8; at++) config.reload();
    change();
    process.exit(3);
  },
  'exits-in-listener': () => {
    config.on('change', () => process.exit(3));
    setTimeout(() => process.exit(4), 10_000);
    change();
  },
  'exits-with-workers': () => {
    const source = `
      const { parentPort, workerData } = require('node:worker_threads');
      import(workerData).then(({ SuperConfig }) => {
        const config = SuperConfig.attach('exit');
        config.on('change', () => {});
        parentPort.postMessage('ready');
        for (;;) config.current;
      });
    `;
    const worker = new Worker(source, { eval: true, workerData: import.meta.resolve('superconfig') });
    worker.on('message', () => process.exit(3));
    change();
  },
  throws: () => {
    process.on('uncaughtException', () => process.exit(3));
    setImmediate(() => {
      throw new Error('not caught');
    });
  },
};
ways[process.argv[2]]();
