import { statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type EtcdOptions, etcd } from '../../../ts/etcd/index.ts';
import { SuperConfig } from '../../../ts/index.ts';
import { rejected } from '../../support/errors.ts';
import { Etcd, etcds } from '../../support/etcd.ts';
import { lasting } from '../../support/followed-etcd.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { warnings } from '../../support/warnings.ts';
import { until } from '../../support/watched.ts';

const directory = temporaryDirectory();

test.each(etcds)('etcd %s: a start while the server is down, without and with a snapshot', async (_, program) => {
  const server = await lasting(Etcd.single({ program }));
  await server.write({ '/shop/port': '1', '/shop/password': 'hunter2' });
  const snapshot = { path: directory.at('shop.snapshot') };
  const open = (more: Partial<EtcdOptions> = {}) =>
    SuperConfig.builder()
      .source(etcd({ endpoints: [server.endpoint], prefix: '/shop/', startMs: 1_500, retryMs: [20, 200], ...more }))
      .watch();
  const first = await open({ snapshot }).load();
  await until(() => statSync(snapshot.path, { throwIfNoEntry: false }) !== undefined, 'writing');
  first.close();
  await server.kill();

  let begun = performance.now();
  const error = await rejected(open().load());
  expect(performance.now() - begun).toBeLessThan(1_500 + 1_000);
  expect(error.message).toContain('ECONNREFUSED');

  await warnings(async () => {
    begun = performance.now();
    const config = await open({ snapshot }).load();
    expect(performance.now() - begun).toBeLessThan(2_000);
    expect([config.current, config.status.sources[0]?.state]).toEqual([{ port: 1 }, 'snapshot']);
    const sync = open({ snapshot }).loadSync();
    expect(sync.current).toEqual({ port: 1 });
    await server.start();
    await server.put('/shop/port', '2');
    await until(() => [config, sync].every((one) => one.get('port') === 2 && one.get('password', '') === 'hunter2'), 'coming back');
    expect(config.status.sources[0]?.state).toBe('live');
    for (const one of [config, sync]) one.close();
  });
});

describe.each(etcds)('etcd %s', (_, program) => {
  test('a rollout changes sides when its rule does, in one change', async () => {
    const server = await lasting(Etcd.single({ program }));
    await server.write({
      '/shop/rollout': '{"stable": "v1", "candidate": "v2", "percent": 0}',
      '/shop/v1/port': '1',
      '/shop/v1/old': 'x',
      '/shop/v2/port': '2',
    });
    const config = await SuperConfig.builder()
      .source(etcd({ endpoints: [server.endpoint], prefix: '/shop/', rollout: { key: '/shop/rollout', instance: 'cart-1' } }))
      .watch()
      .load();
    expect(config.current).toEqual({ port: 1, old: 'x' });
    const changes: (readonly string[])[] = [];
    config.on('change', ({ changed }) => changes.push(changed));
    await server.put('/shop/rollout', 'stable: v1\ncandidate: v2\npercent: 100\n');
    await until(() => config.get('port') === 2 && changes.length > 0);
    expect([config.current, changes]).toEqual([{ port: 2 }, [['old', 'port']]]);
    const errors: string[] = [];
    config.on('error', ({ message }) => errors.push(message));
    await server.put('/shop/rollout', 'stable: [');
    await until(() => errors.length > 0);
    expect(errors[0]).toContain('/shop/rollout at revision');
    expect(config.get('port')).toBe(2);
    config.close();
  });
});
