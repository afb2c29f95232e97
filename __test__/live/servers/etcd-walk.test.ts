// Random walks, which `npm run soak -- --live --minutes 60` makes long: SUPERCONFIG_WALK_MINUTES, SUPERCONFIG_WALK_SEED.
import { expect, test } from 'vitest';
import { Etcd, etcds } from '../../support/etcd.ts';
import { walk } from '../../support/etcd-walk.ts';
import { lasting } from '../../support/followed-etcd.ts';

const minutes = Number(process.env.SUPERCONFIG_WALK_MINUTES ?? 0);
const seed = Number(process.env.SUPERCONFIG_WALK_SEED ?? 20_261_127);

test.each(etcds)(
  'etcd %s: a random walk misses nothing',
  async (version, program) => {
    const server = await lasting(Etcd.single({ program }));
    const end = Date.now() + minutes * 60_000;
    const { steps, counts } = await walk(server, seed, (steps) => (minutes > 0 ? Date.now() < end : steps < 250));
    process.stdout.write(
      `etcd ${version}, seed ${seed}: ${steps} steps, ${Object.entries(counts)
        .map(([name, count]) => `${count} ${name}`)
        .join(', ')}\n`,
    );
    expect(steps).toBeGreaterThanOrEqual(200);
  },
  minutes * 60_000 + 120_000,
);
