// A source that follows a hash or documents of Redis or Valkey, through the program's own client.
import { type CustomSource, SuperConfigError } from '../index.js';
import { type Entries, type KeyLayout, type LiveOptions, layoutOf, liveSource } from '../live/index.js';
import type { IoRedisClient, NodeRedisClient, RedisClient } from './client.js';
import { connectIoRedis, ioRedisEndpoint } from './ioredis.js';
import { connectNodeRedis, nodeRedisEndpoint } from './node-redis.js';
import { RedisSession } from './session.js';

export type { IoRedisClient, NodeRedisClient, RedisClient } from './client.js';

/**
 * The options of a Redis source, which reads one of `hash`, `key` and `documents`; times in milliseconds.
 *
 * @example
 * ```ts
 * import { createClient } from 'redis';
 * import { type RedisOptions, redis } from 'superconfig/redis';
 *
 * const options: RedisOptions = { client: createClient(), documents: ['shop:base.yaml', 'shop:eu.yaml'], pollMs: 30_000 };
 * const store = redis(options);
 * ```
 */
export interface RedisOptions extends Omit<KeyLayout, 'prefix' | 'documents'>, LiveOptions {
  /** Of `redis` 6, `ioredis` or `iovalkey`: the source makes its own connection with the client's options, and leaves the client alone. */
  client: RedisClient;
  /** The hash each of whose fields holds one value; a field is split at dots. */
  hash?: string;
  /** The keys with one document each, in the order in which they apply. */
  documents?: readonly string[];
  /** The time after which everything is read even if the server reports no change, in milliseconds; 60,000 by default. */
  pollMs?: number;
  /** The time between pings, in milliseconds; 10,000 by default. */
  pingMs?: number;
  /** The time in which a ping has to be answered, in milliseconds; 5,000 by default. */
  answerMs?: number;
}

/**
 * A source that reads a hash or documents of Redis 6, Valkey or newer, all of one moment, and where the configuration is watched reads them
 * again when the server reports a change, and every minute. Redis keeps no history: a value that is written and overwritten meanwhile
 * is never seen, and a failover may take back what was seen.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` for options that are none. On loading: `ERR_SUPERCONFIG_SOURCE` where nothing can be read within
 * `startMs`; `ERR_SUPERCONFIG_ASYNC` in `loadSync()`.
 * @example
 * ```ts
 * import { createClient } from 'redis';
 * import { redis } from 'superconfig/redis';
 *
 * const client = createClient({ url: 'redis://127.0.0.1:6379' });
 * const builder = SuperConfig.builder().dir('config').source(redis({ client, hash: 'shop:config' })).env('SHOP').watch();
 * ```
 */
export function redis(options: RedisOptions): CustomSource {
  const { client, hash, key, documents, pollMs = 60_000, pingMs = 10_000, answerMs = 5_000, ...more } = options;
  for (const [name, number] of Object.entries({ pollMs, pingMs, answerMs })) {
    if (!(typeof number === 'number' && number >= 1 && number < 2 ** 31)) throw optionError(`\`${name}\` is a number from 1`);
  }
  const given = [hash, key, documents].filter((one) => one !== undefined);
  const keys = [...new Set(given.flat())];
  if (given.length !== 1 || keys.length === 0 || keys.some((one) => typeof one !== 'string' || one === '')) {
    throw optionError('a source has one of `hash`, `key` and `documents`, each of which names keys');
  }
  const isHash = hash !== undefined;
  const layout = layoutOf(isHash ? { ...more, prefix: '' } : { ...more, documents: '' }, '.', { hasRevisions: false });
  const { endpoint, connect } = linkOf(client, keys);
  const settings = { keys, isHash, pollMs, pingMs, answerMs };
  return liveSource(
    {
      name: `redis:${keys.join()}`,
      endpoints: [endpoint],
      toResult: (entries) => layout.toResult(isHash ? entries : inOrder(keys, entries)),
      omitSecrets: layout.omitSecrets,
      open: (_endpoint, signal) => RedisSession.open(connect, settings, signal),
    },
    options,
  );
}

/** How to connect as a client does. */
function linkOf(client: RedisClient, keys: readonly string[]): { endpoint: string; connect: Parameters<typeof RedisSession.open>[0] } {
  const has = (...names: string[]) => typeof client === 'object' && client !== null && names.every((name) => typeof (client as never)[name] === 'function');
  if (has('callBuffer', 'duplicate') && !(client as { isCluster?: boolean }).isCluster) {
    const io = client as IoRedisClient;
    return { endpoint: ioRedisEndpoint(io as object), connect: (events, signal) => connectIoRedis(io, keys, events, signal) };
  }
  if (has('sendCommand', 'duplicate', 'unref')) {
    const node = client as NodeRedisClient;
    return { endpoint: nodeRedisEndpoint(node as object), connect: (events, signal) => connectNodeRedis(node, keys, events, signal) };
  }
  throw optionError('`client` is a client of `redis`, `ioredis` or `iovalkey`; of a cluster, a pool or sentinels give one for a single server');
}

/** Documents in the order in which they apply. */
function inOrder(keys: readonly string[], entries: Entries): Entries {
  return new Map(keys.flatMap((key) => [...entries].filter(([own]) => own === key)));
}

function optionError(message: string): SuperConfigError {
  return new SuperConfigError('ERR_SUPERCONFIG_OPTION', message);
}
