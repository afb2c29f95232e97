import { describe, expect, test } from 'vitest';
import { type EtcdTls, etcd } from '../../../ts/etcd/index.ts';
import { SuperConfig } from '../../../ts/index.ts';
import { authority } from '../../support/authority.ts';
import { rejected } from '../../support/errors.ts';
import { Etcd, etcds } from '../../support/etcd.ts';
import { doorsTo, follow, lasting, newPrefix } from '../../support/followed-etcd.ts';
import { freePort } from '../../support/server-process.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { until } from '../../support/watched.ts';

describe.each(etcds)('users of etcd %s', (_, program) => {
  /** A server with users: `root`, and `shop`, whose role reads everything. */
  async function guarded(more: readonly string[] = []): Promise<Etcd> {
    const server = await lasting(Etcd.single({ program, more }));
    await server.control('user', 'add', 'root:secret');
    await server.control('user', 'grant-role', 'root', 'root');
    await server.control('role', 'add', 'reader');
    await server.control('role', 'grant-permission', 'reader', '--prefix=true', 'read', '/');
    await server.control('user', 'add', 'shop:first');
    await server.control('user', 'grant-role', 'shop', 'reader');
    await server.control('auth', 'enable');
    server.user = 'root:secret';
    return server;
  }

  test('a token that has expired is renewed by one login, without an outage', async () => {
    const server = await guarded(['--auth-token-ttl', '1']);
    const { config, prefix, states, errors, source, end } = await follow(server, { auth: { user: 'shop', password: 'first' } });
    await until(() => source()?.state === 'live');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const logins = await server.metric('grpc_server_handled_total{grpc_code="OK",grpc_method="Authenticate"');
    // What is all gone is listed again, on the same connection.
    await server.control('del', `${prefix}value`);
    await until(() => !config.has('value'));
    await server.control('put', `${prefix}value`, '2');
    await until(() => config.get('value', 0) === 2);
    expect([states, errors]).toEqual([[], []]);
    // Each call of etcdctl logs in as well: two of them.
    expect(await server.metric('grpc_server_handled_total{grpc_code="OK",grpc_method="Authenticate"')).toBe(logins + 2 + 1);
    await end();
  });

  test('a login whose function never answers is given up, on a connection that is closed, and the next one heals', async () => {
    const server = await guarded();
    let hanging = 0;
    let isHanging = false;
    const auth = () => {
      if (!isHanging) return { user: 'shop', password: 'first' };
      hanging += 1;
      return new Promise<never>(() => {});
    };
    const { prefix, config, door, errors, source, end } = await follow(server, { auth });
    await until(() => source()?.state === 'live');
    isHanging = true;
    door.cut();
    await until(() => hanging === 1, 'the login');
    await until(() => errors.length > 0 && hanging === 2, 'the next login');
    expect(source()?.lastError?.message).toContain('`auth` failed: no answer within 5000 ms');
    isHanging = false;
    door.cut();
    await until(() => source()?.state === 'live');
    await server.control('put', `${prefix}value`, '2');
    await until(() => config.get('value') === 2);
    isHanging = true;
    door.cut();
    await until(() => hanging === 3, 'the last login');
    // Closing ends it at once.
    await end();
  });

  test('a password that becomes wrong is tried slowly, and a right one heals', async () => {
    const server = await guarded();
    let password = 'first';
    const auth = async () => ({ user: 'shop', password });
    const { config, prefix, door, states, errors, source, end } = await follow(server, { auth, retryMs: [50, 30_000] });
    await server.control('user', 'delete', 'shop');
    await server.control('user', 'add', 'shop:second');
    await server.control('user', 'grant-role', 'shop', 'reader');
    const before = door.connections;
    door.cut();
    await until(() => errors.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(door.connections - before).toBeLessThan(12);
    expect([config.get('value'), errors.length]).toEqual([0, 1]);
    expect(source()?.lastError?.message).toContain('authentication failed');
    expect(source()?.lastError?.message).not.toContain('first');
    password = 'second';
    await server.control('put', `${prefix}value`, '3');
    await until(() => config.get('value') === 3);
    expect(states.filter((state) => state !== 'stale')).toEqual(['connecting', 'live']);
    await end();
  });

  test('a role that is revoked is felt when the watch is opened anew, and the values stay', async () => {
    const server = await guarded();
    const { config, prefix, states, errors, source, end } = await follow(server, {
      ...{ auth: { user: 'shop', password: 'first' }, maxWatchMs: 600, staleAfterMs: 500, retryMs: [50, 500] },
    });
    await server.control('user', 'revoke-role', 'shop', 'reader');
    await until(() => states.includes('stale') && errors.length > 0);
    expect([config.get('value'), errors.length]).toEqual([0, 1]);
    expect(source()?.lastError?.message).toContain('permission denied');
    await server.control('user', 'grant-role', 'shop', 'reader');
    await server.control('put', `${prefix}value`, '4');
    await until(() => config.get('value') === 4);
    await end();
  });

  test('a password that is wrong from the start is SOURCE, and is not said', async () => {
    const server = await guarded();
    const source = etcd({ endpoints: [server.endpoint], prefix: '/', auth: { user: 'shop', password: 'hunter2' }, startMs: 3_000 });
    const error = await rejected(SuperConfig.builder().source(source).load());
    expect(error.message).toContain('authentication failed');
    expect(`${error.stack}${JSON.stringify(error)}`).not.toContain('hunter2');
  });
});

describe.each(etcds)('certificates of etcd %s', (_, program) => {
  const directory = temporaryDirectory();

  /** The certificates of an authority, and the arguments of a server that has them. */
  function certified(name: string): { args: string[]; tls: EtcdTls } {
    const { file, tls } = authority(directory, name);
    return {
      args: ['--cert-file', file('server.pem'), '--key-file', file('server.key'), '--trusted-ca-file', file('ca.pem'), '--client-cert-auth'],
      tls,
    };
  }

  test('are asked for at each connection, so that exchanged ones are used when it is made anew', async () => {
    const [first, second] = [certified('first'), certified('second')];
    const tlsPort = await freePort();
    const server = await lasting(Etcd.single({ program, tlsPort, more: first.args }));
    let current = first.tls;
    const doors = await doorsTo(tlsPort);
    const { config, put, states, errors, agrees, end } = await follow(server, { doors, scheme: 'https', tls: async () => current });
    await put({ value: '1' });
    await until(() => config.get('value') === 1);
    await server.kill();
    server.more = second.args;
    await server.start();
    await until(() => errors.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(states.at(-1)).not.toBe('live');
    current = second.tls;
    await put({ value: '2' });
    await until(() => config.get('value', 0) === 2);
    await agrees();
    await end();
  });

  test('that are missing, or of another authority, are SOURCE with the reason', async () => {
    const [own, foreign] = [certified('own'), certified('foreign')];
    const tlsPort = await freePort();
    await lasting(Etcd.single({ program, tlsPort, more: own.args }));
    const load = (tls: EtcdTls) => {
      const source = etcd({ endpoints: [`https://127.0.0.1:${tlsPort}`], prefix: newPrefix(), tls, startMs: 1_000 });
      return rejected(SuperConfig.builder().source(source).load());
    };
    expect((await load({ ca: foreign.tls.ca })).message).toMatch(/certificate|signature/);
    const { ca } = own.tls;
    expect((await load({ ca })).message).toMatch(/certificate required|bad certificate/);
  });
});
