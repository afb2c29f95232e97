import { createClient, createCluster } from 'redis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { SuperConfig } from '../../../ts/index.ts';
import { redis } from '../../../ts/redis/index.ts';
import { caught, rejected } from '../../support/errors.ts';
import { Followed, keepsWhatASchemaRefuses, TIMES } from '../../support/followed.ts';
import { lasting } from '../../support/followed-etcd.ts';
import { CLIENTS, followRedis, newKey } from '../../support/followed-redis.ts';
import { FaultProxy } from '../../support/proxy.ts';
import { RedisServer, redisServers } from '../../support/redis.ts';
import { freePort } from '../../support/server-process.ts';
import { until } from '../../support/watched.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.open();
});
afterAll(() => server.stop());

const load = async (options: object, defaults: object = {}) =>
  SuperConfig.builder()
    .defaults(defaults)
    .source(redis({ ...TIMES, ...options } as never))
    .load();

describe.each(CLIENTS)('what is read with %s', (_name, clientOf) => {
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
    // The server takes no prefixes to tell of that overlap.
    await server.run('SET', 'over', 'port: 7');
    await server.run('SET', 'over.yaml', 'host: b');
    expect((await load({ client, documents: ['over', 'over.yaml', 'over'] })).current).toEqual({ port: 7, host: 'b' });
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
  const [[, clientOf]] = CLIENTS as [(typeof CLIENTS)[number]];
  const client = clientOf(6379);
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

test.each(redisServers)('what is set, missed and deleted is followed with %s', async (_, program) => {
  const own = await lasting(RedisServer.open({ program }));
  await Promise.all(
    CLIENTS.map(async ([, clientOf]) => {
      const { proxy, hash, config, put, agrees, end } = await followRedis(own, clientOf);
      await put({ a: '1' });
      await until(() => config.has('a'), 'the hint');
      proxy.mode = 'refuse';
      proxy.cut();
      await put({ b: '1' });
      await own.run('HDEL', hash, 'a');
      proxy.mode = 'pass';
      await until(() => config.has('b') && !config.has('a'), 'what was missed');
      await put({ c: '1' });
      await until(() => config.has('c'), 'a hint once more');
      await agrees();
      await end();
    }),
  );
});
