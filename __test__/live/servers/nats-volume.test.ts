import { afterAll, beforeAll, expect, test } from 'vitest';
import { nats } from '../../../ts/nats/index.ts';
import { Followed, secondsSince } from '../../support/followed.ts';
import { followNats, newBucket } from '../../support/followed-nats.ts';
import { memory } from '../../support/memory.ts';
import { NatsServer } from '../../support/nats.ts';
import { until } from '../../support/watched.ts';

let server: NatsServer;
beforeAll(async () => {
  server = await NatsServer.open();
});
afterAll(() => server.stop());

test('what one document holds is of one moment', async () => {
  const name = newBucket();
  const kv = await server.bucket(name);
  const all = (n: number) => JSON.stringify(Object.fromEntries(Array.from({ length: 20 }, (_, key) => [`k${key}`, n])));
  await kv.put('app.json', all(0));
  const { config } = await Followed.load(nats({ kv, key: 'app.json' }));
  let mixed = 0;
  config.on('change', ({ current }) => {
    if (new Set(Object.values(current as object)).size !== 1) mixed += 1;
  });
  for (let n = 1; n <= 1_000; n++) await kv.put('app.json', all(n));
  await until(() => config.get('k0', 0) === 1_000);
  expect(mixed).toBe(0);
});

test('a burst of 10,000 updates on 50 keys ends at the last value in few versions', async () => {
  const { direct, followed, config, agrees, end } = await followNats([server]);
  const before = await memory();
  for (let n = 1; n <= 200; n++) await Promise.all(Array.from({ length: 50 }, (_, key) => direct.put(`app.k${key}`, String(n))));
  const begun = process.cpuUsage();
  await until(() => Array.from({ length: 50 }, (_, key) => config.get(`k${key}`, 0)).every((value) => value === 200));
  expect(secondsSince(begun)).toBeLessThan(1);
  expect(followed.changes.length).toBeLessThan(1_000);
  expect((await memory()) - before).toBeLessThan(50e6);
  await agrees();
  await end();
});
