// A random walk over what can happen to a store and to the way to it, as long as it is told, which misses nothing.
import { expect } from 'vitest';
import type { Etcd } from './etcd.ts';
import { doorsTo, follow, untilDone } from './followed-etcd.ts';
import { until } from './watched.ts';

/** How a walk went. */
export interface Walk {
  steps: number;
  counts: Record<string, number>;
}

/** Walks until `goesOn` says no; every now and then everything has to agree. */
export async function walk(server: Etcd, seed: number, goesOn: (steps: number) => boolean): Promise<Walk> {
  const doors = await doorsTo(server.port, server.port);
  const { config, put: write, agrees, end, prefix } = await follow(server, { doors, maxWatchMs: 5_000 });
  let state = seed >>> 0;
  const random = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  /** A put that is not answered in time is made again. */
  const put = async (values: Record<string, string | null>) => {
    let revision = 0;
    await untilDone(async () => {
      revision = await write(values);
    });
    return revision;
  };
  const counts: Record<string, number> = {};
  let written = 0;
  let isRunning = true;
  let last = 0;
  const set = (mode: 'pass' | 'hole' | 'refuse' | 'mute' | 'deaf') => {
    (doors[random(2)] as (typeof doors)[0]).mode = mode;
  };
  const actions: [name: string, weight: number, act: () => unknown][] = [
    ['put', 24, async () => (written = await put({ [`k${random(12)}`]: String(steps) }))],
    ['delete', 8, async () => (written = await put({ [`k${random(12)}`]: null }))],
    ['transaction', 8, async () => (written = await put({ t0: String(steps), t1: String(steps), t2: String(steps) }))],
    ['delete all', 1, async () => (written = await put({ t0: null, t1: null, t2: null }))],
    ['compact', 3, () => server.compact(written).catch(() => {})],
    ['cut', 3, () => doors[random(2)]?.cut()],
    ['hole', 1, () => set('hole')],
    ['one way', 1, () => set(random(2) === 0 ? 'mute' : 'deaf')],
    ['refuse', 2, () => set('refuse')],
    ['garbage', 1, () => doors[random(2)]?.insert(Buffer.alloc(1 + random(100), random(256)))],
    ['pass', 8, pass],
    ['restart', 1, restart],
    ['wait', 12, () => wait(random(150))],
    ['agree', 2, agree],
  ];
  const weights = actions.reduce((sum, [, weight]) => sum + weight, 0);
  async function restart(): Promise<void> {
    await server.kill();
    isRunning = false;
    await wait(random(400));
    await server.start();
    isRunning = true;
  }
  function pass(): void {
    for (const door of doors) door.mode = 'pass';
  }
  async function agree(): Promise<void> {
    pass();
    await agrees();
  }
  let steps = 0;
  for (; goesOn(steps); steps++) {
    let at = random(weights);
    const chosen = actions.find(([, weight]) => {
      at -= weight;
      return at < 0;
    });
    const [name, , act] = chosen as (typeof actions)[0];
    counts[name] = (counts[name] ?? 0) + 1;
    await act();
    const { t0 = -1, t1 = -1, t2 = -1 } = config.current as Record<string, number>;
    expect([t0, t1, t2], `step ${steps} of the walk ${seed} mixes`).toEqual([t0, t0, t0]);
    // What a reader sees goes on, and never back.
    if (t0 !== -1) expect(t0, `step ${steps} of the walk ${seed} goes back`).toBeGreaterThanOrEqual(last);
    if (t0 !== -1) last = t0;
  }
  expect(isRunning).toBe(true);
  await agree();
  await until(() => config.status.sources[0]?.state === 'live', `being live after ${prefix}`);
  await end();
  return { steps, counts };
}
