// A worker loads with the environment that it has: a copy of its own, one that was given, or the one that all share.
import assert from 'node:assert/strict';
import { isMainThread, parentPort, SHARE_ENV, Worker, workerData } from 'node:worker_threads';
import { SuperConfig } from 'superconfig';

const load = () =>
  SuperConfig.builder()
    .defaults({ port: 1 })
    .env('SUPERCONFIG_TEST', { mapping: { mapped: 'SUPERCONFIG_ELSEWHERE' } })
    .interpolate()
    .overrides({ home: `\${env:SUPERCONFIG_HOME:-none}` });

if (isMainThread) {
  const names = ['SUPERCONFIG_TEST_PORT', 'SUPERCONFIG_ELSEWHERE', 'SUPERCONFIG_HOME'];
  const set = (value) => {
    for (const name of names) process.env[name] = value;
  };
  const seen = (config) => [config.get('port'), config.get('mapped'), config.get('home')];
  set('2');
  const ask = async (env, change) => {
    const worker = new Worker(new URL(import.meta.url), { ...(env === undefined ? {} : { env }), workerData: change });
    const answers = [];
    worker.on('message', (answer) => {
      answers.push(answer);
      if (answers.length === 1) {
        set('3');
        worker.postMessage('reload');
      }
    });
    await new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject));
    set('2');
    return answers;
  };
  assert.deepEqual(await ask(undefined), [
    [2, 2, 2],
    [2, 2, 2],
  ]);
  assert.deepEqual(await ask(undefined, '7'), [
    [7, 2, 2],
    [7, 2, 2],
  ]);
  assert.deepEqual(await ask({ SUPERCONFIG_TEST_PORT: '5', SUPERCONFIG_ELSEWHERE: 'x', __proto__: null }), [
    [5, 'x', 'none'],
    [5, 'x', 'none'],
  ]);
  assert.deepEqual(await ask(SHARE_ENV), [
    [2, 2, 2],
    [3, 3, 3],
  ]);
  assert.deepEqual(await ask(SHARE_ENV, '8'), [
    [8, 2, 2],
    [3, 3, 3],
  ]);
  const config = load().loadSync();
  assert.deepEqual(seen(config), [2, 2, 2]);
  process.env.SUPERCONFIG_TEST_PORT = '9';
  config.reloadSync();
  assert.equal(config.get('port'), 9);
  config.close();
} else {
  if (workerData !== undefined) process.env.SUPERCONFIG_TEST_PORT = workerData;
  const seen = (config) => [config.get('port'), config.get('mapped'), config.get('home')];
  const config = load().loadSync();
  parentPort.postMessage(seen(config));
  parentPort.once('message', async () => {
    await config.reload();
    parentPort.postMessage(seen(config));
    config.close();
  });
}
