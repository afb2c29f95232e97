// A source that follows keys of a bucket of NATS JetStream, through the program's own client.
import { type CustomSource, SuperConfigError } from '../index.js';
import { type KeyLayout, type LiveOptions, layoutOf, liveSource } from '../live/index.js';
import type { NatsBucket, NatsConnection } from './bucket.js';
import { NatsSession, type Shared } from './session.js';

export type { NatsBucket, NatsBucketStatus, NatsConnection, NatsEntries, NatsEntry } from './bucket.js';

/**
 * The options of a NATS source; times in milliseconds.
 *
 * @example
 * ```ts
 * import { type NatsOptions, nats } from 'superconfig/nats';
 *
 * const sourceOf = (kv: NatsOptions['kv']) => nats({ kv, prefix: 'shop.', probeMs: 5_000 });
 * ```
 */
export interface NatsOptions extends KeyLayout, LiveOptions {
  /** The bucket, of `@nats-io/kv` 3. The program opens and closes it, and its connection. */
  kv: NatsBucket;
  /** The connection that the bucket is on. With it an outage is noticed at once, without it by the next look; one that is dead is made anew. */
  connection?: NatsConnection;
  /** The time between looks at the bucket's state, in milliseconds; 10,000 by default. Where it shows that something was missed, all is listed again. */
  probeMs?: number;
  /** The time in which the server has to answer, in milliseconds; 5,000 by default. */
  answerMs?: number;
}

/**
 * A source that reads keys of a bucket of NATS JetStream, and where the configuration is watched follows them. A bucket has no
 * transactions: several keys that are written one after the other are not of one moment, one document in one key is.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` for options that are none. On loading: `ERR_SUPERCONFIG_SOURCE` where nothing can be read within
 * `startMs`; `ERR_SUPERCONFIG_ASYNC` in `loadSync()`.
 * @example
 * ```ts
 * import { Kvm } from '@nats-io/kv';
 * import { connect } from '@nats-io/transport-node';
 * import { nats } from 'superconfig/nats';
 *
 * async function load() {
 *   const connection = await connect({ servers: 'nats://127.0.0.1:4222', maxReconnectAttempts: -1 });
 *   const kv = await new Kvm(connection).open('config');
 *   return SuperConfig.builder().dir('config').source(nats({ kv, connection, prefix: 'shop.' })).env('SHOP').watch().load();
 * }
 * ```
 */
export function nats(options: NatsOptions): CustomSource {
  const { kv, connection, probeMs = 10_000, answerMs = 5_000 } = options;
  for (const [name, number] of Object.entries({ probeMs, answerMs })) {
    if (!(typeof number === 'number' && number >= 1 && number < 2 ** 31)) throw optionError(`\`${name}\` is a number from 1`);
  }
  for (const method of ['history', 'watch', 'status'] as const) {
    if (typeof kv?.[method] !== 'function') throw optionError('`kv` is a bucket of `@nats-io/kv`');
  }
  if (connection !== undefined && typeof connection.status !== 'function') throw optionError('`connection` is a connection of NATS');
  const { start, isOneKey, toResult, omitSecrets } = layoutOf(options, '.');
  const shared: Shared = {};
  const settings = { kv, connection, start, isOneKey, probeMs, answerMs };
  return liveSource(
    {
      name: `nats:${start}`,
      endpoints: [kv.bucket === undefined ? 'the bucket' : `the bucket ${kv.bucket}`],
      toResult,
      omitSecrets,
      open: async (_endpoint, signal, alive) => {
        const session = new NatsSession(settings, shared, alive);
        await session.status(signal);
        return session;
      },
    },
    options,
  );
}

function optionError(message: string): SuperConfigError {
  return new SuperConfigError('ERR_SUPERCONFIG_OPTION', message);
}
