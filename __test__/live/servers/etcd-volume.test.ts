import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Etcd } from '../../support/etcd.ts';
import { follow } from '../../support/followed-etcd.ts';
import { memory } from '../../support/memory.ts';
import { until } from '../../support/watched.ts';

let server: Etcd;
beforeAll(async () => {
  server = await Etcd.single();
});
afterAll(() => server.stop());

test('a burst of 10,000 updates on 50 keys ends at the last value in few versions, and memory is as before', async () => {
  const { config, put, agrees, changes, end } = await follow(server);
  const all = (value: number) => Object.fromEntries(Array.from({ length: 50 }, (_, key) => [`k${key}`, String(value)]));
  await put(all(0));
  await until(() => config.has('k49'));
  changes.length = 0;
  const before = await memory();
  const writing = performance.now();
  for (let n = 1; n <= 200; n++) await put(all(n));
  const begun = performance.now();
  await until(() => config.get('k49') === 200);
  expect(performance.now() - begun).toBeLessThan(1_000);
  // One for each 50 ms at most, however many updates there are.
  expect(changes.length).toBeLessThan((begun - writing) / 50 + 20);
  expect((await memory()) - before).toBeLessThan(50e6);
  await agrees();
  await end();
});

test('of 1,000 transactions over 20 keys no reader sees a mix', async () => {
  const { config, put, agrees, end } = await follow(server);
  const all = (value: number) => Object.fromEntries(Array.from({ length: 20 }, (_, key) => [`k${key}`, String(value)]));
  await put(all(0));
  await until(() => config.has('k19'));
  let mixed = 0;
  let seen = 0;
  let last = 0;
  const look = () => {
    const { value: _, ...values } = config.current as Record<string, number>;
    const found = new Set(Object.values(values));
    if (found.size !== 1) mixed += 1;
    const [now = 0] = found;
    // What a reader sees goes on, and never back.
    if (now < last) mixed += 1;
    last = now;
    seen += 1;
  };
  config.on('change', look);
  const looking = setInterval(look, 1);
  for (let n = 1; n <= 1_000; n++) await put(all(n));
  await until(() => config.get('k0') === 1_000);
  clearInterval(looking);
  expect([mixed, seen > 10]).toEqual([0, true]);
  await agrees();
  await end();
});

test('a thread that is busy for six seconds, while 40 MB are written, is right soon after, and memory is as before', async () => {
  const { config, prefix, agrees, put, end } = await follow(server, { pingMs: 1_000, pongMs: 1_000, staleAfterMs: 30_000 });
  const value = 'x'.repeat(4_096);
  await put(Object.fromEntries(Array.from({ length: 100 }, (_, key) => [`k${key}`, `${value}0`])));
  await until(() => config.has('k99'));
  const before = await memory();
  // 100 transactions over 100 keys, by a process of its own.
  const program = `const base64 = (text) => Buffer.from(text).toString('base64');
    for (let n = 1; n <= 100; n++) {
      const success = Array.from({ length: 100 }, (_, key) => ({ requestPut: { key: base64('${prefix}k' + key), value: base64('x'.repeat(4096) + n) } }));
      const { ok } = await fetch('${server.endpoint}/v3/kv/txn', { method: 'POST', body: JSON.stringify({ success }) });
      if (!ok) throw new Error('not written');
    }`;
  const writing = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const blocked = performance.now();
  while (performance.now() - blocked < 6_000);
  await writing;
  const begun = performance.now();
  await until(() => config.get('k99') === `${value}100`);
  expect(performance.now() - begun).toBeLessThan(5_000);
  await agrees();
  expect((await memory()) - before).toBeLessThan(20e6);
  await end();
});

test('10,000 keys are read in pages of one moment, and followed', async () => {
  const written: Promise<number>[] = [];
  const { config, put, agrees, source, end } = await follow(server);
  for (let page = 0; page < 100; page++) {
    const values = Object.fromEntries(Array.from({ length: 100 }, (_, key) => [`n${page}x${key}`, `${page}.${key}.`]));
    written.push(put(values));
    if (page % 10 === 0) await Promise.all(written);
  }
  await Promise.all(written);
  await agrees();
  const other = await follow(server, { prefix: source()?.name.slice('etcd:'.length) ?? '' });
  expect(Object.keys(other.config.current as object)).toHaveLength(10_001);
  await put({ n5x5: 'changed' });
  await until(() => other.config.get('n5x5') === 'changed' && config.get('n5x5') === 'changed');
  await other.end();
  await end();
});
