import { expect, test } from 'vitest';
import { Etcd, etcds } from '../../support/etcd.ts';
import { walk } from '../../support/etcd-walk.ts';
import { lasting } from '../../support/followed-etcd.ts';
import { walkLength, walkSeed, walkTimeout } from '../../support/walk-length.ts';

test.each(etcds)('etcd %s: a random walk misses nothing', { timeout: walkTimeout }, async (version, program) => {
  const server = await lasting(Etcd.single({ program }));
  const { steps, counts } = await walk(server, walkSeed, walkLength(etcds.length, 250));
  const list = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  process.stdout.write(`etcd ${version}, seed ${walkSeed}: ${steps} steps, ${list.join(', ')}\n`);
  expect(steps).toBeGreaterThanOrEqual(200);
});
