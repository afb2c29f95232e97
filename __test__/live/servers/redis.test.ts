import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis as IoRedis } from 'ioredis';
import { Redis as IoValkey } from 'iovalkey';
import { createClient, createCluster } from 'redis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { SuperConfig } from '../../../ts/index.ts';
import { type RedisClient, redis } from '../../../ts/redis/index.ts';
import { caught, rejected } from '../../support/errors.ts';
import { Followed, keepsWhatASchemaRefuses, randomFrom, secondsSince, TIMES } from '../../support/followed.ts';
import { FaultProxy } from '../../support/proxy.ts';
import { RedisServer } from '../../support/redis.ts';
import { freePort } from '../../support/server-process.ts';
import { TemporaryDirectory } from '../../support/temporary.ts';
import { warnings } from '../../support/warnings.ts';
import { until } from '../../support/watched.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.open();
}, 60_000);
afterAll(() => server.stop());

let keys = 0;
const newKey = () => `t${++keys}:config`;

/** A server of one test. */
async function ownServer(more: readonly string[] = []): Promise<RedisServer> {
  const own = await RedisServer.open(more);
  onTestFinished(() => own.stop());
  return own;
}

/** A client of each package, which is never connected itself. */
const CLIENTS: Record<string, (port: number, more?: object) => RedisClient> = {
  redis: (port, more) => createClient({ socket: { host: '127.0.0.1', port }, ...more }),
  ioredis: (port, more) => new IoRedis({ host: '127.0.0.1', port, lazyConnect: true, ...more }),
  iovalkey: (port, more) => new IoValkey({ host: '127.0.0.1', port, lazyConnect: true, ...more }) as RedisClient,
};
const [redisClient] = Object.values(CLIENTS) as [(port: number, more?: object) => RedisClient];

const load = async (options: object, defaults: object = {}) =>
  SuperConfig.builder()
    .defaults(defaults)
    .source(redis({ ...TIMES, ...options } as never))
    .load();

describe.each(Object.entries(CLIENTS))('what is read with %s', (_name, clientOf) => {
  test('a hash is a tree, typed by what is below and explained by its field', async () => {
    const hash = newKey();
    await server.run('HSET', hash, 'server.port', '8080', 'server.name', '80', 'tags_add', 'c', '__proto__', 'x');
    const config = await load({ client: clientOf(server.port), hash }, { server: { port: 1, name: 'a' }, tags: ['a'] });
    expect(config.current).toEqual({ server: { port: 8080, name: '80' }, tags: ['a', 'c'] });
    const { winner } = config.explain('server.port');
    expect([winner?.name, winner?.key, winner?.revision]).toEqual([`redis:${hash}`, 'server.port', undefined]);
    expect(config.status.sources).toMatchObject([{ name: `redis:${hash}`, state: 'live', endpoint: `127.0.0.1:${server.port}` }]);
    expect(await server.connections()).toEqual([]);
  });

  test('a key is one document, and several apply in the order in which they are given', async () => {
    const [one, two] = [`${newKey()}.yaml`, `${newKey()}.toml`];
    await server.run('MSET', one, 'port: 1\nhost: a', two, 'port = 2');
    const client = clientOf(server.port);
    expect((await load({ client, documents: [one, two] })).current).toEqual({ port: 2, host: 'a' });
    const config = await load({ client, documents: [two, 'missing.json', one] });
    expect(config.current).toEqual({ port: 1, host: 'a' });
    expect(config.explain('port').winner).toMatchObject({ key: one, line: 1, column: 7 });
    expect((await load({ client, key: one, at: ['app'] })).current).toEqual({ app: { port: 1, host: 'a' } });
    expect((await load({ client, hash: 'missing' })).current).toEqual({});
  });

  test('bytes that are no text are refused with their field; what is no hash is told of', async () => {
    const hash = newKey();
    await (await server.client()).sendCommand(['HSET', hash, 'bad', Buffer.from([0xff, 0xfe])]);
    const client = clientOf(server.port);
    const error = await rejected(load({ client, hash, startMs: 500 }));
    expect([error.code, error.message]).toEqual(['ERR_SUPERCONFIG_SOURCE', expect.stringContaining('the value of the key bad is not UTF-8')]);
    await server.run('SET', `${hash}:text`, 'x');
    expect((await rejected(load({ client, hash: `${hash}:text`, startMs: 500 }))).message).toContain('WRONGTYPE');
    await server.run('SET', `${hash}:big.json`, JSON.stringify({ big: 'x'.repeat(4_000_000) }));
    expect((await load({ client, key: `${hash}:big.json` })).get('big')).toHaveLength(4_000_000);
  });

  test('nothing that answers is SOURCE with the reason, in time, and leaves no connection', async () => {
    const proxy = await FaultProxy.open(server.port);
    onTestFinished(() => proxy.close());
    proxy.mode = 'hole';
    const begun = Date.now();
    const error = await rejected(load({ client: clientOf(proxy.port), hash: 'x', startMs: 600, answerMs: 250 }));
    expect(Date.now() - begun).toBeLessThan(5_000);
    expect([error.code, error.message]).toEqual(['ERR_SUPERCONFIG_SOURCE', expect.stringContaining(`127.0.0.1:${proxy.port} (no answer within 250 ms)`)]);
    await until(() => proxy.open === 0, 'closing the connection');
    const refused = await rejected(load({ client: clientOf(await freePort()), hash: 'x', startMs: 300 }));
    expect(refused.message).toContain('ECONNREFUSED');
  });

  test('a password is used, a wrong one is told of, and none is shown', async () => {
    const own = await ownServer(['--requirepass', 'tiger-7']);
    // A door of its own, since the test's has no password.
    await load({ client: clientOf(own.port, { password: 'tiger-7' }), hash: 'x' });
    const error = await rejected(load({ client: clientOf(own.port, { password: 'lion-8' }), hash: 'x', startMs: 400 }));
    expect(error.message).toMatch(/WRONGPASS|invalid password/);
    expect(error.message).not.toContain('lion-8');
  });
});

test('a client that its program destroys, before and while it is followed, closes without an error', async () => {
  const hash = newKey();
  await server.run('HSET', hash, 'value', '1');
  const client = createClient({ socket: { host: '127.0.0.1', port: server.port } });
  client.on('error', () => {});
  await client.connect();
  const followed = await Followed.load(redis({ client, hash, ...TIMES }));
  client.destroy();
  await server.run('HSET', hash, 'value', '2');
  await until(() => followed.config.get('value') === 2);
  followed.config.close();
  await expect.poll(() => server.connections()).toEqual([]);
  expect(followed.errors).toEqual([]);
});

test('options that are none are refused at once', () => {
  const client = redisClient(6379);
  for (const wrong of [
    { hash: 'a' },
    { client: {}, hash: 'a' },
    { client: createCluster({ rootNodes: [] }), hash: 'a' },
    { client },
    { client, hash: 'a', key: 'b' },
    { client, hash: '' },
    { client, documents: [] },
    { client, documents: [7] },
    { client, hash: 'a', pollMs: 0 },
    { client, hash: 'a', typing: 'any' },
  ]) {
    expect([Object.keys(wrong), caught(() => redis(wrong as never)).code]).toEqual([Object.keys(wrong), 'ERR_SUPERCONFIG_OPTION']);
  }
});

describe.each(Object.entries(CLIENTS))('what is followed with %s', (_name, clientOf) => {
  /** A configuration that follows a hash through a proxy, with short times; only hints are quick. */
  async function follow(more: object = {}, target = server) {
    const proxy = await FaultProxy.open(target.port);
    onTestFinished(() => proxy.close());
    const hash = newKey();
    await target.run('HSET', hash, 'value', '0');
    const followed = await Followed.load(redis({ client: clientOf(proxy.port), hash, pollMs: 60_000, pingMs: 400, ...TIMES, ...more }));
    await until(() => proxy.open > 0);
    const read = async () => ({ ...((await (await target.client()).hGetAll(hash)) as Record<string, string>) });
    const put = (values: Record<string, string>) => target.run('HSET', hash, ...Object.entries(values).flat());
    const end = async () => {
      followed.config.close();
      await until(() => proxy.open === 0, 'closing the connections');
    };
    return { proxy, hash, followed, config: followed.config, put, end, agrees: () => followed.agrees(read) };
  }

  test('what is set and deleted arrives by hints, long before the next poll', async () => {
    const { hash, config, put, followed, agrees, end } = await follow();
    for (let n = 1; n <= 50; n++) await put({ value: String(n), 'a.b': 'text' });
    await until(() => config.get('value', 0) === 50 && config.has('a.b'));
    await server.run('HDEL', hash, 'a.b');
    await until(() => !config.has('a.b'));
    await agrees();
    expect([followed.states, followed.errors]).toEqual([[], []]);
    await end();
  });

  test('a server that tells of no change is polled', async () => {
    const own = await ownServer();
    await own.run('ACL', 'SETUSER', 'reader', 'on', '>secret', '~*', '+@read', '+@connection', '-client|tracking');
    const hash = newKey();
    await own.run('HSET', hash, 'value', '0');
    const client = clientOf(own.port, { username: 'reader', password: 'secret' });
    const { config } = await Followed.load(redis({ client, hash, pollMs: 200, ...TIMES }));
    await own.run('HSET', hash, 'value', '1');
    await until(() => config.get('value', 0) === 1);
  });

  test('a server that is killed and comes back: reads go on, stale once, live once, nothing is missing', async () => {
    const own = await ownServer();
    const { config, put, followed, agrees, end } = await follow({ staleAfterMs: 700 }, own);
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
    const { proxy, config, put, followed, agrees, end } = await follow({ answerMs: 500 });
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
    const { proxy, hash, config, put, followed, agrees, end } = await follow();
    await put({ keep: '1', gone: '1' });
    await until(() => config.has('gone'));
    proxy.mode = 'refuse';
    proxy.cut();
    await until(() => followed.states.includes('connecting'));
    followed.changes.length = 0;
    for (let n = 0; n < 250; n++) await put({ [`x${n % 7}`]: String(n) });
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

  test('what one command or transaction writes is of one moment', async () => {
    const { hash, config, put, agrees, end } = await follow();
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

  test('a failover that loses a write: the value goes back, the version goes up, and a change tells of it', async () => {
    const [first, second] = [await ownServer(), await ownServer()];
    const { proxy, config, put, hash, followed, end } = await follow({}, first);
    await second.run('REPLICAOF', '127.0.0.1', String(first.port));
    await put({ value: '1' });
    for (let tries = 0; (await (await second.client()).hGet(hash, 'value')) !== '1'; tries++) {
      expect(tries).toBeLessThan(200);
      await sleep(50);
    }
    await until(() => config.get('value', 0) === 1);
    await second.run('REPLICAOF', 'NO', 'ONE');
    await put({ value: '2' });
    await until(() => config.get('value', 0) === 2);
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
    const gone = await follow();
    const kept = await follow({ onEmpty: 'keep' });
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

  test('a snapshot is used while the server is down, and a rule of a rollout says which fields count', async () => {
    const own = await ownServer();
    const hash = newKey();
    await own.run('HSET', hash, 'rollout', '{ "stable": "v1", "candidate": "v2", "percent": 0 }', 'v1.value', '1', 'v1.password', 'tiger', 'v2.value', '2');
    const directory = new TemporaryDirectory();
    onTestFinished(() => directory.remove());
    const rollout = { key: 'rollout', instance: 'a' };
    const source = () =>
      redis({ client: clientOf(own.port), hash, rollout, snapshot: { path: directory.at('state/redis.json') }, ...TIMES, retryMs: [20, 100] });
    const first = await Followed.load(source());
    expect(first.values).toEqual({ value: '1', password: 'tiger' });
    await until(() => existsSync(directory.at('state/redis.json')));
    expect(readFileSync(directory.at('state/redis.json'), 'utf8')).not.toContain('tiger');
    first.config.close();
    await own.kill();
    const told = await warnings(async () => {
      const config = await SuperConfig.builder().source(source()).watch().load();
      onTestFinished(() => config.close());
      config.on('error', () => {});
      expect([config.current, config.status.sources[0]?.state]).toEqual([{ value: 1 }, 'snapshot']);
      await own.start();
      await own.run('HSET', hash, 'rollout', '{ "stable": "v1", "candidate": "v2", "percent": 100 }');
      await until(() => config.get('value', 0) === 2 && config.status.sources[0]?.state === 'live');
    });
    expect(told.filter((text) => text.includes('restored or made anew'))).toEqual([]);
    expect(told).toHaveLength(1);
  });

  test('what a schema refuses keeps the last good values, and heals', async () => {
    const hash = newKey();
    await keepsWhatASchemaRefuses(redis({ client: clientOf(server.port), hash, ...TIMES }), (port) => server.run('HSET', hash, 'port', port));
  });

  test('a document that goes bad keeps the last good one, located, and heals', async () => {
    const key = `${newKey()}.yaml`;
    await server.run('SET', key, 'port: 1');
    const followed = await Followed.load(redis({ client: clientOf(server.port), key, ...TIMES }));
    await server.run('SET', key, 'port: [');
    await until(() => followed.errors.length > 0);
    expect(followed.errors).toMatchObject([{ code: 'ERR_SUPERCONFIG_PARSE', origin: { key, line: 1 } }]);
    expect([followed.config.get('port'), followed.status?.state]).toEqual([1, 'live']);
    await server.run('SET', key, 'port: 2');
    await until(() => followed.config.get('port', 0) === 2);
  });

  test('a burst of 10,000 updates on 50 keys ends at the last value in few versions', async () => {
    const { put, followed, config, agrees, end } = await follow();
    const before = process.memoryUsage().heapUsed;
    for (let n = 1; n <= 200; n++) await Promise.all(Array.from({ length: 50 }, (_, key) => put({ [`k${key}`]: String(n) })));
    const begun = process.cpuUsage();
    await until(() => Array.from({ length: 50 }, (_, key) => config.get(`k${key}`, 0)).every((value) => value === 200));
    expect(secondsSince(begun)).toBeLessThan(1);
    expect(followed.changes.length).toBeLessThan(1_000);
    expect((process.memoryUsage().heapUsed - before) / 2 ** 20).toBeLessThan(50);
    await agrees();
    await end();
  });

  test('a thread that was busy for 6 s is right soon after, without an outage', async () => {
    const { config, put, followed, agrees, end } = await follow({ answerMs: 3_000 });
    const writing = Array.from({ length: 200 }, (_, key) => put({ [`b${key}`]: 'x'.repeat(4096) }));
    const end6 = performance.now() + 6_000;
    while (performance.now() < end6);
    await Promise.all(writing);
    const begun = process.cpuUsage();
    await until(() => config.has('b199'));
    expect(secondsSince(begun)).toBeLessThan(5);
    await agrees();
    expect(followed.errors).toEqual([]);
    await end();
  });

  test('bytes that come one at a time, and garbage between them', async () => {
    const { proxy, config, put, followed, agrees, end } = await follow();
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

  test('cycles of loading and closing, also while it connects, leave no connection', async () => {
    const proxy = await FaultProxy.open(server.port);
    onTestFinished(() => proxy.close());
    const hash = newKey();
    await server.run('HSET', hash, 'value', '0');
    const source = redis({ client: clientOf(proxy.port), hash, ...TIMES });
    for (let cycle = 0; cycle < 100; cycle++) {
      const config = await SuperConfig.builder().source(source).watch().load();
      if (cycle % 3 === 0) await sleep(cycle % 7);
      config.close();
    }
    await until(() => proxy.open === 0, 'closing the connections');
  });

  test('a random walk over sets, deletes, transactions and faults misses nothing', async () => {
    const { proxy, hash, put, config, agrees, end } = await follow({ answerMs: 400 });
    const random = randomFrom(20_261_127);
    for (let step = 0; step < 220; step++) {
      const kind = random(20);
      const key = `k${random(12)}`;
      if (kind < 9) await put({ [key]: String(step) });
      else if (kind < 12) await server.run('HDEL', hash, key);
      else if (kind < 14) await put({ t0: String(step), t1: String(step), t2: String(step) });
      else if (kind === 14) await server.run('DEL', hash);
      else if (kind === 15) proxy.cut();
      else if (kind === 16) proxy.mode = 'hole';
      else if (kind === 17) proxy.mode = 'refuse';
      else proxy.mode = 'pass';
      const { t0, t1, t2 } = config.current as Record<string, unknown>;
      expect([t0, t1, t2]).toEqual([t0, t0, t0]);
      if (random(4) === 0) await sleep(random(120));
    }
    proxy.mode = 'pass';
    await agrees();
    await end();
  });
});
