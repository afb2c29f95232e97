// Starts of a program while its server is down, with each engine and client.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { etcd } from '../../../ts/etcd/index.ts';
import { type CustomSource, SuperConfig } from '../../../ts/index.ts';
import type { LiveOptions, Rollout } from '../../../ts/live/index.ts';
import { nats } from '../../../ts/nats/index.ts';
import { redis } from '../../../ts/redis/index.ts';
import { rejected } from '../../support/errors.ts';
import { Etcd } from '../../support/etcd.ts';
import { Followed, TIMES } from '../../support/followed.ts';
import { lasting, untilDone } from '../../support/followed-etcd.ts';
import { CLIENTS } from '../../support/followed-redis.ts';
import { NatsServer } from '../../support/nats.ts';
import { RedisServer } from '../../support/redis.ts';
import type { ServerProcess } from '../../support/server-process.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { warnings } from '../../support/warnings.ts';
import { until } from '../../support/watched.ts';

interface Engine {
  readonly server: Pick<ServerProcess, 'kill' | 'start'>;
  source(options: LiveOptions & { rollout?: Omit<Rollout, 'key'> }): CustomSource;
  write(values: Record<string, string>): Promise<unknown>;
}

async function etcdEngine(): Promise<Engine> {
  const server = await lasting(Etcd.single());
  const pathOf = (key: string) => `/app/${key.replaceAll('.', '/')}`;
  return {
    server,
    source: ({ rollout, ...options }) =>
      etcd({ endpoints: [server.endpoint], prefix: '/app/', ...options, ...(rollout && { rollout: { key: '/app/rollout', ...rollout } }) }),
    write: (values) => server.write(Object.fromEntries(Object.entries(values).map(([key, value]) => [pathOf(key), value]))),
  };
}

async function natsEngine(): Promise<Engine> {
  const server = await lasting(NatsServer.open());
  const kv = await server.bucket('app');
  return {
    server,
    source: ({ rollout, ...options }) =>
      nats({ kv, prefix: 'app.', answerMs: 500, probeMs: 400, ...options, ...(rollout && { rollout: { key: 'app.rollout', ...rollout } }) }),
    write: (values) => Promise.all(Object.entries(values).map(([key, value]) => kv.put(`app.${key}`, value))),
  };
}

const redisEngine = (clientOf: (typeof CLIENTS)[number][1]) => async (): Promise<Engine> => {
  const server = await lasting(RedisServer.open());
  return {
    server,
    source: ({ rollout, ...options }) =>
      redis({ client: clientOf(server.port), hash: 'app', ...options, ...(rollout && { rollout: { key: 'rollout', ...rollout } }) }),
    write: (values) => server.run('HSET', 'app', ...Object.entries(values).flat()),
  };
};

const directory = temporaryDirectory();

describe.each([['etcd', etcdEngine] as const, ['NATS', natsEngine] as const, ...CLIENTS.map(([name, clientOf]) => [name, redisEngine(clientOf)] as const)])(
  '%s',
  (_, open) => {
    test('a start while the server is down, without a snapshot, and with one that is good, expired, torn, and of another source', async () => {
      const { server, source, write } = await open();
      await write({ 'v1.value': '1', 'v1.password': 'tiger', 'v2.value': '2', rollout: '{ "stable": "v1", "candidate": "v2", "percent": 0 }' });
      const path = directory.at('state/app.json');
      const given = (more: LiveOptions = {}) => source({ ...TIMES, retryMs: [20, 100], startMs: 400, rollout: { instance: 'a' }, ...more });
      const first = await Followed.load(given({ snapshot: { path } }));
      expect(first.values).toEqual({ value: '1', password: 'tiger' });
      await until(() => existsSync(path));
      const good = readFileSync(path, 'utf8');
      expect(good).not.toContain('tiger');
      first.config.close();
      await server.kill();

      const refusal = async (more: LiveOptions) => {
        const begun = performance.now();
        const error = await rejected(SuperConfig.builder().source(given(more)).load());
        expect(performance.now() - begun).toBeLessThan(400 + 1_500);
        expect(error.code).toBe('ERR_SUPERCONFIG_SOURCE');
        return error.message;
      };
      expect(await refusal({})).toMatch(/^the source `\S+` failed: nothing could be read within 400 ms: .*\(.+\)$/);
      await sleep(20);
      expect(await refusal({ snapshot: { path, maxAgeMs: 10 } })).toContain(`the snapshot ${path} is not used: it is `);
      for (const [text, reason] of [
        [good.slice(0, -20), 'it is torn, or was changed'],
        [good.replace(/v1(.)value"/, 'v1$1valve"'), 'it is torn, or was changed'],
        ['', 'it is torn, or was changed'],
      ] as const) {
        writeFileSync(path, text);
        expect(await refusal({ snapshot: { path } })).toContain(`the snapshot ${path} is not used: ${reason}`);
      }

      writeFileSync(path, good);
      const told = await warnings(async () => {
        const begun = performance.now();
        const follower = SuperConfig.builder().source(given({ snapshot: { path } }));
        const config = await follower.watch().load();
        onTestFinished(() => config.close());
        expect(performance.now() - begun).toBeLessThan(2_000);
        config.on('error', () => {});
        expect([config.current, config.status.sources[0]?.state]).toEqual([{ value: 1 }, 'snapshot']);
        expect(
          SuperConfig.builder()
            .source(given({ snapshot: { path } }))
            .loadSync().current,
        ).toEqual({ value: 1 });
        await server.start();
        await untilDone(() => write({ rollout: '{ "stable": "v1", "candidate": "v2", "percent": 100 }' }));
        await until(() => config.get('value', 0) === 2 && config.status.sources[0]?.state === 'live');
        config.close();
      });
      expect(told).toHaveLength(2);
      for (const text of told) expect(text).toContain(`no server has answered; its snapshot ${path} is in use`);
    });
  },
);

test('a snapshot of one engine is none of another', async () => {
  const engines = await Promise.all([natsEngine(), redisEngine(CLIENTS[0]?.[1] as never)()]);
  const snapshot = { path: directory.at('state/app.json') };
  for (const { source, write } of engines) {
    await write({ value: '1' });
    const { config } = await Followed.load(source({ ...TIMES, snapshot }));
    await until(() => existsSync(snapshot.path));
    config.close();
  }
  const [first, second] = engines as [Engine, Engine];
  await until(() => readFileSync(snapshot.path, 'utf8').includes('redis:app'));
  for (const { server } of engines) await server.kill();
  const error = await rejected(
    SuperConfig.builder()
      .source(first.source({ ...TIMES, startMs: 500, snapshot }))
      .load(),
  );
  expect(error.message).toContain('it is of the source `redis:app`');
  await warnings(async () => {
    expect(
      (
        await SuperConfig.builder()
          .source(second.source({ ...TIMES, startMs: 500, snapshot }))
          .load()
      ).current,
    ).toEqual({ value: 1 });
  });
});
