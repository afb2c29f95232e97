// The output of a schema arrives as it was given in workers that attach, after reloads too.
import assert from 'node:assert/strict';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { SuperConfig } from 'superconfig';

if (isMainThread) {
  let n = 5n;
  const output = () => ({ value: { n, list: [n], beyond: 2n ** 60n, ...JSON.parse('{ "__proto__": { "admin": true } }') } });
  const schema = { '~standard': { version: 1, vendor: 'test', validate: output } };
  const config = SuperConfig.builder().schema(schema).name('schema-output').loadSync();
  const worker = new Worker(new URL(import.meta.url), { workerData: config.token });
  const seen = [];
  worker.on('message', async (message) => {
    seen.push(message);
    n += 1n;
    if (seen.length < 3) await config.reload();
    worker.postMessage(seen.length < 3);
  });
  await new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject));
  const expected = (n) => ({ n, list: [n], beyond: 2n ** 60n });
  assert.deepEqual(seen, [expected(5n), expected(6n), expected(7n)]);
  config.close();
} else {
  const config = SuperConfig.attach(workerData);
  const send = () => {
    assert.deepEqual(Object.keys(config.current), ['n', 'list', 'beyond']);
    assert.equal(config.get('n'), config.current.n);
    assert.equal(config.get('list[0]'), config.current.n);
    assert.equal(config.warnings[0].code, 'forbidden-key');
    parentPort.postMessage(config.current);
  };
  send();
  parentPort.on('message', (goesOn) => {
    if (goesOn) return send();
    config.close();
    parentPort.close();
  });
}
