// A worker that reads a configuration when it is told to, answers messages, and says when it has heard of a change.
import { parentPort, workerData } from 'node:worker_threads';
import { SuperConfig } from 'superconfig';

const { token, reads } = workerData;
const config = SuperConfig.attach(token);
const handle = config.handle('tick');
config.on('change', () => parentPort.postMessage('changed'));
parentPort.on('message', (what) => {
  let sum = 0;
  if (what === 'read') for (let at = 0; at < reads; at++) sum += handle.value;
  parentPort.postMessage(sum);
});
parentPort.postMessage('ready');
