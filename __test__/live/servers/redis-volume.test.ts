import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { secondsSince } from '../../support/followed.ts';
import { CLIENTS, followRedis } from '../../support/followed-redis.ts';
import { memory } from '../../support/memory.ts';
import { RedisServer } from '../../support/redis.ts';
import { until } from '../../support/watched.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.open();
});
afterAll(() => server.stop());

describe.each(CLIENTS)('much that is followed with %s', (_name, clientOf) => {
  test('what one command or transaction writes is of one moment', async () => {
    const { hash, config, put, agrees, end } = await followRedis(server, clientOf);
    const all = (n: number) => Object.fromEntries(Array.from({ length: 20 }, (_, key) => [`k${key}`, String(n)]));
    await put(all(0));
    await until(() => config.has('k0'));
    let mixed = 0;
    config.on('change', ({ current }) => {
      const { value: _, ...own } = current as object & { value: unknown };
      if (new Set(Object.values(own)).size !== 1) mixed += 1;
    });
    const door = await server.client();
    for (let n = 1; n <= 1_000; n++) {
      if (n % 2 === 0) await put(all(n));
      else {
        const transaction = door.multi();
        for (const [field, value] of Object.entries(all(n))) transaction.hSet(hash, field, value);
        await transaction.exec();
      }
    }
    await until(() => config.get('k0', 0) === 1_000);
    expect(mixed).toBe(0);
    await agrees();
    await end();
  });

  test('a burst of 10,000 updates on 50 keys ends at the last value in few versions', async () => {
    const { put, followed, config, agrees, end } = await followRedis(server, clientOf);
    const before = await memory();
    for (let n = 1; n <= 200; n++) await Promise.all(Array.from({ length: 50 }, (_, key) => put({ [`k${key}`]: String(n) })));
    const begun = process.cpuUsage();
    await until(() => Array.from({ length: 50 }, (_, key) => config.get(`k${key}`, 0)).every((value) => value === 200));
    expect(secondsSince(begun)).toBeLessThan(1);
    expect(followed.changes.length).toBeLessThan(1_000);
    expect((await memory()) - before).toBeLessThan(50e6);
    await agrees();
    await end();
  });
});
