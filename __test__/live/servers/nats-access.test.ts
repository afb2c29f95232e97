import { readFileSync, writeFileSync } from 'node:fs';
import { Kvm } from '@nats-io/kv';
import { type NodeConnectionOptions, tokenAuthenticator, usernamePasswordAuthenticator } from '@nats-io/transport-node';
import { describe, expect, onTestFinished, test } from 'vitest';
import { nats } from '../../../ts/nats/index.ts';
import { authority } from '../../support/authority.ts';
import { Followed, TIMES } from '../../support/followed.ts';
import { lasting } from '../../support/followed-etcd.ts';
import { connectNats, NatsServer } from '../../support/nats.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { until } from '../../support/watched.ts';

const directory = temporaryDirectory();
/** The door that is not under test. */
const root = { user: 'root', pass: 'root-1' };

/** Follows a bucket of a server over a connection with these options. */
async function followed(server: NatsServer, options: NodeConnectionOptions) {
  const direct = await server.bucket('shop');
  await direct.put('value', '0');
  const connection = await connectNats(server.port, options);
  onTestFinished(() => connection.close());
  const kv = await new Kvm(connection).open('shop');
  const of = await Followed.load(nats({ kv, connection, prefix: '', probeMs: 300, ...TIMES, staleAfterMs: 500 }));
  return { direct, of, config: of.config };
}

const users = (...more: string[]) => `authorization { users = [ { user: root, password: root-1 }, ${more.join(', ')} ] }`;

describe('a connection of NATS', () => {
  test('whose password is changed is dropped, tried slowly, and heals with the one that the program gives then', async () => {
    const user = (password: string) => `{ user: shop, password: ${password} }`;
    const server = await lasting(NatsServer.open({ configuration: users(user('first-7')), door: root }));
    let password = 'first-7';
    let asked = 0;
    const authenticator = usernamePasswordAuthenticator('shop', () => {
      asked += 1;
      return password;
    });
    // Without it the client gives up at the second refusal.
    const { direct, of, config } = await followed(server, { authenticator, ignoreAuthErrorAbort: true, reconnectTimeWait: 100 });
    server.reload(users(user('second-8')));
    await until(() => of.states.includes('stale'));
    asked = 0;
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(asked).toBeLessThan(8);
    expect([config.get('value'), of.errors.length]).toEqual([0, 1]);
    expect(`${of.errors[0]?.stack}`).not.toContain('first-7');
    password = 'second-8';
    await direct.put('value', '1');
    await until(() => config.get('value', 0) === 1 && of.status?.state === 'live');
    expect(of.errors).toHaveLength(1);
  });

  test('whose right is taken is told of, and heals', async () => {
    const rights = (permissions: string) => users(`{ user: shop, password: first-7, permissions: { publish: ${permissions}, subscribe: "_INBOX.>" } }`);
    const server = await lasting(NatsServer.open({ configuration: rights('">"'), door: root }));
    const { direct, of, config } = await followed(server, { user: 'shop', pass: 'first-7' });
    server.reload(rights('{ deny: "$JS.API.>" }'));
    await until(() => of.states.includes('stale'));
    expect(of.status?.lastError?.message).toMatch(/permissions violation/i);
    await direct.put('value', '1');
    expect(config.get('value')).toBe(0);
    server.reload(rights('">"'));
    await until(() => config.get('value', 0) === 1 && of.status?.state === 'live');
  });

  test('whose token expires gets one by a function, and one login', async () => {
    const server = await lasting(NatsServer.open({ configuration: 'authorization { token: first-7 }', door: { token: 'first-7' } }));
    let token = 'first-7';
    const { of, config } = await followed(server, { authenticator: tokenAuthenticator(() => token), ignoreAuthErrorAbort: true });
    token = 'second-8';
    server.reload('authorization { token: second-8 }');
    await until(() => of.errors.length > 0);
    await until(() => of.status?.state === 'live');
    const door = await connectNats(server.port, { token });
    onTestFinished(() => door.close());
    await (await new Kvm(door).open('shop')).put('value', '1');
    await until(() => config.get('value', 0) === 1);
    expect(of.errors).toHaveLength(1);
  });

  test('whose certificates are exchanged uses the new ones when it is made anew', async () => {
    const [first, second] = [authority(directory, 'first'), authority(directory, 'second')];
    const configured = ({ file }: typeof first) =>
      `tls { cert_file: "${file('server.pem')}", key_file: "${file('server.key')}", ca_file: "${file('ca.pem')}", verify: true }`;
    const current = { caFile: directory.at('ca.pem'), certFile: directory.at('client.pem'), keyFile: directory.at('client.key') };
    const use = ({ file }: typeof first) => {
      for (const [kind, path] of Object.entries({ 'ca.pem': current.caFile, 'client.pem': current.certFile, 'client.key': current.keyFile })) {
        writeFileSync(path, readFileSync(file(kind)));
      }
    };
    use(first);
    const server = await lasting(NatsServer.open({ configuration: configured(first), door: { tls: current } }));
    const { direct, of, config } = await followed(server, { tls: current });
    await server.kill();
    server.configuration = configured(second);
    await server.start();
    await until(() => of.states.includes('stale'));
    use(second);
    await until(() => of.status?.state === 'live');
    await direct.put('value', '1');
    await until(() => config.get('value', 0) === 1);
    expect(of.errors).toHaveLength(1);
  });
});
