import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { redis } from '../../../ts/redis/index.ts';
import { Followed, TIMES } from '../../support/followed.ts';
import { lasting } from '../../support/followed-etcd.ts';
import { CLIENTS, followRedis, newKey } from '../../support/followed-redis.ts';
import { RedisServer } from '../../support/redis.ts';
import { until } from '../../support/watched.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.open();
});
afterAll(() => server.stop());

describe.each(CLIENTS)('what is followed with %s', (_name, clientOf) => {
  test('what is set and deleted arrives by hints, long before the next poll', async () => {
    const { hash, config, put, followed, agrees, end } = await followRedis(server, clientOf, { pingMs: 50 });
    for (let n = 1; n <= 50; n++) await put({ value: String(n), 'a.b': 'text' });
    await until(() => config.get('value', 0) === 50 && config.has('a.b'));
    await server.run('HDEL', hash, 'a.b');
    await until(() => !config.has('a.b'));
    // Nor do pings disturb, beside what the server tells.
    await sleep(200);
    await agrees();
    expect([followed.states, followed.errors]).toEqual([[], []]);
    await end();
  });

  test('a server that tells of no change is polled', async () => {
    const own = await lasting(RedisServer.open());
    await own.run('ACL', 'SETUSER', 'reader', 'on', '>secret', '~*', '+@read', '+@connection', '-client|tracking');
    const hash = newKey();
    await own.run('HSET', hash, 'value', '0');
    const client = clientOf(own.port, { username: 'reader', password: 'secret' });
    const { config } = await Followed.load(redis({ client, hash, pollMs: 200, ...TIMES }));
    await own.run('HSET', hash, 'value', '1');
    await until(() => config.get('value', 0) === 1);
  });

  test('a server that is killed and comes back: reads go on, stale once, live once, nothing is missing', async () => {
    const own = await lasting(RedisServer.open());
    const { config, put, followed, agrees, end } = await followRedis(own, clientOf, { staleAfterMs: 700 });
    await put({ before: '1' });
    await until(() => config.has('before'));
    await own.kill();
    await until(() => followed.states.includes('stale'));
    await sleep(1_000);
    expect(config.get('before')).toBe(1);
    await own.start();
    await put({ after: '1' });
    await until(() => config.has('after'));
    await agrees();
    expect([followed.states, followed.errors.length]).toEqual([['connecting', 'stale', 'live'], 1]);
    await end();
  });

  test.each(['hole', 'mute'] as const)('a link that is a %s is noticed by the ping, and what was missed is read', async (mode) => {
    const { proxy, config, put, followed, agrees, end } = await followRedis(server, clientOf, { answerMs: 500 });
    proxy.mode = mode;
    const begun = performance.now();
    await put({ value: '1' });
    await until(() => followed.errors.length > 0);
    expect(performance.now() - begun).toBeLessThan(400 + 500 + 1_000);
    proxy.mode = 'pass';
    await until(() => config.get('value', 0) === 1);
    await put({ value: '2' });
    await until(() => config.get('value', 0) === 2);
    await agrees();
    expect(followed.errors).toHaveLength(1);
    await end();
  });

  test('a cut connection: one change with the true difference, and hints come again', async () => {
    const { proxy, hash, config, put, followed, agrees, end } = await followRedis(server, clientOf);
    await put({ keep: '1', gone: '1' });
    await until(() => config.has('gone'));
    proxy.mode = 'refuse';
    proxy.cut();
    await until(() => followed.states.includes('connecting'));
    followed.changes.length = 0;
    for (let n = 0; n < 500; n++) await put({ [`x${n % 7}`]: String(n) });
    await server.run('HDEL', hash, 'gone', 'x0');
    proxy.mode = 'pass';
    await until(() => !config.has('gone'));
    await agrees();
    await until(() => followed.changes.length > 0);
    expect(followed.changes).toEqual([['gone', 'x1', 'x2', 'x3', 'x4', 'x5', 'x6']]);
    proxy.cut();
    await until(() => followed.states.filter((state) => state === 'live').length === 2);
    await put({ value: '9' });
    await until(() => config.get('value', 0) === 9 && followed.changes.length > 1);
    expect(followed.changes).toHaveLength(2);
    await end();
  });

  test('a failover that loses a write: the value goes back, the version goes up, and a change tells of it', async () => {
    const [first, second] = [await lasting(RedisServer.open()), await lasting(RedisServer.open())];
    const { proxy, config, put, hash, followed, end } = await followRedis(first, clientOf);
    await second.run('REPLICAOF', '127.0.0.1', String(first.port));
    await put({ value: '1' });
    for (let tries = 0; (await (await second.client()).hGet(hash, 'value')) !== '1'; tries++) {
      expect(tries).toBeLessThan(200);
      await sleep(50);
    }
    await until(() => config.get('value', 0) === 1);
    await second.run('REPLICAOF', 'NO', 'ONE');
    await put({ value: '2' });
    await until(() => config.get('value', 0) === 2 && followed.changes.length === 2);
    const { version } = config;
    followed.changes.length = 0;
    await first.kill();
    proxy.pointTo(second.port);
    await until(() => config.get('value', 0) === 1 && followed.changes.length > 0);
    expect(config.version).toBe(version + 1);
    expect(followed.changes).toEqual([['value']]);
    await end();
  });

  test('a store that was wiped is noticed, or kept', async () => {
    const gone = await followRedis(server, clientOf);
    const kept = await followRedis(server, clientOf, { onEmpty: 'keep' });
    await server.run('DEL', gone.hash, kept.hash);
    await until(() => !gone.config.has('value'));
    expect(kept.config.get('value')).toBe(0);
    await gone.put({ fresh: '1' });
    await until(() => gone.config.has('fresh'));
    await server.run('FLUSHALL');
    await until(() => !gone.config.has('fresh'));
    await gone.end();
    await kept.end();
  });

  test('bytes that come one at a time, and garbage between them', async () => {
    const { proxy, config, put, followed, agrees, end } = await followRedis(server, clientOf, { answerMs: 600 });
    proxy.pieceBytes = 1;
    proxy.cut();
    await put({ value: '20', long: 'y'.repeat(3_000) });
    await until(() => config.get('value', 0) === 20 && config.has('long'));
    proxy.pieceBytes = 0;
    for (const garbage of ['\0\0\0\0\r\n', '*1000000000\r\n', '$999999999999\r\nx', `HTTP/1.1 400 Bad Request\r\n${'x: y\r\n'.repeat(2_000)}\r\n`]) {
      const errors = followed.errors.length;
      proxy.insert(Buffer.from(garbage));
      await until(() => followed.errors.length > errors && followed.status?.state === 'live', `healing after ${JSON.stringify(garbage.slice(0, 20))}`);
    }
    await put({ value: '21' });
    await until(() => config.get('value', 0) === 21);
    await agrees();
    await end();
  });
});
