import { spawnSync } from 'node:child_process';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ConfigChange, loadConfigSync, SuperConfig, file as sourceFile } from '../../ts/index.ts';
import { code } from '../support/errors.ts';
import { persistently } from '../support/platform.ts';
import { warnings } from '../support/warnings.ts';
import { until, Watched } from '../support/watched.ts';

let watched: Watched;
beforeEach(() => {
  watched = new Watched();
});
afterEach(() => watched[Symbol.dispose]());

describe('change', () => {
  test('has the version, the changed paths, and the trees before and after', async () => {
    const before = watched.config.current;
    watched.write('app.json', '{"value": 1, "more": {"list": [1]}}');
    const change = await watched.change();
    expect(change.version).toBe(2);
    expect(change.changed).toEqual(['more.list', 'value']);
    expect(change.previous).toEqual({ value: 0 });
    expect(change.previous).toEqual(before);
    expect(change.current).toEqual({ value: 1, more: { list: [1] } });
    expect(change.current).toBe(change.current);
    expect(Object.isFrozen(change.current.more)).toBe(true);
    expect(watched.config.version).toBe(2);
    expect(watched.config.current).toEqual(change.current);
  });

  test.each([
    ['in place', (path: string, text: string) => writeFileSync(path, text)],
    [
      'by renaming',
      (path: string, text: string) => {
        writeFileSync(`${path}.new`, text);
        persistently(() => renameSync(`${path}.new`, path));
      },
    ],
    [
      'after deleting',
      (path: string, text: string) => {
        persistently(() => rmSync(path));
        persistently(() => writeFileSync(path, text));
      },
    ],
  ])('comes for each write %s, once', async (_, write) => {
    for (let round = 1; round <= 200; round++) {
      write(watched.at('app.json'), `{"value": ${round}}`);
      let event = await watched.next();
      // The file may be looked at in the moment in which there is none.
      if (event instanceof Error) event = await watched.next();
      expect((event as ConfigChange<{ value: number }>).current.value).toBe(round);
    }
    expect(watched.config.version).toBe(201);
    expect(watched.config.get('value')).toBe(200);
  });

  test('of reload() is delivered before that returns', async () => {
    const config = SuperConfig.builder({ cwd: watched.directory.path, env: {} }).file('app.json').loadSync();
    const heard: number[] = [];
    config.on('change', ({ version }) => heard.push(version));
    watched.write('app.json', '{"value": 1}');
    expect(config.reloadSync()).toEqual({ version: 2, changed: ['value'] });
    expect(heard).toEqual([2]);
    watched.write('app.json', '{"value": 2}');
    expect(await config.reload()).toEqual({ version: 3, changed: ['value'] });
    expect(heard).toEqual([2, 3]);
    expect(config.reloadSync().changed).toEqual([]);
    expect(heard).toEqual([2, 3]);
    config.close();
  });

  test('covers all versions that were published while the thread was busy', async () => {
    const reader = SuperConfig.attach(watched.config.token);
    const heard: ConfigChange<{ value: number }>[] = [];
    reader.on('change', (change) => heard.push(change));
    for (const name of ['a', 'b', 'c']) {
      watched.write('app.json', `{"value": 0, "${name}": 1}`);
      // Told to `watched` at once; the other one hears of it when this function waits.
      watched.config.reloadSync();
    }
    await until(() => heard.length > 0);
    expect(heard[0]?.changed).toEqual(['a', 'b', 'c']);
    expect(heard[0]?.previous).toEqual({ value: 0 });
    expect(heard[0]?.current).toEqual({ value: 0, c: 1 });
    expect(heard.length).toBe(1);
    reader.close();
  });

  test('shows no secret when it is printed', async () => {
    watched.write('app.json', '{"value": 1, "password": "hunter2"}');
    const change = await watched.change();
    expect(change.current.password).toBe('hunter2');
    for (const shown of [inspect(change), JSON.stringify(change)]) {
      expect(shown).toContain('[redacted]');
      expect(shown).not.toContain('hunter2');
    }
    expect(JSON.parse(JSON.stringify(change))).toEqual({
      version: 2,
      changed: ['password', 'value'],
      previous: { value: 0 },
      current: { value: 1, password: '[redacted]' },
    });
  });

  test('is not emitted for the same content', async () => {
    const loaded = watched.config.status.lastReload.getTime();
    await new Promise((resolve) => setTimeout(resolve, 5));
    writeFileSync(watched.at('app.json'), '{ "value" : 0 }');
    await until(() => watched.config.status.lastReload.getTime() > loaded);
    watched.write('app.json', '{"value": 1}');
    expect((await watched.change()).version).toBe(2);
  });
});

describe('listeners', () => {
  test('that throw or reject stop no other listener, and become warnings', async () => {
    const told = await warnings(async () => {
      const heard: string[] = [];
      watched.config.on('change', () => {
        throw new Error('first');
      });
      watched.config.on('change', async () => {
        throw new Error('second');
      });
      watched.config.on('change', () => {
        throw Object.create(null);
      });
      watched.config.on('change', ({ changed }) => (changed as string[]).pop());
      watched.config.on('change', ({ changed }) => heard.push(...changed));
      watched.write('app.json', '{"value": 1}');
      await until(() => heard.length > 0);
      await new Promise((resolve) => setImmediate(resolve));
    });
    expect(told.length).toBe(3);
    expect(told[0]).toMatch(/listener of 'change' threw: Error: first/);
    expect(told[1]).toMatch(/an object/);
    expect(told[2]).toMatch(/Error: second/);
  });

  test('are not called once they are removed, each call of on for itself', async () => {
    const heard: string[] = [];
    const listener = () => heard.push('same');
    const offs = [watched.config.on('change', listener), watched.config.on('change', listener)];
    const own = watched.config.on('change', () => {
      heard.push('once');
      own();
      own();
    });
    watched.write('app.json', '{"value": 1}');
    await watched.change();
    expect(heard).toEqual(['same', 'same', 'once']);
    offs[0]?.();
    watched.write('app.json', '{"value": 2}');
    await watched.change();
    expect(heard).toEqual(['same', 'same', 'once', 'same']);
  });

  test('may reload and close', async () => {
    const heard: number[] = [];
    watched.config.on('change', ({ version }) => {
      heard.push(version);
      if (version === 2) {
        watched.write('app.json', '{"value": 2}');
        watched.config.reloadSync();
        expect(heard).toEqual([2]);
      } else {
        watched.config.close();
      }
    });
    watched.write('app.json', '{"value": 1}');
    await until(() => heard.length === 2);
    expect(heard).toEqual([2, 3]);
    expect(code(() => watched.config.version)).toBe('ERR_SUPERCONFIG_CLOSED');
  });

  test('have to be functions, for known events', () => {
    expect(code(() => watched.config.on('changed' as 'change', () => {}))).toBe('ERR_SUPERCONFIG_OPTION');
    expect(code(() => watched.config.on('change', 3 as never))).toBe('ERR_SUPERCONFIG_OPTION');
    expect(code(() => watched.config.handle('value').on(undefined as never))).toBe('ERR_SUPERCONFIG_OPTION');
    watched.config.close();
    expect(code(() => watched.config.on('change', () => {}))).toBe('ERR_SUPERCONFIG_CLOSED');
    expect(code(() => watched.config.changes())).toBe('ERR_SUPERCONFIG_CLOSED');
  });
});

describe('error', () => {
  test('is emitted once, keeps the last good version, and is in status', async () => {
    watched.write('app.json', '{"value": ');
    const error = await watched.error();
    expect(error.code).toBe('ERR_SUPERCONFIG_PARSE');
    expect(error.origin?.file).toBe('app.json');
    expect(error.origin?.line).toBe(1);
    expect(watched.config.get('value')).toBe(0);
    const { lastError, staleSince, version } = watched.config.status;
    expect(version).toBe(1);
    expect(lastError?.code).toBe('ERR_SUPERCONFIG_PARSE');
    expect(staleSince).toBeInstanceOf(Date);
    watched.write('app.json', '{"value": 1}');
    expect((await watched.change()).current.value).toBe(1);
    expect(watched.config.status).not.toHaveProperty('lastError');
    expect(watched.config.status).not.toHaveProperty('staleSince');
  });

  test('of reload() is thrown and emitted', async () => {
    watched.write('app.json', '!');
    expect(code(() => watched.config.reloadSync())).toBe('ERR_SUPERCONFIG_PARSE');
    expect((await watched.error()).code).toBe('ERR_SUPERCONFIG_PARSE');
    await expect(watched.config.reload()).rejects.toMatchObject({ code: 'ERR_SUPERCONFIG_PARSE' });
  });

  test('without a listener is one process warning without secrets', async () => {
    const told = await warnings(async () => {
      const config = SuperConfig.builder({ cwd: watched.directory.path, env: {} }).file('app.json').watch({ debounceMs: 10 }).loadSync();
      watched.write('app.json', '{"password": "hunter2"');
      await until(() => config.status.lastError !== undefined);
      await watched.error();
      expect(config.get('value')).toBe(0);
      watched.write('app.json', '{"value": 1}');
      await until(() => config.version === 2);
      config.close();
    });
    expect(told.length).toBe(1);
    expect(told[0]).toContain('last good configuration stays in use');
    expect(told[0]).not.toContain('hunter2');
  });

  test('of reload() without a listener is no warning', async () => {
    const told = await warnings(async () => {
      const config = SuperConfig.builder({ cwd: watched.directory.path, env: {} }).file('app.json').loadSync();
      watched.write('app.json', '!');
      expect(code(() => config.reloadSync())).toBe('ERR_SUPERCONFIG_PARSE');
      config.close();
    });
    expect(told).toEqual([]);
  });
});

describe('handle.on', () => {
  test('receives changes at or below its path, and no others', async () => {
    watched.write('app.json', '{"db": {"host": "a", "pool": {"max": 1}}, "list": [{"x": 1}, {"x": 2}], "value": 0}');
    await watched.change();
    const heard: [string, readonly string[], unknown, unknown][] = [];
    for (const path of ['db.pool', 'db.host', 'list[0].x', 'list.1', 'later', 'db']) {
      watched.config.handle(path).on(({ changed, previous, current }) => heard.push([path, changed, previous, current]));
    }
    watched.write('app.json', '{"db": {"host": "a", "pool": {"max": 2}}, "list": [{"x": 1}, {"x": 3}], "value": 0, "later": true}');
    await watched.change();
    expect(heard).toEqual([
      ['db.pool', ['db.pool.max'], { max: 1 }, { max: 2 }],
      ['list.1', ['list.1.x'], { x: 2 }, { x: 3 }],
      ['later', ['later'], undefined, true],
      ['db', ['db.pool.max'], { host: 'a', pool: { max: 1 } }, { host: 'a', pool: { max: 2 } }],
    ]);
    heard.length = 0;
    watched.write('app.json', '{"db": 3, "value": 0}');
    await watched.change();
    expect(heard.map(([path, changed, , current]) => [path, changed, current])).toEqual([
      ['db.pool', ['db.pool.max'], undefined],
      ['db.host', ['db.host'], undefined],
      ['list[0].x', ['list[0].x'], undefined],
      ['list.1', ['list.1.x'], undefined],
      ['later', ['later'], undefined],
      ['db', ['db', 'db.host', 'db.pool.max'], 3],
    ]);
  });

  test('ends with off, with the handle, and takes paths as segments', async () => {
    const heard: string[] = [];
    const handle = watched.config.handle(['value']);
    const off = handle.on(() => heard.push('first'));
    handle.on(({ current }) => heard.push(`second ${current}`));
    watched.write('app.json', '{"value": 1}');
    await watched.change();
    off();
    watched.write('app.json', '{"value": 2}');
    await watched.change();
    handle.close();
    watched.write('app.json', '{"value": 3}');
    await watched.change();
    expect(heard).toEqual(['first', 'second 1', 'second 2']);
    expect(code(() => handle.on(() => {}))).toBe('ERR_SUPERCONFIG_CLOSED');
    expect(code(() => watched.config.handle('a..b').on(() => {}))).toBe('ERR_SUPERCONFIG_PATH');
  });

  test('shows no secret when its change is printed', async () => {
    const shown: string[] = [];
    watched.config.handle('token').on((change) => shown.push(inspect(change)));
    watched.write('app.json', '{"token": "abc123"}');
    await watched.change();
    expect(shown[0]).toContain('[redacted]');
    expect(shown[0]).not.toContain('abc123');
  });
});

describe('changes', () => {
  test('yields each change, and to a slow loop the newest with all paths', async () => {
    const changes = watched.config.changes();
    for (const [round, name] of ['a', 'b', 'c'].entries()) {
      watched.write('app.json', `{"value": ${round + 1}, "${name}": 1}`);
      await watched.change();
    }
    const first = await changes.next();
    expect(first.value?.changed).toEqual(['a', 'b', 'c', 'value']);
    expect(first.value?.previous).toEqual({ value: 0 });
    expect(first.value?.current).toEqual({ value: 3, c: 1 });
    const next = changes.next();
    const after = changes.next();
    watched.write('app.json', '{"value": 4}');
    expect((await next).value?.changed).toEqual(['c', 'value']);
    watched.config.close();
    expect(await after).toEqual({ done: true, value: undefined });
    expect(await changes.next()).toEqual({ done: true, value: undefined });
  });

  test('of a path leaves out changes elsewhere', async () => {
    const versions: [number, readonly string[]][] = [];
    const loop = (async () => {
      for await (const change of watched.config.changes({ path: 'db' })) versions.push([change.version, change.changed]);
    })();
    watched.write('app.json', '{"value": 1}');
    await watched.change();
    watched.write('app.json', '{"value": 2, "db": {"host": "a"}}');
    await watched.change();
    watched.write('app.json', '{"value": 3, "db": {"host": "a"}}');
    await watched.change();
    await new Promise((resolve) => setImmediate(resolve));
    watched.config.close();
    await loop;
    expect(versions).toEqual([[3, ['db.host']]]);
    expect(code(() => new Watched().config.changes({ path: 'a..b' }))).toBe('ERR_SUPERCONFIG_PATH');
  });

  test('end when the loop is left and when the signal aborts', async () => {
    watched.write('app.json', '{"value": 1}');
    for await (const change of watched.config.changes()) {
      expect(change.current.value).toBe(1);
      break;
    }
    const controller = new AbortController();
    const loop = (async () => {
      for await (const _ of watched.config.changes({ signal: controller.signal })) throw new Error('nothing changed');
    })();
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    await loop;
    for await (const _ of watched.config.changes({ signal: controller.signal })) throw new Error('it was aborted before');
    expect(code(() => watched.config.changes({ signal: 3 as never }))).toBe('ERR_SUPERCONFIG_OPTION');
  });
});

describe('status', () => {
  test('lists what is watched and how', () => {
    const { watching, lastReload, profiles } = watched.config.status;
    expect(watching).toContainEqual({ path: watched.at('app.json'), mode: 'native' });
    expect(Date.now() - lastReload.getTime()).toBeLessThan(60_000);
    expect(profiles).toEqual([]);
    const plain = loadConfigSync({ cwd: watched.directory.path, sources: [sourceFile('app.json')] });
    expect(plain.status.watching).toEqual([]);
    plain.close();
  });

  test('says why it polls', async () => {
    const options = { cwd: watched.directory.path, env: {}, sources: [sourceFile('app.json')], watch: { poll: 20, debounceMs: 5 } };
    const config = loadConfigSync(options);
    expect(config.status.watching[0]).toMatchObject({ mode: 'polling', reason: expect.stringContaining('poll') });
    watched.write('app.json', '{"value": 1}');
    await until(() => config.version === 2);
    config.close();
  });
});

test.each([
  [{ watch: { debounceMs: -1 } }, /debounceMs/],
  [{ watch: { poll: '1s' } }, /poll/],
  [{ watch: { debounce: 10 } }, /debounceMs/],
  [{ watch: 3 }, /watch/],
])('options are checked: %j', (options, message) => {
  const load = () => loadConfigSync({ cwd: watched.directory.path, sources: [], ...options } as never);
  expect(code(load)).toBe('ERR_SUPERCONFIG_OPTION');
  expect(load).toThrow(message);
});

test('watch: true and false', () => {
  for (const watch of [true, false]) {
    const config = loadConfigSync({ cwd: watched.directory.path, env: {}, sources: [sourceFile('app.json')], watch });
    expect(config.status.watching.length > 0).toBe(watch);
    config.close();
  }
});

// A busy thread reads long after it was asked to, while the next pair is written.
test('a schema sees two files that change together in one version', async () => {
  watched.write('a.json', '{"a": 0}');
  watched.write('b.json', '{"b": 0}');
  const debounceMs = 40;
  const config = SuperConfig.builder({ cwd: watched.directory.path, env: {} })
    .file('a.json')
    .file('b.json')
    .schema(v.object({ a: v.number(), b: v.number() }))
    .watch({ debounceMs, maxWaitMs: 60_000 })
    .loadSync();
  const seen: { a: number; b: number }[] = [];
  config.on('change', ({ current }) => seen.push(current as { a: number; b: number }));
  const source = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { writeFileSync } = require('node:fs');
    const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    const slow = [];
    for (let value = 1; value <= 60; value++) {
      const started = performance.now();
      writeFileSync(workerData.root + '/a.json', '{"a": ' + value + '}');
      sleep(10);
      writeFileSync(workerData.root + '/b.json', '{"b": ' + value + '}');
      // The clock of a file system ticks.
      if (performance.now() - started >= workerData.debounceMs - 10) slow.push(value);
      sleep(50 + (value % 5) * 10);
    }
    parentPort.postMessage(slow);
  `;
  const worker = new Worker(source, { eval: true, workerData: { root: watched.directory.path, debounceMs } });
  let slow: number[] | undefined;
  worker.on('message', (message: number[]) => {
    slow = message;
  });
  while (slow === undefined) {
    for (const end = performance.now() + Math.random() * 60; performance.now() < end; );
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await until(() => config.get('a') === 60 && config.get('b') === 60);
  expect(seen.length).toBeGreaterThan(5);
  expect(seen.filter(({ a, b }) => a < b || (a > b && !slow?.includes(a)))).toEqual([]);
  config.close();
});

test('the main thread and a worker receive each of 200 changes once', async () => {
  const source = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { SuperConfig } = require(workerData.facade);
    const config = SuperConfig.attach(workerData.token);
    config.on('change', ({ current }) => parentPort.postMessage(current.value));
    parentPort.on('message', () => {});
    parentPort.postMessage(0);
  `;
  const facade = join(import.meta.dirname, '../../ts/dist/index.cjs');
  const heard: number[] = [];
  const worker = new Worker(source, { eval: true, workerData: { facade, token: watched.config.token } });
  worker.on('message', (value: number) => heard.push(value));
  await until(() => heard.length === 1);
  for (let round = 1; round <= 200; round++) {
    watched.write('app.json', `{"value": ${round}}`);
    expect((await watched.change()).current.value).toBe(round);
    await until(() => heard.length === round + 1);
  }
  await worker.terminate();
  expect(heard).toEqual(Array.from({ length: 201 }, (_, value) => value));
  expect(watched.events.length).toBe(200);
});

test('workers receive the same versions', async () => {
  const source = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { SuperConfig } = require(workerData.facade);
    const config = SuperConfig.attach(workerData.token);
    config.on('change', ({ version, changed, current }) => parentPort.postMessage([version, changed, current.value, config.get('value')]));
    config.on('error', (error) => parentPort.postMessage(error.code));
    parentPort.on('message', () => { config.close(); parentPort.close(); });
    parentPort.postMessage('ready');
  `;
  const facade = join(import.meta.dirname, '../../ts/dist/index.cjs');
  const heard: unknown[] = [];
  const worker = new Worker(source, { eval: true, workerData: { facade, token: watched.config.token } });
  worker.on('message', (message) => heard.push(message));
  await until(() => heard[0] === 'ready');
  watched.write('app.json', '{"value": 1}');
  await until(() => heard.length === 2);
  watched.write('app.json', '{');
  await until(() => heard.length === 3);
  expect(heard).toEqual(['ready', [2, ['value'], 1, 1], 'ERR_SUPERCONFIG_PARSE']);
  worker.postMessage('end');
  await until(() => worker.threadId === -1);
});

test('a process with watchers, listeners and iterators ends at once with its own code', () => {
  const script = `
    const { SuperConfig } = require(${JSON.stringify(join(import.meta.dirname, '../../ts/dist/index.cjs'))});
    const config = SuperConfig.builder({ cwd: ${JSON.stringify(watched.directory.path)} }).file('app.json').watch().loadSync();
    config.on('change', () => {});
    config.handle('value').on(() => {});
    const changes = config.changes();
    changes.next();
    process.exitCode = 7;
  `;
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', timeout: 15_000 });
  expect([status, stderr]).toEqual([7, '']);
});
