import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { etcd } from '../../../ts/etcd/index.ts';
import { SuperConfig, type SuperConfigError } from '../../../ts/index.ts';
import { rejected } from '../../support/errors.ts';
import { Etcd, etcds } from '../../support/etcd.ts';
import { doorsTo, newPrefix } from '../../support/followed-etcd.ts';
import { freePort } from '../../support/server-process.ts';
import { until } from '../../support/watched.ts';

describe.each(etcds)('etcd %s', (_, program) => {
  let server: Etcd;
  beforeAll(async () => {
    server = await Etcd.single({ program });
  });
  afterAll(() => server.stop());

  test('a prefix is a tree, typed by what is below and explained by key and revision', async () => {
    const prefix = newPrefix();
    const revision = await server.write({ [`${prefix}server/port`]: '8080', [`${prefix}server/name`]: '80', [`${prefix}tags_add`]: 'c', [prefix]: 'no path' });
    const config = await SuperConfig.builder()
      .defaults({ server: { port: 1, name: 'a' }, tags: ['a'] })
      .source(etcd({ endpoints: [server.endpoint], prefix }))
      .load();
    expect(config.current).toEqual({ server: { port: 8080, name: '80' }, tags: ['a', 'c'] });
    expect(config.explain('server.port').winner).toMatchObject({ name: `etcd:${prefix}`, key: `${prefix}server/port`, revision: String(revision) });
    expect(config.status.sources).toMatchObject([{ name: `etcd:${prefix}`, state: 'live', endpoint: server.endpoint }]);
    config.close();
  });

  test('a key is one document, and keys below one are several, in their order', async () => {
    const prefix = newPrefix();
    await server.write({ [`${prefix}10.yaml`]: 'port: 1\nhost: a', [`${prefix}20.toml`]: 'port = 2' });
    const options = { endpoints: [server.endpoint] };
    const several = await SuperConfig.builder()
      .source(etcd({ ...options, documents: prefix }))
      .load();
    expect(several.current).toEqual({ port: 2, host: 'a' });
    expect(several.explain('port').winner).toMatchObject({ key: `${prefix}20.toml`, line: 1, column: 8 });
    const one = await SuperConfig.builder()
      .source(etcd({ ...options, key: `${prefix}10.yaml`, at: ['app'] }))
      .load();
    expect(one.current).toEqual({ app: { port: 1, host: 'a' } });
    for (const config of [several, one]) config.close();
  });

  test('a key that is a value and has others below it is an error that names both', async () => {
    const prefix = newPrefix();
    await server.write({ [`${prefix}db`]: 'x', [`${prefix}db/host`]: 'y' });
    const error = await rejected(
      SuperConfig.builder()
        .source(etcd({ endpoints: [server.endpoint], prefix }))
        .load(),
    );
    expect(error.message).toContain(`${prefix}db`);
    expect(error.message).toContain(`${prefix}db/host`);
  });

  test('pages are of one moment, also where keys are written and compacted between them', async () => {
    const prefix = newPrefix();
    const keys = Array.from({ length: 40 }, (_, at) => `${prefix}k${String(at).padStart(2, '0')}`);
    const all = (value: string) => Object.fromEntries(keys.map((key) => [key, value]));
    await server.write(all('0'));
    let isWriting = true;
    const writing = (async () => {
      for (let n = 1; isWriting; n++) await server.compact(await server.write(all(String(n))));
    })();
    for (let round = 0; round < 5; round++) {
      const config = await SuperConfig.builder()
        .source(etcd({ endpoints: [server.endpoint], prefix, pageKeys: 3 }))
        .load();
      expect(new Set(Object.values(config.current as object)).size).toBe(1);
      expect(Object.keys(config.current as object)).toHaveLength(40);
      config.close();
    }
    isWriting = false;
    await writing;
  });

  test('nothing that answers is SOURCE with all endpoints and reasons, in time', async () => {
    const [door] = await doorsTo(server.port);
    if (door === undefined) throw new Error('no door');
    door.mode = 'hole';
    const endpoints = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${door.port}`];
    const begun = performance.now();
    const error = await rejected(
      SuperConfig.builder()
        .source(etcd({ endpoints, prefix: '/x/', startMs: 700 }))
        .load(),
    );
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(error.code).toBe('ERR_SUPERCONFIG_SOURCE');
    for (const endpoint of endpoints) expect(error.message).toContain(endpoint);
    expect(error.message).toContain('ECONNREFUSED');
    await until(() => door.open === 0, 'closing the connection');
  });

  test('a document that goes bad keeps the last good one, located, and heals', async () => {
    const key = `${newPrefix()}app.yaml`;
    await server.put(key, 'port: 1');
    const config = await SuperConfig.builder()
      .source(etcd({ endpoints: [server.endpoint], key }))
      .watch()
      .load();
    const errors: SuperConfigError[] = [];
    config.on('error', (error) => errors.push(error));
    const revision = await server.put(key, 'port: [');
    await until(() => errors.length > 0);
    expect(errors).toMatchObject([{ code: 'ERR_SUPERCONFIG_PARSE', origin: { key, revision: String(revision), line: 1 } }]);
    expect([config.get('port'), config.status.sources[0]?.state]).toEqual([1, 'live']);
    expect(config.status.sources[0]?.lastError?.code).toBe('ERR_SUPERCONFIG_PARSE');
    await server.put(key, 'port: 2');
    await until(() => config.get('port') === 2);
    config.close();
  });

  test('what a schema refuses keeps the last good values, and heals', async () => {
    const prefix = newPrefix();
    await server.put(`${prefix}port`, '1');
    const validate = (value: unknown) => {
      const { port } = value as { port: unknown };
      return typeof port === 'number' && port < 10 ? { value } : { issues: [{ message: 'too high', path: ['port'] }] };
    };
    const config = await SuperConfig.builder()
      .source(etcd({ endpoints: [server.endpoint], prefix }))
      .schema({ '~standard': { version: 1 as const, vendor: 'test', validate } })
      .watch()
      .load();
    const errors: SuperConfigError[] = [];
    config.on('error', (error) => errors.push(error));
    await server.put(`${prefix}port`, '99');
    await until(() => errors.length > 0);
    expect(errors[0]).toMatchObject({ code: 'ERR_SUPERCONFIG_VALIDATION' });
    expect((config.current as { port: number }).port).toBe(1);
    await server.put(`${prefix}port`, '2');
    await until(() => (config.current as { port: number }).port === 2);
    config.close();
  });
});
