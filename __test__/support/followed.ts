// A configuration that follows a source through a proxy, and everything that it tells.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { type CustomSource, SuperConfig, type SuperConfigError } from '../../ts/index.ts';
import { until } from './watched.ts';

/** Short times of what a live source waits for; long enough for a machine that is busy with other tests. */
export const TIMES = { answerMs: 3_000, staleAfterMs: 6_000, retryMs: [20, 200] as const, startMs: 10_000, emptyAfterMs: 200 };

export class Followed {
  readonly config: SuperConfig;
  readonly states: string[] = [];
  readonly errors: SuperConfigError[] = [];
  readonly changes: (readonly string[])[] = [];

  private constructor(config: SuperConfig) {
    this.config = config;
    config.on('status', ({ state }) => this.states.push(state));
    config.on('error', (error) => this.errors.push(error));
    config.on('change', ({ changed }) => this.changes.push(changed));
    onTestFinished(() => config.close());
  }

  static async load(source: CustomSource): Promise<Followed> {
    const followed = new Followed(await SuperConfig.builder().source(source).watch().load());
    await until(() => followed.status?.state === 'live');
    return followed;
  }

  get status() {
    return this.config.status.sources[0];
  }

  /** What is in use, as texts by dotted names. */
  get values(): Record<string, string> {
    return flat(this.config.current);
  }

  /** Nothing is missing: what is in use is what the server has in the end. */
  async agrees(read: () => Promise<Record<string, string>>): Promise<void> {
    for (let tries = 0; ; tries++) {
      const wanted = await read();
      const has = this.values;
      if (tries > 200 || JSON.stringify(sorted(has)) === JSON.stringify(sorted(wanted))) {
        expect(sorted(has)).toEqual(sorted(wanted));
        return;
      }
      await sleep(50);
    }
  }
}

/** What a schema refuses keeps the last good values, is told of, and heals. */
export async function keepsWhatASchemaRefuses(source: CustomSource, write: (port: string) => Promise<unknown>): Promise<void> {
  await write('1');
  const validate = (value: unknown) => (Number((value as { port: unknown }).port) < 10 ? { value } : { issues: [{ message: 'too high', path: ['port'] }] });
  const schema = { '~standard': { version: 1 as const, vendor: 'test', validate } };
  const config = await SuperConfig.builder().source(source).schema(schema).watch().load();
  onTestFinished(() => config.close());
  const port = () => (config.current as { port: number }).port;
  const errors: SuperConfigError[] = [];
  config.on('error', (error) => errors.push(error));
  await write('99');
  await until(() => errors.length > 0);
  expect([errors[0]?.code, port()]).toEqual(['ERR_SUPERCONFIG_VALIDATION', 1]);
  await write('2');
  await until(() => port() === 2);
  config.close();
}

function flat(value: unknown, path = ''): Record<string, string> {
  if (typeof value !== 'object' || value === null) return { [path]: String(value) };
  return Object.assign({}, ...Object.entries(value).map(([key, inner]) => flat(inner, path === '' ? key : `${path}.${key}`)));
}

function sorted(values: Record<string, string>): [string, string][] {
  return Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1));
}

/** Numbers that seem random and are the same for a seed; that of `SUPERCONFIG_SEED` where it is set. */
export function randomFrom(seed: number): (below: number) => number {
  let state = Number(process.env.SUPERCONFIG_SEED ?? seed);
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

/** Seconds of a processor since then: on a machine that is busy with other tests those of the clock say nothing. */
export function secondsSince(begun: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1e6;
}
