import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { doorsTo, lasting } from '../../support/followed-etcd.ts';
import { CLIENTS } from '../../support/followed-redis.ts';
import { NatsServer } from '../../support/nats.ts';
import type { FaultProxy } from '../../support/proxy.ts';
import { RedisServer } from '../../support/redis.ts';
import { replicasHaveAll } from '../../support/replicas.ts';
import { until } from '../../support/watched.ts';

const program = (name: string) => join(import.meta.dirname, 'programs', name);

/** Opens and closes 1,000 configurations in a process of its own, through a door; gives that when the process has ended. */
async function cycles(engine: string, port: number): Promise<FaultProxy> {
  const [door] = (await doorsTo(port)) as [FaultProxy];
  const running = promisify(execFile)(process.execPath, [program('client-cycles.mjs'), engine, String(door.port), 'shop', '1000'], { timeout: 280_000 });
  expect(await running).toMatchObject({ stdout: 'one is open\n', stderr: '' });
  await until(() => door.open === 0, 'closing the connections');
  return door;
}

test('1,000 configurations of each client that are opened and closed leave no socket and no consumer but that of the last, and the process ends by itself', async () => {
  const redis = await lasting(RedisServer.open());
  await redis.run('HSET', 'shop', 'value', '0');
  const nats = await lasting(NatsServer.open());
  await (await nats.bucket('shop')).put('value', '0');
  await Promise.all([cycles('nats', nats.port), ...CLIENTS.map(([name]) => cycles(name, redis.port))]);
  expect(await redis.connections()).toEqual([]);
  expect(await nats.consumers('shop')).toBeLessThanOrEqual(1);
}, 300_000);

describe('20 processes have what is put, also after the server has restarted, to which they do not come back at once', () => {
  test('NATS', async () => {
    const server = await lasting(NatsServer.open());
    const kv = await server.bucket('shop');
    await replicasHaveAll(server, [program('replica.mjs'), 'nats', String(server.port), 'shop'], (value) => kv.put('value', value));
  });

  test('Redis', async () => {
    const server = await lasting(RedisServer.open());
    await replicasHaveAll(server, [program('replica.mjs'), 'redis', String(server.port), 'shop'], (value) => server.run('HSET', 'shop', 'value', value));
  });
});
