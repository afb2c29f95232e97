import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { file, folder } from '../../scripts/addon.mjs';
import { SuperConfig } from '../../ts/index.ts';
import { code } from '../support/errors.ts';
import { layers } from '../support/layers.ts';

const { write, three } = layers();

describe('threads', () => {
  test('attach opens the same configuration by name and token', () => {
    const config = three().name('attached').loadSync();
    const byName = SuperConfig.attach('attached');
    const byToken = SuperConfig.attach(config.token);
    write('more.yaml', 'server:\n  port: 1\n');
    config.reloadSync();
    expect([byName.get('server.port'), byToken.get('server.port'), byName.version]).toEqual([1, 1, 2]);
    config.close();
  });

  test('a token cannot be taken as a name, and one of no open configuration is CLOSED', async () => {
    const config = three().loadSync();
    expect(code(() => three().name(config.token).loadSync())).toBe('ERR_SUPERCONFIG_OPTION');
    expect(code(() => three().name('superconfig:later').loadSync())).toBe('ERR_SUPERCONFIG_OPTION');
    await expect(three().name(config.token).load()).rejects.toMatchObject({ code: 'ERR_SUPERCONFIG_OPTION' });
    const { token } = config;
    config.close();
    for (const other of [token, 'superconfig:', 'superconfig:01', 'superconfig:0', 'superconfig:99999999999999999999']) {
      expect([other, code(() => SuperConfig.attach(other))]).toEqual([other, 'ERR_SUPERCONFIG_CLOSED']);
    }
  });

  test('a worker thread reads the same words and values', async () => {
    const config = three().loadSync();
    expect(config.get('server.port')).toBe(9000);
    // The worker speaks to the addon that this thread has loaded, as the facade does there.
    const addon = join(import.meta.dirname, '../..', folder, file);
    const worker = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
       const native = require(workerData.addon);
       const pinned = new Float64Array(3);
       const attachment = native.attach(workerData.token, pinned);
       const id = pinned[2];
       const words = new Uint32Array(native.generations(false, new ArrayBuffer(4)));
       parentPort.on('message', () => {
         native.sync(attachment, pinned);
         const [now, version] = pinned;
         parentPort.postMessage([native.read(attachment, 'server.port', false), version, words[id & 4095] === now]);
       });`,
      { eval: true, workerData: { addon, token: config.token } },
    );
    const ask = () =>
      new Promise((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
        worker.postMessage('read');
      });
    try {
      expect(await ask()).toEqual([9000, 1, true]);
      write('more.yaml', 'server:\n  port: 9100\n');
      config.reloadSync();
      expect(await ask()).toEqual([9100, 2, true]);
    } finally {
      await worker.terminate();
    }
    expect(config.get('server.port')).toBe(9100);
  });
});
