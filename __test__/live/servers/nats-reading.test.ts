import { Kvm } from '@nats-io/kv';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { SuperConfig } from '../../../ts/index.ts';
import { nats } from '../../../ts/nats/index.ts';
import { caught, rejected } from '../../support/errors.ts';
import { Followed, keepsWhatASchemaRefuses, TIMES } from '../../support/followed.ts';
import { behindDoors, followNats, newBucket } from '../../support/followed-nats.ts';
import { connectNats, NatsServer, natsServers } from '../../support/nats.ts';
import { freePort } from '../../support/server-process.ts';
import { warnings } from '../../support/warnings.ts';
import { until } from '../../support/watched.ts';

describe.each(natsServers)('what is read of nats-server %s', (_, program) => {
  let server: NatsServer;
  beforeAll(async () => {
    server = await NatsServer.open({ program });
  });
  afterAll(() => server.stop());

  test('a prefix is a tree, typed by what is below and explained by key and revision', async () => {
    const kv = await server.bucket(newBucket());
    await kv.put('shop.server.name', '80');
    await kv.put('other.port', '1');
    const revision = await kv.put('shop.server.port', '8080');
    await kv.put('shop.gone', '1');
    await kv.delete('shop.gone');
    const config = await SuperConfig.builder()
      .defaults({ server: { port: 1, name: 'a' } })
      .source(nats({ kv, prefix: 'shop.' }))
      .load();
    expect(config.current).toEqual({ server: { port: 8080, name: '80' } });
    expect(config.explain('server.port').winner).toMatchObject({ name: 'nats:shop.', key: 'shop.server.port', revision: String(revision) });
    expect(config.status.sources).toMatchObject([{ name: 'nats:shop.', state: 'live' }]);
  });

  test('a key is one document, keys below one are several, and a prefix need not end at a dot', async () => {
    const kv = await server.bucket(newBucket());
    await kv.put('conf/10.yaml', 'port: 1\nhost: a');
    await kv.put('conf/20.toml', 'port = 2');
    await kv.put('config', '7');
    const load = async (layout: object) =>
      (
        await SuperConfig.builder()
          .source(nats({ kv, ...layout }))
          .load()
      ).current;
    expect(await load({ documents: 'conf/' })).toEqual({ port: 2, host: 'a' });
    expect(await load({ key: 'conf/10.yaml', at: ['app'] })).toEqual({ app: { port: 1, host: 'a' } });
    expect(await load({ prefix: 'con', typing: 'text' })).toMatchObject({ fig: '7' });
    expect(await load({ key: 'missing.yaml' })).toEqual({});
  });

  test('the newest of a long history counts, of many keys', async () => {
    const kv = await server.bucket(newBucket(), { history: 5 });
    for (let n = 0; n < 8; n++) await Promise.all(Array.from({ length: 40 }, (_, key) => kv.put(`k.${key}`, String(n))));
    const config = await SuperConfig.builder()
      .source(nats({ kv, prefix: 'k.' }))
      .load();
    expect(new Set(Object.values(config.current as object))).toEqual(new Set([7]));
    expect(Object.keys(config.current as object)).toHaveLength(40);
  });

  test('bytes that are no text are refused with their key, and a large value is read', async () => {
    const name = newBucket();
    const kv = await server.bucket(name);
    await kv.put('big', 'x'.repeat(900_000));
    const config = await SuperConfig.builder()
      .source(nats({ kv, prefix: '' }))
      .load();
    expect((config.get('big') as string).length).toBe(900_000);
    await kv.put('bad', new Uint8Array([0xff, 0xfe]));
    const error = await rejected(
      SuperConfig.builder()
        .source(nats({ kv, prefix: '', startMs: 500 }))
        .load(),
    );
    expect([error.code, error.message]).toEqual(['ERR_SUPERCONFIG_SOURCE', expect.stringContaining('the value of the key bad is not UTF-8')]);
  });

  test('nothing that answers is SOURCE with the reason, in time, and leaves no consumer', async () => {
    const name = newBucket();
    await server.bucket(name);
    const { proxy, kv } = await behindDoors(name, server);
    proxy.mode = 'hole';
    const begun = Date.now();
    const error = await rejected(
      SuperConfig.builder()
        .source(nats({ kv, prefix: 'x.', startMs: 700, answerMs: 200 }))
        .load(),
    );
    expect(Date.now() - begun).toBeLessThan(5_000);
    expect(error.code).toBe('ERR_SUPERCONFIG_SOURCE');
    // Where this thread stood still meanwhile, it asks once more, and the start ends first.
    expect(error.message).toMatch(new RegExp(`the bucket ${name} \\(no answer (within 200 ms|in that time)\\)`));
    proxy.mode = 'pass';
    proxy.cut();
    expect(await server.consumers(name)).toBe(0);
  });

  test('options that are none are refused at once', async () => {
    const kv = await server.bucket(newBucket());
    for (const wrong of [
      { prefix: 'a.' },
      { kv: {}, prefix: 'a.' },
      { kv },
      { kv, prefix: 'a.', key: 'b' },
      { kv, prefix: 'a.', probeMs: 0 },
      { kv, prefix: 'a.', connection: {} },
      { kv, prefix: 'a.', onEmpty: 'no' },
    ]) {
      expect([wrong, caught(() => nats(wrong as never)).code]).toEqual([wrong, 'ERR_SUPERCONFIG_OPTION']);
    }
  });

  test('what a schema refuses keeps the last good values, and heals', async () => {
    const kv = await server.bucket(newBucket());
    await keepsWhatASchemaRefuses(nats({ kv, prefix: 'app.', probeMs: 400, ...TIMES }), (port) => kv.put('app.port', port));
  });

  test('a document that goes bad keeps the last good one, located, and heals', async () => {
    const name = newBucket();
    const kv = await server.bucket(name);
    await kv.put('app.yaml', 'port: 1');
    const followed = await Followed.load(nats({ kv, key: 'app.yaml' }));
    const revision = await kv.put('app.yaml', 'port: [');
    await until(() => followed.errors.length > 0);
    expect(followed.errors).toMatchObject([{ code: 'ERR_SUPERCONFIG_PARSE', origin: { key: 'app.yaml', revision: String(revision), line: 1 } }]);
    expect([followed.config.get('port'), followed.status?.state]).toEqual([1, 'live']);
    await kv.put('app.yaml', 'port: 2');
    await until(() => followed.config.get('port', 0) === 2);
  });

  test('a bucket that is not there is SOURCE, and a server that starts later is waited for', async () => {
    const port = await freePort();
    const connecting = connectNats(port);
    const own = new NatsServer(port, { program });
    onTestFinished(() => own.stop());
    await own.start();
    const connection = await connecting;
    onTestFinished(() => connection.close());
    const kv = await new Kvm(connection).open('nothing');
    const error = await rejected(
      SuperConfig.builder()
        .source(nats({ kv, prefix: 'a.', startMs: 500 }))
        .load(),
    );
    expect([error.code, error.message]).toEqual(['ERR_SUPERCONFIG_SOURCE', expect.stringContaining('stream not found')]);
  });

  test('what is put, deleted, missed and made anew is followed', async () => {
    const { proxy, direct, name, config, agrees } = await followNats([server]);
    await direct.put('app.a', '1');
    await until(() => config.has('a'));
    proxy.mode = 'refuse';
    proxy.cut();
    await direct.delete('app.a');
    await direct.put('app.b', '1');
    proxy.mode = 'pass';
    await until(() => config.has('b') && !config.has('a'));
    await agrees();
    const told = await warnings(async () => {
      await direct.destroy();
      await (await server.bucket(name)).put('app.fresh', '1');
      await until(() => config.has('fresh') && !config.has('b'));
    });
    expect(told).toHaveLength(1);
  });
});
