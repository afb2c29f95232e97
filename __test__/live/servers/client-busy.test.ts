// A thread that stands still for six seconds, over all clients at once: it has to stand still only once.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { lasting } from '../../support/followed-etcd.ts';
import { followNats } from '../../support/followed-nats.ts';
import { CLIENTS, followRedis } from '../../support/followed-redis.ts';
import { memory } from '../../support/memory.ts';
import { NatsServer } from '../../support/nats.ts';
import { RedisServer } from '../../support/redis.ts';
import { until } from '../../support/watched.ts';

/** Writes 4 KB to each of 100 keys, 100 times, in a process of its own. */
const write = (open: string, put: string) =>
  promisify(execFile)(process.execPath, [
    ...['--input-type=module', '-e'],
    `${open}
    for (let n = 1; n <= 100; n++) {
      const values = Array.from({ length: 100 }, (_, key) => ['k' + key, 'x'.repeat(4096) + n]);
      ${put}
    }
    await end();`,
  ]);

test('a thread that is busy for six seconds, while 40 MB are written, is right soon after without an outage, and memory is as before', async () => {
  const [nats, redis] = [await lasting(NatsServer.open()), await lasting(RedisServer.open())];
  const followed = [await followNats([nats]), ...(await Promise.all(CLIENTS.map(([, clientOf]) => followRedis(redis, clientOf))))] as const;
  const [bucket, ...hashes] = followed;
  const before = await memory();
  const writing = [
    write(
      `import { Kvm } from '@nats-io/kv'; import { connect } from '@nats-io/transport-node';
      const connection = await connect({ servers: '127.0.0.1:${nats.port}' });
      const kv = await new Kvm(connection).open('${bucket.name}');
      const end = () => connection.close();`,
      "await Promise.all(values.map(([key, value]) => kv.put('app.' + key, value)));",
    ),
    ...hashes.map(({ hash }) =>
      write(
        `import { createClient } from 'redis';
        const client = await createClient({ socket: { host: '127.0.0.1', port: ${redis.port} } }).connect();
        const end = () => client.close();`,
        `await client.hSet('${hash}', Object.fromEntries(values));`,
      ),
    ),
  ];
  // They have begun.
  await until(() => followed.every(({ config }) => config.has('k99')));
  const blocked = performance.now();
  while (performance.now() - blocked < 6_000);
  await Promise.all(writing);
  const begun = performance.now();
  const last = `${'x'.repeat(4096)}100`;
  await until(() => followed.every(({ config }) => config.get('k99') === last));
  expect(performance.now() - begun).toBeLessThan(5_000);
  expect(followed.map(({ followed: { errors } }) => errors)).toEqual(followed.map(() => []));
  for (const { agrees } of followed) await agrees();
  // What four configurations hold of 400 KB each is not counted.
  expect((await memory()) - before).toBeLessThan(30e6);
  for (const { end } of followed) await end();
});
