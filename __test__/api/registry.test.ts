import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { type InsertOptions, registry, SuperConfig } from '../../ts/index.ts';
import { code } from '../support/errors.ts';
import { until } from '../support/watched.ts';

describe('values', () => {
  test('come out as they went in, frozen', () => {
    const value = { a: [1, { b: 'ü' }], big: 2n ** 60n, infinite: Infinity, nothing: null, none: Number.NaN, zero: -0 };
    const handle = registry.insert(value);
    expect(handle.value).toEqual(value);
    expect(handle.value).toBe(handle.value);
    expect(Object.isFrozen(handle.value.a[1])).toBe(true);
    expect(registry.get(handle)).toEqual(value);
    expect(registry.get(handle.id)).toEqual(value);
    handle.close();
  });

  test.each([[true], ['text'], [1.5], [null], [2n ** 63n], [[]]])('any value can be an entry: %s', (value) => {
    const handle = registry.insert<unknown>(value);
    expect(handle.value).toEqual(value);
    handle.close();
  });

  test('a key `__proto__` never comes out, at whatever level', () => {
    const handle = registry.insert<unknown>(JSON.parse('{"__proto__": {"x": 1}, "list": [{"__proto__": 2, "y": 3}], "big": 1}'));
    const keys = () => JSON.stringify(handle.value);
    expect(keys()).toBe('{"list":[{"y":3}],"big":1}');
    expect(Object.getPrototypeOf(handle.value)).toBe(Object.prototype);
    registry.update<unknown>(handle, JSON.parse('{"a": {"__proto__": null}}'));
    expect(keys()).toBe('{"a":{}}');
    handle.close();
  });

  test('a value has 128 levels at most', () => {
    const levels = (count: number): unknown => (count === 0 ? 1 : [levels(count - 1)]);
    const handle = registry.insert(levels(128));
    expect(handle.value).toEqual(levels(128));
    for (const count of [129, 512, 513, 5000]) {
      expect(code(() => registry.insert(levels(count)))).toBe('ERR_SUPERCONFIG_LIMIT');
      expect(code(() => registry.update(handle, levels(count)))).toBe('ERR_SUPERCONFIG_LIMIT');
    }
    handle.close();
  });

  test('an update is seen by every handle, and by id', () => {
    const handle = registry.insert({ n: 1 }, { name: 'updated' });
    const other = registry.find<{ n: number }>('updated');
    expect(other.id).toBe(handle.id);
    expect(other.value.n).toBe(1);
    registry.update(handle, { n: 2 });
    expect([handle.value.n, other.value.n, registry.get<{ n: number }>(handle.id).n]).toEqual([2, 2, 2]);
    expect(registry.remove(handle)).toBe(true);
  });

  test('what is no configuration value is refused', () => {
    expect(code(() => registry.insert(() => 1))).toBe('ERR_SUPERCONFIG_OPTION');
    expect(code(() => registry.insert(undefined))).toBe('ERR_SUPERCONFIG_OPTION');
    const handle = registry.insert(1);
    expect(code(() => registry.update(handle, Symbol('x') as never))).toBe('ERR_SUPERCONFIG_OPTION');
    expect(handle.value).toBe(1);
    handle.close();
  });
});

describe('references', () => {
  test('the last handle of an unnamed entry frees it', () => {
    const before = registry.stats();
    const handle = registry.insert('kept');
    expect(registry.stats().totalHandles).toBe(before.totalHandles + 1);
    expect(registry.stats().activeReferences).toBe(before.activeReferences + 1);
    handle.close();
    handle.close();
    expect(registry.has(handle.id)).toBe(false);
    expect(registry.stats()).toMatchObject({ totalHandles: before.totalHandles, freed: before.freed + 1, inserts: before.inserts + 1 });
    expect(code(() => handle.value)).toBe('ERR_SUPERCONFIG_CLOSED');
    expect(code(() => registry.get(handle))).toBe('ERR_SUPERCONFIG_CLOSED');
    expect(registry.has(handle)).toBe(false);
    expect(registry.remove(handle)).toBe(false);
  });

  test('a name keeps its entry, and is unique', () => {
    registry.insert([1], { name: 'kept' }).close();
    expect(code(() => registry.insert([2], { name: 'kept' }))).toBe('ERR_SUPERCONFIG_OPTION');
    const found = registry.find('kept');
    expect(found.value).toEqual([1]);
    expect(registry.remove(found.id)).toBe(true);
    expect(code(() => found.value)).toBe('ERR_SUPERCONFIG_CLOSED');
    expect(code(() => registry.find('kept'))).toBe('ERR_SUPERCONFIG_CLOSED');
    expect(registry.remove(found.id)).toBe(false);
  });

  test('unreachable handles are released by garbage collection, and memory stays flat', { timeout: 120_000 }, () => {
    const root = join(import.meta.dirname, '../..');
    const program = `
      const { registry } = await import(${JSON.stringify(join(root, 'ts/dist/index.js'))});
      const settle = async () => { for (let i = 0; i < 5; i += 1) { gc(); await new Promise((resolve) => setTimeout(resolve, 5)); } };
      const round = async () => {
        for (let i = 0; i < 5000; i += 1) { const handle = registry.insert({ i, text: 'x'.repeat(50) }); handle.value; if (i % 2) handle.close(); }
        await settle();
        return [process.memoryUsage().heapUsed, process.memoryUsage().rss];
      };
      for (let i = 0; i < 10; i += 1) await round();
      const first = await round();
      let last;
      for (let i = 0; i < 8; i += 1) last = await round();
      console.log(JSON.stringify({ left: registry.stats().totalHandles, heap: last[0] - first[0], rss: last[1] - first[1] }));`;
    const ran = spawnSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', program], { encoding: 'utf8' });
    expect(ran.stderr).toBe('');
    const { left, heap, rss } = JSON.parse(ran.stdout) as Record<string, number>;
    expect(left).toBe(0);
    // 40,000 entries went in and out meanwhile: a leak of two hundred bytes each would be 8 MB, and each has more. `leaks.mjs` among the
    // programs of `npm run package` puts in 120,000.
    expect(heap).toBeLessThan(1_000_000);
    expect(rss).toBeLessThan(8_000_000);
  });
});

describe('time to live', () => {
  test('an entry ends, and an update starts its time anew', async () => {
    const expired = registry.stats().expired;
    const handle = registry.insert('short', { ttlMs: 20 });
    expect(handle.value).toBe('short');
    await until(() => !registry.has(handle));
    expect(code(() => handle.value)).toBe('ERR_SUPERCONFIG_CLOSED');
    expect(code(() => registry.update(handle.id, 'x'))).toBe('ERR_SUPERCONFIG_CLOSED');
    expect(registry.stats().expired).toBe(expired + 1);
  });

  test('keeps no process open', () => {
    const program = `import(${JSON.stringify(join(import.meta.dirname, '../../ts/dist/index.js'))}).then(({ registry }) => registry.insert(1, { ttlMs: 600000 }));`;
    expect(spawnSync(process.execPath, ['-e', program], { timeout: 10_000 }).status).toBe(0);
  });
});

describe('arguments', () => {
  const ids: unknown[] = [0, -1, 1.5, Number.NaN, Infinity, 2 ** 53, '1', null, undefined, {}, 1n];
  test.each(ids.map((id) => [id]))('%s cannot be an id', (id) => {
    expect(code(() => registry.get(id as number))).toBe('ERR_SUPERCONFIG_OPTION');
    expect(code(() => registry.update(id as number, 1))).toBe('ERR_SUPERCONFIG_OPTION');
    expect(registry.has(id as number)).toBe(false);
    expect(registry.remove(id as number)).toBe(false);
  });

  test('an id without entry', () => {
    expect(code(() => registry.get(2 ** 53 - 1))).toBe('ERR_SUPERCONFIG_CLOSED');
    expect(code(() => registry.update(2 ** 53 - 1, 1))).toBe('ERR_SUPERCONFIG_CLOSED');
    expect(registry.has(2 ** 53 - 1)).toBe(false);
    expect(registry.remove(2 ** 53 - 1)).toBe(false);
  });

  test.each([
    [{ ttlMs: 0 }],
    [{ ttlMs: 1.5 }],
    [{ ttlMs: -1 }],
    [{ ttlMs: '5' }],
    [{ name: 3 }],
    [{ name: '' }],
    [{ name: '\ud800' }],
    [{ ttlMs: Infinity }],
    [{ ttlMs: null }],
    [{ ttl: 5 }],
    [null],
  ])('options %j', (options) => {
    expect(code(() => registry.insert(1, options as InsertOptions))).toBe('ERR_SUPERCONFIG_OPTION');
  });

  test('names that differ stay different', () => {
    expect(code(() => registry.find(3 as never))).toBe('ERR_SUPERCONFIG_OPTION');
    // Read as UTF-8, every half of a surrogate pair would be the same replacement character.
    expect(code(() => registry.find('\udfff'))).toBe('ERR_SUPERCONFIG_OPTION');
    expect(registry.insert(1, { ttlMs: Number.MAX_SAFE_INTEGER }).value).toBe(1);
  });

  test('the entry of a configuration is not accessible', () => {
    const config = SuperConfig.builder({ env: {} }).defaults({ a: 1 }).loadSync();
    const id = Number(config.token.split(':')[1]);
    expect(code(() => registry.get(id))).toBe('ERR_SUPERCONFIG_TYPE');
    expect(registry.has(id)).toBe(false);
    expect(registry.remove(id)).toBe(false);
    expect(config.get('a')).toBe(1);
    config.close();
  });
});

test('entries that share a word with a configuration do not slow or mislead it', () => {
  const config = SuperConfig.builder({ env: {} })
    .defaults({ a: { b: 1 } })
    .loadSync();
  const table = config.get('a');
  const handle = config.handle('a');
  expect(handle.value).toBe(table);
  for (let i = 0; i < 5000; i += 1) registry.insert(i).close();
  expect(config.get('a')).toBe(table);
  expect(handle.value).toBe(table);
  expect(config.version).toBe(1);
  config.close();
});

test('another thread reads and writes the same entry', async () => {
  const handle = registry.insert({ n: 0 });
  const program = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { registry } = require(workerData.addon);
    const seen = registry.get(workerData.id).n;
    registry.update(workerData.id, { n: seen + 41 });
    parentPort.postMessage(seen);`;
  const addon = join(import.meta.dirname, '../../ts/dist/index.cjs');
  expect(handle.value.n).toBe(0);
  registry.update(handle, { n: 1 });
  const worker = new Worker(program, { eval: true, workerData: { addon, id: handle.id } });
  const seen = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  await worker.terminate();
  expect(seen).toBe(1);
  expect(handle.value.n).toBe(42);
  handle.close();
});

test('metrics are text that Prometheus reads', () => {
  const config = SuperConfig.builder({ env: {} }).name('me"tered').defaults({ a: 1 }).loadSync();
  config.reloadSync();
  expect(code(() => SuperConfig.builder({ cwd: '/', env: {} }).file('absent.toml').loadSync())).toBe('ERR_SUPERCONFIG_NOT_FOUND');
  const text = registry.metrics();
  const value = (name: string) =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.split(' ')[1],
    );
  expect(value('superconfig_loads_total')).toBeGreaterThanOrEqual(2);
  expect(value('superconfig_load_failures_total{code="ERR_SUPERCONFIG_NOT_FOUND"}')).toBeGreaterThanOrEqual(1);
  expect(value('superconfig_reloads_total')).toBeGreaterThanOrEqual(1);
  for (const stage of ['read', 'parse', 'merge', 'validate', 'publish']) {
    const count = value(`superconfig_load_duration_seconds_count{stage="${stage}"}`);
    expect(count).toBeGreaterThanOrEqual(1);
    expect(value(`superconfig_load_duration_seconds_bucket{stage="${stage}",le="+Inf"}`)).toBe(count);
  }
  expect(value('superconfig_load_duration_seconds_sum{stage="read"}')).toBeGreaterThan(0);
  expect(text).toContain('superconfig_version{configuration="me\\"tered"} 1\n');
  expect(text).toContain(`superconfig_fingerprint_info{configuration="me\\"tered",fingerprint="${config.status.fingerprint}"} 1\n`);
  expect(value('superconfig_handles')).toBe(registry.stats().totalHandles);
  for (const line of text.trimEnd().split('\n'))
    expect(line).toMatch(/^(# (HELP|TYPE) \S+ .+|[a-z_]+(\{\w+="(\\.|[^"\\])*"(,\w+="(\\.|[^"\\])*")*\})? [-+.\deE]+)$/);
  config.close();
});
