// The parts of the clients of NATS that the source uses: any object with them will do.
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A key of a bucket with what happened to it.
 *
 * @example
 * ```ts
 * import type { NatsEntry } from 'superconfig/nats';
 *
 * const entry: NatsEntry = { key: 'shop.port', value: Buffer.from('80'), revision: 7, operation: 'PUT', delta: 0 };
 * ```
 */
export interface NatsEntry {
  readonly key: string;
  readonly value: Uint8Array;
  /** The number of the message in the bucket's stream. */
  readonly revision: number;
  readonly operation: 'PUT' | 'DEL' | 'PURGE';
  /** The number of messages still to come. */
  readonly delta?: number;
}

/**
 * Entries as they come.
 *
 * @example
 * ```ts
 * import type { NatsEntries } from 'superconfig/nats';
 *
 * const last = async (entries: NatsEntries) => {
 *   for await (const { key } of entries) return key;
 * };
 * ```
 */
export interface NatsEntries extends AsyncIterable<NatsEntry> {
  /** Ends them. */
  stop(error?: Error): void;
}

/**
 * A bucket, as `Kvm.open` of `@nats-io/kv` 3 gives it.
 *
 * @example
 * ```ts
 * import { connect } from '@nats-io/transport-node';
 * import { Kvm } from '@nats-io/kv';
 * import type { NatsBucket } from 'superconfig/nats';
 *
 * const open = async (): Promise<NatsBucket> => new Kvm(await connect({ servers: 'nats://127.0.0.1:4222' })).open('config');
 * ```
 */
export interface NatsBucket {
  /** The bucket's name, for messages. */
  readonly bucket?: string;
  /** All messages of the keys that a filter takes, which ends with the newest. */
  history(options: { key: string }): Promise<NatsEntries>;
  /** The messages from a revision on, which does not end. */
  watch(options: { key: string; resumeFromRevision: number }): Promise<NatsEntries>;
  /** The state of the bucket, from its leader. */
  status(): Promise<NatsBucketStatus>;
}

/**
 * The status of a bucket.
 *
 * @example
 * ```ts
 * import type { NatsBucket, NatsBucketStatus } from 'superconfig/nats';
 *
 * const newest = async (kv: NatsBucket) => {
 *   const { streamInfo }: NatsBucketStatus = await kv.status();
 *   return streamInfo.state.last_seq;
 * };
 * ```
 */
export interface NatsBucketStatus {
  readonly streamInfo: {
    readonly created: unknown;
    readonly state: { readonly messages: number; readonly first_seq: number; readonly last_seq: number };
  };
}

/**
 * A connection, as `connect` of `@nats-io/transport-node` gives it.
 *
 * @example
 * ```ts
 * import { connect } from '@nats-io/transport-node';
 * import type { NatsConnection } from 'superconfig/nats';
 *
 * const open = (): Promise<NatsConnection> => connect({ servers: 'nats://127.0.0.1:4222' });
 * ```
 */
export interface NatsConnection {
  /** The changes of its state, `disconnect` among them. */
  status(): AsyncIterable<{ readonly type: string }>;
  /** Asks its server for an answer. */
  rtt?(): Promise<unknown>;
  /** Makes it anew, where its server gives none. */
  reconnect?(): Promise<void>;
}

/** The consumer that entries come from, which the client keeps beside them. */
interface Consumer {
  delete?(): Promise<unknown>;
}

/** How often a consumer is tried to be removed: its server may be away. */
const TRIES = 10;

/** Ends entries, and removes the consumer that they come from, which the server would keep for minutes. */
export function release(entries: NatsEntries): void {
  entries.stop();
  // The client has no way to do this for a watch.
  void remove((entries as { _data?: Consumer })._data ?? {});
}

async function remove(consumer: Consumer): Promise<void> {
  for (let tries = 1; tries <= TRIES; tries++) {
    try {
      await consumer.delete?.();
      return;
    } catch (error) {
      if (/not found|closed|draining/i.test(String(error))) return;
    }
    await sleep(1_000 * tries, undefined, { ref: false });
  }
}
