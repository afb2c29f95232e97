import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { randomFrom } from '../../support/followed.ts';
import { lasting } from '../../support/followed-etcd.ts';
import { CLIENTS, followRedis } from '../../support/followed-redis.ts';
import { RedisServer } from '../../support/redis.ts';
import { walkLength, walkSeed, walkTimeout } from '../../support/walk-length.ts';

test.each(CLIENTS)('%s: a random walk over sets, deletes, transactions and faults misses nothing', { timeout: walkTimeout }, async (name, clientOf) => {
  const server = await lasting(RedisServer.open());
  const { proxy, hash, put, config, agrees, end } = await followRedis(server, clientOf, { answerMs: 400 });
  const random = randomFrom(walkSeed);
  const goesOn = walkLength(CLIENTS.length, 220);
  let steps = 0;
  for (; goesOn(steps); steps++) {
    const kind = random(20);
    const key = `k${random(12)}`;
    if (kind < 9) await put({ [key]: String(steps) });
    else if (kind < 12) await server.run('HDEL', hash, key);
    else if (kind < 14) await put({ t0: String(steps), t1: String(steps), t2: String(steps) });
    else if (kind === 14) await server.run('DEL', hash);
    else if (kind === 15) proxy.cut();
    else if (kind === 16) proxy.mode = 'hole';
    else if (kind === 17) proxy.mode = 'refuse';
    else proxy.mode = 'pass';
    const { t0, t1, t2 } = config.current as Record<string, unknown>;
    expect([t0, t1, t2]).toEqual([t0, t0, t0]);
    if (random(4) === 0) await sleep(random(120));
    if (random(100) === 0) {
      proxy.mode = 'pass';
      await agrees();
    }
  }
  proxy.mode = 'pass';
  await agrees();
  await end();
  process.stdout.write(`${name}, seed ${walkSeed}: ${steps} steps\n`);
  expect(steps).toBeGreaterThanOrEqual(200);
});
