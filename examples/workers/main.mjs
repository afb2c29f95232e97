// One load for all threads: workers attach by the token, and see each new version.
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { SuperConfig } from 'superconfig';

if (isMainThread) {
  const cwd = mkdtempSync(join(tmpdir(), 'superconfig-workers-'));
  writeFileSync(join(cwd, 'limits.json'), '{ "jobs": 1 }');
  const config = SuperConfig.builder({ cwd }).file('limits.json').loadSync();
  const workers = [1, 2, 3].map(() => new Worker(new URL(import.meta.url), { workerData: config.token }));
  const answers = async () => (await Promise.all(workers.map((worker) => once(worker, 'message')))).map(([jobs]) => jobs);
  console.log('before', await answers());
  const changed = answers();
  writeFileSync(join(cwd, 'limits.json'), '{ "jobs": 20 }');
  config.reloadSync();
  console.log('after', await changed);
  config.close();
  rmSync(cwd, { recursive: true });
} else {
  const config = SuperConfig.attach(workerData);
  const jobs = config.handle('jobs');
  jobs.on(({ current }) => {
    parentPort.postMessage(current);
    // Nothing else keeps this thread alive.
    clearInterval(waiting);
  });
  const waiting = setInterval(() => {}, 1000);
  parentPort.postMessage(jobs.value);
}
