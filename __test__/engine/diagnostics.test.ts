// The messages on the channels of `node:diagnostics_channel`, and their absence where nobody listens.

import { execFileSync } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, test, vi } from 'vitest';
import { defaults, loadConfigSync, SuperConfig } from '../../ts/index.ts';
import { caught } from '../support/errors.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/watched.ts';

const directory = temporaryDirectory();
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** Everything that is published from now on, as `[channel, message]`. */
function published(): [string, Record<string, unknown>][] {
  const messages: [string, Record<string, unknown>][] = [];
  for (const name of ['load', 'change', 'error']) {
    const listener = (message: unknown) => messages.push([name, message as Record<string, unknown>]);
    subscribe(`superconfig:${name}`, listener);
    ends.push(() => unsubscribe(`superconfig:${name}`, listener));
  }
  return messages;
}

const build = () => SuperConfig.builder({ env: {}, cwd: directory.path }).profile([]).file('app.toml');

test('a load, a change and a failure, never with values', () => {
  directory.write('app.toml', 'port = 1\npassword = "hunter2"');
  const messages = published();
  const config = build().name('observed').loadSync();
  writeFileSync(directory.at('app.toml'), 'port = 22\npassword = "hunter22"');
  config.reloadSync();
  config.reloadSync();
  writeFileSync(directory.at('app.toml'), 'port = \n');
  caught(() => config.reloadSync());
  expect(messages.map(([name]) => name)).toEqual(['load', 'change', 'error']);
  const [load, change, error] = messages.map(([, message]) => message);
  expect(load).toEqual({ name: 'observed', version: 1, durationMs: expect.any(Number) });
  expect(change).toMatchObject({ name: 'observed', version: 2, changed: ['password', 'port'] });
  expect(error).toMatchObject({ name: 'observed', version: 2, error: { code: 'ERR_SUPERCONFIG_PARSE', origin: { file: 'app.toml', line: 1 } } });
  expect(JSON.stringify(messages)).not.toContain('hunter');
  config.close();
});

test('a load that fails, with how long it took', () => {
  const messages = published();
  caught(() => build().loadSync());
  expect(messages).toEqual([
    ['error', { durationMs: expect.any(Number), error: { code: 'ERR_SUPERCONFIG_NOT_FOUND', origin: expect.objectContaining({ file: 'app.toml' }) } }],
  ]);
});

test('changes that the watcher finds, and those of another attachment', async () => {
  directory.write('app.toml', 'port = 1');
  const messages = published();
  const watched = build().watch({ debounceMs: 5 }).loadSync();
  writeFileSync(directory.at('app.toml'), 'port = 22');
  await until(() => messages.length === 2);
  expect(messages[1]).toEqual(['change', { version: 2, changed: ['port'] }]);
  watched.close();

  const config = build().loadSync();
  writeFileSync(directory.at('app.toml'), 'port = 333');
  SuperConfig.attach(config.token).reloadSync();
  await until(() => messages.filter(([name]) => name === 'change').length >= 2);
  config.close();
});

test('without a subscriber nothing is described', () => {
  directory.write('app.toml', 'port = 1');
  const config = build().loadSync();
  writeFileSync(directory.at('app.toml'), 'port = 22');
  expect(config.reloadSync()).toEqual({ version: 2, changed: ['port'] });
  const messages = published();
  writeFileSync(directory.at('app.toml'), 'port = 333');
  config.reloadSync();
  // Those who come later hear of what this thread reloads from then on.
  expect(messages).toEqual([['change', { version: 3, changed: ['port'], durationMs: expect.any(Number) }]]);
  config.close();
});

test('a load reads no clock, and starts no delivery, where nobody subscribes', () => {
  directory.write('app.toml', 'port = 1');
  const clock = vi.spyOn(process.hrtime, 'bigint');
  const config = build().loadSync();
  writeFileSync(directory.at('app.toml'), 'port = 22');
  config.reloadSync();
  expect(clock).not.toHaveBeenCalled();
  published();
  config.reloadSync();
  expect(clock).toHaveBeenCalled();
  clock.mockRestore();
  config.close();
});

test('who subscribes after the load hears of other threads once this one has reloaded', async () => {
  directory.write('app.toml', 'port = 1');
  const config = build().loadSync();
  const messages = published();
  const reloadElsewhere = async (text: string) => {
    writeFileSync(directory.at('app.toml'), text);
    const program = 'const { parentPort, workerData } = require("node:worker_threads"); const { main, token } = workerData;';
    const worker = new Worker(`${program} require(main).SuperConfig.attach(token).reloadSync();`, {
      eval: true,
      workerData: { main: join(import.meta.dirname, '../../ts/dist/index.cjs'), token: config.token },
    });
    await once(worker, 'exit');
  };
  await reloadElsewhere('port = 22');
  expect(config.get('port')).toBe(22);
  expect(messages).toEqual([]);
  config.reloadSync();
  await reloadElsewhere('port = 333');
  await until(() => messages.length > 0);
  expect(messages).toEqual([['change', { version: 3, changed: ['port'] }]]);
  config.close();
});

test('the fingerprint is that of the values, whatever the order of keys, and leaves secrets out', () => {
  const of = (values: object) => loadConfigSync({ env: {}, profile: [], sources: [defaults(values)] }).status;
  const [one, other] = [of({ a: 1, b: { password: 'x' } }), of({ b: { password: 'y' }, a: 1 })];
  expect(one.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  expect(other.fingerprint).toBe(one.fingerprint);
  expect(other.secretsFingerprint).not.toBe(one.secretsFingerprint);
  expect(of({ a: 2, b: { password: 'x' } }).fingerprint).not.toBe(one.fingerprint);
});

test('with a key the fingerprint of secrets is the same in every process, and the key is shown nowhere', () => {
  const config = (password: string, fingerprintKey: string) => loadConfigSync({ env: {}, profile: [], sources: [defaults({ password })], fingerprintKey });
  const of = (...given: [string, string]) => config(...given).status.secretsFingerprint;
  const program = `import { defaults, loadConfigSync } from 'superconfig';
    process.stdout.write(loadConfigSync({ env: {}, profile: [], sources: [defaults({ password: 'x' })], fingerprintKey: 'k3y-of-all' }).status.secretsFingerprint);`;
  const elsewhere = execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd: join(import.meta.dirname, '../..'), encoding: 'utf8' });
  expect(of('x', 'k3y-of-all')).toBe(elsewhere);
  expect(new Set([of('x', 'k3y-of-all'), of('y', 'k3y-of-all'), of('x', 'another'), of('x', '')]).size).toBe(4);
  const one = config('x', 'k3y-of-all');
  expect(inspect([one, one.status, one.layers], { depth: 9 }) + JSON.stringify(one) + one.toString()).not.toContain('k3y');
});

test('a program in which nobody listens does not load their module, and one that listens late is told', () => {
  directory.write('app.toml', 'port = 1');
  const addon = JSON.stringify(join(import.meta.dirname, '../../ts/dist/index.js'));
  const program = `import { SuperConfig } from ${addon};
    const isLoaded = () => process.moduleLoadList.includes('NativeModule diagnostics_channel');
    const load = () => SuperConfig.builder({ cwd: ${JSON.stringify(directory.path)} }).file('app.toml').loadSync();
    const before = isLoaded();
    load();
    const after = isLoaded();
    const told = [];
    process.getBuiltinModule('diagnostics_channel').subscribe('superconfig:load', (message) => told.push(message.version));
    load();
    console.log(JSON.stringify({ added: after && !before, told }));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(JSON.parse(output)).toEqual({ added: false, told: [1] });
});
