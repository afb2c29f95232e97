// A configuration that follows keys of a server through a door that can fail, with short times.
import { onTestFinished } from 'vitest';
import { type EtcdOptions, etcd } from '../../ts/etcd/index.ts';
import { SuperConfig, type SuperConfigError } from '../../ts/index.ts';
import type { Etcd } from './etcd.ts';
import { FaultProxy } from './proxy.ts';
import { until } from './watched.ts';

/** Long enough for a machine that is busy with other tests. */
export const PING_MS = 500;
export const PONG_MS = 2_000;

let space = 0;
/** A prefix of its own for each test. */
export const newPrefix = () => `/t${process.pid}-${++space}/`;

/** A server of one test. */
export async function lasting<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const server = await starting;
  onTestFinished(() => server.stop());
  return server;
}

/** Doors to servers, for one test. */
export async function doorsTo(...ports: number[]): Promise<FaultProxy[]> {
  const doors = await Promise.all(ports.map((port) => FaultProxy.open(port)));
  onTestFinished(async () => {
    for (const door of doors) await door.close();
  });
  return doors;
}

/** What a test changes of the options, and its doors. */
export interface FollowOptions extends Partial<EtcdOptions> {
  doors?: FaultProxy[];
  /** The scheme of the doors. */
  scheme?: 'http' | 'https';
}

/** Follows a prefix in which there is the key `value` with 0. */
export async function follow(target: Etcd, { doors: given, scheme = 'http', prefix = newPrefix(), ...more }: FollowOptions = {}) {
  const doors = given ?? (await doorsTo(target.port));
  await (target.user === undefined ? target.put(`${prefix}value`, '0') : target.control('put', `${prefix}value`, '0'));
  const times = { pingMs: PING_MS, pongMs: PONG_MS, staleAfterMs: 4_000, retryMs: [20, 200] as const, startMs: 15_000, emptyAfterMs: 200 };
  const endpoints = doors.map(({ port }) => `${scheme}://127.0.0.1:${port}`);
  const config = await SuperConfig.builder()
    .source(etcd({ endpoints, prefix, ...times, ...more }))
    .watch()
    .load();
  onTestFinished(() => config.close());
  const states: string[] = [];
  const errors: SuperConfigError[] = [];
  const changes: (readonly string[])[] = [];
  config.on('status', ({ state }) => states.push(state));
  config.on('error', (error) => errors.push(error));
  config.on('change', ({ changed }) => changes.push(changed));
  const open = () => doors.reduce((sum, door) => sum + door.open, 0);
  /** What was written last has come, so that a watch is open. */
  const settle = async (value: number) => {
    await target.put(`${prefix}value`, String(value));
    await until(() => config.get('value') === value, 'the first value');
    changes.length = 0;
  };
  if (target.user === undefined) await settle(-1);
  return {
    ...{ doors, prefix, config, states, errors, changes, endpoints },
    door: doors[0] as FaultProxy,
    /** The door that is in use. */
    used: () => doors.find((door) => door.open > 0) as FaultProxy,
    source: () => config.status.sources[0],
    put: (values: Record<string, string | null>) => target.write(Object.fromEntries(Object.entries(values).map(([key, value]) => [prefix + key, value]))),
    /** Nothing is missing: what is in use is what the server has. */
    async agrees(from = target) {
      const wanted = Object.entries(await from.read(prefix)).map(([key, value]) => [key.slice(prefix.length), value]);
      const has = () => Object.entries(config.current as object).map(([key, value]) => [key, String(value)]);
      await until(() => JSON.stringify(has().sort()) === JSON.stringify(wanted.sort()), 'agreeing with the server');
    },
    /** Closing leaves no connection. */
    async end() {
      config.close();
      await until(() => open() === 0, 'closing the connection');
    },
  };
}

/** Tries until it is done. */
export async function untilDone(work: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await work();
      return;
    } catch (error) {
      if (tries > 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
