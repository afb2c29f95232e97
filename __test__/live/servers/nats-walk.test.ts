import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { randomFrom } from '../../support/followed.ts';
import { lasting } from '../../support/followed-etcd.ts';
import { followNats } from '../../support/followed-nats.ts';
import { NatsServer } from '../../support/nats.ts';
import { walkLength, walkSeed, walkTimeout } from '../../support/walk-length.ts';

test('a random walk over puts, deletes and faults misses nothing', { timeout: walkTimeout }, async () => {
  const server = await lasting(NatsServer.open());
  const { proxy, direct, agrees, end } = await followNats([server], { answerMs: 500 });
  const random = randomFrom(walkSeed);
  const goesOn = walkLength(1, 220);
  const settle = async () => {
    proxy.mode = 'pass';
    await agrees();
  };
  let steps = 0;
  for (; goesOn(steps); steps++) {
    const kind = random(20);
    const key = `app.k${random(12)}`;
    if (kind < 10) await direct.put(key, String(steps));
    else if (kind < 13) await direct.delete(key);
    else if (kind === 13) await direct.purge(key);
    else if (kind === 14) await server.forget(direct, key);
    else if (kind === 15) proxy.cut();
    else if (kind === 16) proxy.mode = 'hole';
    else if (kind === 17) proxy.mode = 'refuse';
    else proxy.mode = 'pass';
    if (random(4) === 0) await sleep(random(120));
    if (random(100) === 0) await settle();
  }
  await settle();
  await end(true);
  process.stdout.write(`NATS, seed ${walkSeed}: ${steps} steps\n`);
  expect(steps).toBeGreaterThanOrEqual(200);
});
