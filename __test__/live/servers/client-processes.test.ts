import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { NatsServer } from '../../support/nats.ts';
import { FaultProxy } from '../../support/proxy.ts';
import { RedisServer } from '../../support/redis.ts';
import { until } from '../../support/watched.ts';

const program = join(import.meta.dirname, 'programs/client-cycles.mjs');

/** Runs cycles through a door; gives it when the process has ended. */
async function cycles(engine: string, port: number, name: string, count: number): Promise<FaultProxy> {
  const door = await FaultProxy.open(port);
  onTestFinished(() => door.close());
  const running = promisify(execFile)(process.execPath, [program, engine, String(door.port), name, String(count)], { timeout: 280_000 });
  expect(await running).toMatchObject({ stdout: 'one is open\n', stderr: '' });
  return door;
}

test.each(['redis', 'ioredis'])(
  '1,000 configurations that are opened and closed with %s leave no socket, and the process ends by itself',
  async (engine) => {
    const server = await RedisServer.open();
    onTestFinished(() => server.stop());
    await server.run('HSET', 'shop', 'value', '0');
    const door = await cycles(engine, server.port, 'shop', 1_000);
    await until(() => door.open === 0, 'closing the connections');
    expect(await server.connections()).toEqual([]);
  },
  300_000,
);

test('1,000 configurations that are opened and closed with NATS leave no consumer but that of the last', async () => {
  const server = await NatsServer.open();
  onTestFinished(() => server.stop());
  await (await server.bucket('shop')).put('value', '0');
  const door = await cycles('nats', server.port, 'shop', 1_000);
  await until(() => door.open === 0, 'closing the connection');
  expect(await server.consumers('shop')).toBeLessThanOrEqual(1);
}, 300_000);
