// A configuration that follows a bucket of NATS through doors that can fail, with short times.
import { type KV, Kvm } from '@nats-io/kv';
import { onTestFinished } from 'vitest';
import { type NatsOptions, nats } from '../../ts/nats/index.ts';
import { Followed, TIMES } from './followed.ts';
import { doorsTo } from './followed-etcd.ts';
import { connectNats, contents, type NatsServer } from './nats.ts';
import type { FaultProxy } from './proxy.ts';
import { untilAsync } from './watched.ts';

let buckets = 0;
/** A bucket of its own for each test. */
export const newBucket = () => `t${++buckets}`;

/** A bucket as a program that is behind doors has it. */
export async function behindDoors(name: string, ...targets: NatsServer[]) {
  const doors = await doorsTo(...targets.map(({ port }) => port));
  const connection = await connectNats(doors.map(({ port }) => port));
  onTestFinished(() => connection.close());
  return { doors, proxy: doors[0] as FaultProxy, connection, kv: await new Kvm(connection).open(name) };
}

/** What a test changes of the options, and of the bucket. */
export interface FollowOptions extends Partial<NatsOptions> {
  /** Leaves the connection out, so that only the bucket tells. */
  isAlone?: boolean;
  bucket?: object;
}

/** Follows `app.` of a bucket in which there is `app.value` with 0. */
export async function followNats([target, ...others]: readonly [NatsServer, ...NatsServer[]], { isAlone = false, bucket = {}, ...more }: FollowOptions = {}) {
  const name = newBucket();
  const direct = await target.bucket(name, bucket);
  await direct.put('app.value', '0');
  const door = await behindDoors(name, target, ...others);
  const { kv, connection } = door;
  const followed = await Followed.load(nats({ kv, ...(!isAlone && { connection }), prefix: 'app.', probeMs: 400, ...TIMES, ...more }));
  return {
    ...door,
    ...{ name, direct, followed, config: followed.config },
    agrees: (from: KV = direct) =>
      followed.agrees(async () => {
        const all = Object.entries(await contents(from)).filter(([key]) => key.startsWith('app.'));
        return Object.fromEntries(all.map(([key, value]) => [key.slice('app.'.length), value]));
      }),
    /** Closing leaves nothing; only a consumer whose making was cut in the middle is the server's own to remove, after five minutes. */
    end: async (wasCut = false) => {
      followed.config.close();
      if (!wasCut) await untilAsync(async () => (await target.consumers(name)) === 0, 'removing the consumers');
    },
  };
}
