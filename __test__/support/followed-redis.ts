// A configuration that follows a hash of Redis through a door that can fail, with short times; only hints are quick.
import { Redis as IoRedis } from 'ioredis';
import { Redis as IoValkey } from 'iovalkey';
import { createClient } from 'redis';
import { type RedisClient, type RedisOptions, redis } from '../../ts/redis/index.ts';
import { Followed, TIMES } from './followed.ts';
import { doorsTo } from './followed-etcd.ts';
import type { FaultProxy } from './proxy.ts';
import type { RedisServer } from './redis.ts';
import { until } from './watched.ts';

let keys = 0;
/** A key of its own for each test. */
export const newKey = () => `t${++keys}:config`;

/** A client of a package, which is never connected itself. */
export type ClientOf = (port: number, more?: object) => RedisClient;

/** The packages. */
export const CLIENTS: [name: string, clientOf: ClientOf][] = [
  [
    'redis',
    (port, { tls, ...more }: { tls?: object } = {}) => createClient({ socket: { host: '127.0.0.1', port, ...(tls && { tls: true, ...tls }) }, ...more }),
  ],
  ['ioredis', (port, more) => new IoRedis({ host: '127.0.0.1', port, lazyConnect: true, ...more })],
  ['iovalkey', (port, more) => new IoValkey({ host: '127.0.0.1', port, lazyConnect: true, ...more }) as RedisClient],
];

/** What a test changes of the options, and of its client. */
export interface FollowOptions extends Partial<RedisOptions> {
  clientOptions?: object;
}

/** Follows a hash in which there is the field `value` with 0. */
export async function followRedis(target: RedisServer, clientOf: ClientOf, { clientOptions, hash = newKey(), ...more }: FollowOptions = {}) {
  const [proxy] = (await doorsTo(target.port)) as [FaultProxy];
  await target.run('HSET', hash, 'value', '0');
  const client = clientOf(proxy.port, clientOptions);
  const followed = await Followed.load(redis({ client, hash, pollMs: 60_000, pingMs: 400, ...TIMES, ...more }));
  await until(() => proxy.open > 0);
  return {
    ...{ proxy, client, hash, followed, config: followed.config },
    put: (values: Record<string, string>) => target.run('HSET', hash, ...Object.entries(values).flat()),
    agrees: () => followed.agrees(async () => ({ ...((await (await target.client()).hGetAll(hash)) as Record<string, string>) })),
    /** Closing leaves no connection. */
    end: async () => {
      followed.config.close();
      await until(() => proxy.open === 0, 'closing the connections');
    },
  };
}
