import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SuperConfig } from '../../../ts/index.ts';
import { redis } from '../../../ts/redis/index.ts';
import { Followed, secondsSince, TIMES } from '../../support/followed.ts';
import { CLIENTS, followRedis, newKey } from '../../support/followed-redis.ts';
import { memory } from '../../support/memory.ts';
import { RedisServer } from '../../support/redis.ts';
import { until } from '../../support/watched.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.open();
});
afterAll(() => server.stop());

/** Configurations that follow one hash, with each client: what is written is written once. */
async function followAll() {
  const hash = newKey();
  const all = await Promise.all(CLIENTS.map(([, clientOf]) => followRedis(server, clientOf, { hash })));
  const [{ put }] = all as [(typeof all)[number]];
  return { all, hash, put };
}

/** Looks at each change of configurations for values that are not equal; gives how many were. */
function mixes(configs: readonly SuperConfig[]): () => number {
  let mixed = 0;
  for (const config of configs) {
    config.on('change', ({ current }) => {
      const { value: _, ...own } = current as Record<string, unknown>;
      if (new Set(Object.values(own)).size !== 1) mixed += 1;
    });
  }
  return () => mixed;
}

const equal = (n: number) => Object.fromEntries(Array.from({ length: 20 }, (_, key) => [`k${key}`, String(n)]));

test('what one command or transaction writes is of one moment', async () => {
  const { all, hash, put } = await followAll();
  await put(equal(0));
  await until(() => all.every(({ config }) => config.has('k0')));
  const mixed = mixes(all.map(({ config }) => config));
  const door = await server.client();
  for (let n = 1; n <= 1_000; n++) {
    if (n % 2 === 0) await put(equal(n));
    else {
      const transaction = door.multi();
      for (const [field, value] of Object.entries(equal(n))) transaction.hSet(hash, field, value);
      await transaction.exec();
    }
  }
  await until(() => all.every(({ config }) => config.get('k0', 0) === 1_000));
  expect(mixed()).toBe(0);
  for (const { agrees, end } of all) {
    await agrees();
    await end();
  }
});

test('several documents that one command writes are of one moment', async () => {
  const documents = Array.from({ length: 20 }, (_, key) => `${newKey()}.${key}.json`);
  const put = (n: number) => server.run('MSET', ...documents.flatMap((name, key) => [name, `{"k${key}": ${n}}`]));
  await put(0);
  const all = await Promise.all(CLIENTS.map(([, clientOf]) => Followed.load(redis({ client: clientOf(server.port), documents, ...TIMES }))));
  const mixed = mixes(all.map(({ config }) => config));
  for (let n = 1; n <= 300; n++) await put(n);
  await until(() => all.every(({ config }) => config.get('k0') === 300));
  expect(mixed()).toBe(0);
  for (const { values } of all) expect(new Set(Object.values(values))).toEqual(new Set(['300']));
});

test('a burst of 10,000 updates on 50 keys ends at the last value in few versions', async () => {
  const { all, put } = await followAll();
  const before = await memory();
  for (let n = 1; n <= 200; n++) await Promise.all(Array.from({ length: 50 }, (_, key) => put({ [`k${key}`]: String(n) })));
  const begun = process.cpuUsage();
  const isLast = ({ config }: (typeof all)[number]) => Array.from({ length: 50 }, (_, key) => config.get(`k${key}`, 0)).every((value) => value === 200);
  await until(() => all.every(isLast));
  expect(secondsSince(begun)).toBeLessThan(3);
  for (const { followed } of all) expect(followed.changes.length).toBeLessThan(1_000);
  expect((await memory()) - before).toBeLessThan(50e6);
  for (const { agrees, end } of all) {
    await agrees();
    await end();
  }
});

test('a busy key that begins alike is no reason to read', async () => {
  const { all, hash } = await followAll();
  const reads = async () => Number(/cmdstat_hgetall:calls=(\d+)/.exec(String(await server.run('INFO', 'commandstats')))?.[1]);
  // What they read once more when they begin is none of it.
  let before = -1;
  for (let now = await reads(); now !== before; now = await reads()) {
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  for (let n = 0; n < 20; n++) {
    await server.run('SET', `${hash}:busy`, String(n));
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  expect((await reads()) - before).toBeLessThan(all.length);
  for (const { end } of all) await end();
});
