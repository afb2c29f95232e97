import { describe, expect, test } from 'vitest';
import { SuperConfig } from '../../../ts/index.ts';
import { redis } from '../../../ts/redis/index.ts';
import { authority } from '../../support/authority.ts';
import { rejected } from '../../support/errors.ts';
import { TIMES } from '../../support/followed.ts';
import { lasting } from '../../support/followed-etcd.ts';
import { CLIENTS, followRedis } from '../../support/followed-redis.ts';
import { RedisServer } from '../../support/redis.ts';
import { freePort } from '../../support/server-process.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { until } from '../../support/watched.ts';

const directory = temporaryDirectory();

/** A server with a second door, with TLS. */
async function withTls({ file }: ReturnType<typeof authority>) {
  const port = await freePort();
  const files = ['--tls-cert-file', file('server.pem'), '--tls-key-file', file('server.key'), '--tls-ca-cert-file', file('ca.pem')];
  return { port, server: await lasting(RedisServer.open({ more: ['--tls-port', String(port), ...files] })) };
}

describe.each(CLIENTS)('access with %s', (name, clientOf) => {
  const load = (options: object) =>
    SuperConfig.builder()
      .source(redis({ hash: 'x', ...TIMES, ...options } as never))
      .load();

  test('a password is used, a wrong one is told of, and none is shown', async () => {
    const own = await lasting(RedisServer.open({ more: ['--requirepass', 'tiger-7'], door: { password: 'tiger-7' } }));
    await load({ client: clientOf(own.port, { password: 'tiger-7' }) });
    for (const options of [{ password: 'lion-8' }, { username: 'shop', password: 'lion-8' }]) {
      const error = await rejected(load({ client: clientOf(own.port, options), startMs: 300 }));
      expect(error.message).toMatch(/WRONGPASS|invalid password/);
      expect(`${error.stack}${JSON.stringify(error)}`).not.toContain('lion-8');
    }
  });

  test('a password that becomes wrong is tried slowly and not said, one that is exchanged in the client heals, and a right that is taken is felt', async () => {
    const own = await lasting(RedisServer.open());
    const allow = (password: string) => own.run('ACL', 'SETUSER', 'shop', 'on', 'resetpass', `>${password}`, '~*', '&__redis__:invalidate', '+@all');
    await allow('first-7');
    let password = 'first-7';
    const login = { username: 'shop', password };
    const credentials = async () => ({ username: 'shop', password });
    const provider = { credentialsProvider: { type: 'async-credentials-provider', credentials, onReAuthenticationError: () => {} } };
    const clientOptions = name === 'redis' ? provider : login;
    const { client, proxy, config, put, followed, agrees, end } = await followRedis(own, clientOf, { clientOptions, retryMs: [50, 30_000], staleAfterMs: 300 });
    await allow('second-8');
    const before = proxy.connections;
    proxy.cut();
    await until(() => followed.states.includes('stale'));
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(proxy.connections - before).toBeLessThan(12);
    expect([config.get('value'), followed.errors.length]).toEqual([0, 1]);
    const told = followed.status?.lastError?.message;
    expect(told).toMatch(/WRONGPASS|invalid password/);
    expect(told).not.toContain('first-7');
    password = 'second-8';
    // What `ioredis` connects with is what its options say then.
    if (name !== 'redis') (client as unknown as { options: { password: string } }).options.password = password;
    await put({ value: '1' });
    await until(() => config.get('value', 0) === 1 && followed.status?.state === 'live');

    await own.run('ACL', 'SETUSER', 'shop', '-hgetall');
    await put({ value: '2' });
    await until(() => followed.errors.length === 2);
    expect(followed.errors[1]?.message).toContain('NOPERM');
    expect(config.get('value')).toBe(1);
    await own.run('ACL', 'SETUSER', 'shop', '+hgetall');
    await until(() => config.get('value', 0) === 2);
    await agrees();
    await end();
  });

  test('certificates of both sides are used; those that are missing or foreign are SOURCE with the reason', async () => {
    const [own, foreign] = [authority(directory, 'own'), authority(directory, 'foreign')];
    const { server, port } = await withTls(own);
    await server.run('HSET', 'x', 'value', '1');
    const get = async (tls: object, more: object = {}) => (await load({ client: clientOf(port, { tls }), ...more })).get('value');
    expect(await get(own.tls)).toBe(1);
    expect((await rejected(get({ ...own.tls, ca: foreign.tls.ca }, { startMs: 500 }))).message).toMatch(/certificate|signature/);
    expect((await rejected(get({ ca: own.tls.ca }, { startMs: 1_500 }))).message).toMatch(/certificate required|socket|closed|ECONNRESET/i);
  });

  test('a connection of TLS that is given up in the middle throws nothing that nobody takes', async () => {
    const [own, foreign] = [authority(directory, 'own'), authority(directory, 'foreign')];
    const { port } = await withTls(own);
    const client = clientOf(port, { tls: { ...own.tls, ca: foreign.tls.ca } });
    // Vitest fails where something is thrown outside.
    for (let n = 0; n < 40; n++) await rejected(load({ client, startMs: 2 + n, answerMs: 3 + (n % 17), retryMs: [1, 5] }));
  });

  test('an address with a password is shown without it', async () => {
    const port = await freePort();
    const address = `redis://shop:lion-8@127.0.0.1:${port}/0`;
    const { createClient } = await import('redis');
    const { Redis } = await import('ioredis');
    const client = name === 'redis' ? createClient({ url: address }) : new Redis(address, { lazyConnect: true });
    const error = await rejected(load({ client, startMs: 200 }));
    expect(error.message).toContain(`127.0.0.1:${port} (`);
    expect(`${error.stack}${JSON.stringify(error)}`).not.toContain('lion-8');
  });
});
