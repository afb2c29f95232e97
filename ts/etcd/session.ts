// One connection to etcd: listing keys at one revision, and watching them.
import type { ConnectionOptions } from 'node:tls';
import { type Change, decodeText, type Entry, EntryRoom, type Frame, type Listing, type Session } from '../live/index.js';
import { givenValue } from './given-value.js';
import { type Connection, FAILED_PRECONDITION, GrpcError, INVALID_ARGUMENT, OUT_OF_RANGE, OversizeError, UNAUTHENTICATED } from './grpc.js';
import { authenticateRequest, rangeRequest, readRange, readToken, readWatch, type WatchEvent, watchRequest } from './messages.js';

/**
 * The material of TLS, as `node:tls` takes it.
 *
 * @example
 * ```ts
 * import type { EtcdTls } from 'superconfig/etcd';
 *
 * const tls = (): EtcdTls => ({ ca: process.env.ETCD_CA, cert: process.env.ETCD_CERT, key: process.env.ETCD_KEY });
 * ```
 */
export interface EtcdTls extends Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'servername'> {}

/**
 * A user of etcd.
 *
 * @example
 * ```ts
 * import type { EtcdAuth } from 'superconfig/etcd';
 *
 * const auth: EtcdAuth = { user: 'shop', password: process.env.ETCD_PASSWORD ?? '' };
 * ```
 */
export interface EtcdAuth {
  user: string;
  password: string;
}

/** The keys that a session reads, and how. */
export interface SessionOptions {
  readonly start: string;
  readonly isOneKey: boolean;
  readonly auth: EtcdAuth | (() => EtcdAuth | Promise<EtcdAuth>) | undefined;
  /** A watch is opened anew after so long, or somewhat less; milliseconds. */
  readonly maxWatchMs: number;
  /** Keys of one page of a list. */
  readonly pageKeys: number;
}

/** A list that was compacted away between two of its pages is begun again so often. */
const LISTS = 10;
/** How soon a server has to say that it watches. */
const CREATED_MS = 10_000;

/** A connection to etcd that lists and watches the keys of one source. */
export class EtcdSession implements Session {
  readonly #connection: Connection;
  readonly #options: SessionOptions;
  readonly #start: Buffer;
  readonly #end: Buffer;
  #pageKeys: number;
  #token: string | undefined;

  constructor(connection: Connection, options: SessionOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#pageKeys = options.pageKeys;
    this.#start = options.start === '' ? Buffer.from([0]) : Buffer.from(options.start);
    this.#end = options.isOneKey ? Buffer.alloc(0) : endOfPrefix(Buffer.from(options.start));
  }

  async list(signal: AbortSignal): Promise<Listing> {
    for (let left = LISTS; ; left--) {
      try {
        return await this.#listPages(signal);
      } catch (error) {
        if (left === 0) throw error;
        if (error instanceof OversizeError && this.#pageKeys > 1) this.#pageKeys = Math.ceil(this.#pageKeys / 8);
        else if (!(error instanceof GrpcError && error.code === OUT_OF_RANGE)) throw error;
      }
    }
  }

  async confirms({ key, value, revision: own }: Entry, revision: bigint, signal: AbortSignal): Promise<boolean> {
    const request = rangeRequest(Buffer.from(key), Buffer.alloc(0), 1n, revision);
    try {
      const [found] = readRange(await this.#range(request, signal)).kvs;
      return found !== undefined && found.modRevision === own && decodeText(found.value) === value;
    } catch (error) {
      // That revision is not kept any more, or was never there.
      if (error instanceof GrpcError && error.code === OUT_OF_RANGE) return false;
      throw error;
    }
  }

  async watch(after: bigint, take: (frame: Frame) => void, signal: AbortSignal): Promise<void> {
    const ending = new AbortController();
    const abort = () => ending.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    // Many processes do not come at once.
    const timer = setTimeout(() => ending.abort(REOPEN), this.#options.maxWatchMs * (0.9 + 0.1 * Math.random()));
    const creating = setTimeout(() => ending.abort(new Error(`the server does not watch within ${CREATED_MS} ms`)), CREATED_MS);
    timer.unref();
    creating.unref();
    try {
      await this.#withToken(signal, (metadata) => {
        const request = watchRequest(this.#start, this.#end, after + 1n);
        const onMessage = (message: Buffer) => {
          clearTimeout(creating);
          this.#takeWatch(message, take);
        };
        const metadataOfWatch = { ...metadata, hasleader: 'true' };
        return this.#connection.stream('/etcdserverpb.Watch/Watch', request, metadataOfWatch, ending.signal, onMessage, true);
      });
    } catch (error) {
      if (error !== REOPEN) throw error;
      return;
    } finally {
      clearTimeout(timer);
      clearTimeout(creating);
      signal.removeEventListener('abort', abort);
    }
    throw new Error('the server ended the watch');
  }

  close(): void {
    this.#connection.close();
  }

  /** Logs in, where there is a user. A server without users needs no token. */
  async login(signal: AbortSignal): Promise<void> {
    const { auth } = this.#options;
    if (auth === undefined) return;
    const { user, password } = await givenValue('auth', auth, signal);
    try {
      this.#token = readToken(await this.#connection.call('/etcdserverpb.Auth/Authenticate', authenticateRequest(user, password), {}, signal));
    } catch (error) {
      if (error instanceof GrpcError && error.code === FAILED_PRECONDITION) this.#token = undefined;
      else throw error;
    }
  }

  async #listPages(signal: AbortSignal): Promise<Listing> {
    const entries: Entry[] = [];
    const room = new EntryRoom();
    let key = this.#start;
    let revision = 0n;
    let store = '';
    for (;;) {
      const request = rangeRequest(key, this.#end, BigInt(this.#pageKeys), revision);
      const { header, kvs, more } = readRange(await this.#range(request, signal));
      // All pages are of the first one's moment, and that one has asked the leader.
      if (revision === 0n) revision = header.revision;
      store = String(BigInt.asUintN(64, header.clusterId));
      for (const kv of kvs) {
        const entry = { key: kv.key.toString(), value: decodeText(kv.value), revision: kv.modRevision };
        room.take(entry);
        entries.push(entry);
      }
      const last = kvs.at(-1);
      if (!more || last === undefined) return { revision, entries, store };
      if (last.key.compare(key) < 0) throw new Error('the server lists keys again that it has listed');
      key = Buffer.concat([last.key, Buffer.from([0])]);
    }
  }

  #range(request: Buffer, signal: AbortSignal): Promise<Buffer> {
    return this.#withToken(signal, (metadata) => this.#connection.call('/etcdserverpb.KV/Range', request, metadata, signal));
  }

  #takeWatch(message: Buffer, take: (frame: Frame) => void): void {
    const { header, isCreated, isCanceled, compactRevision, cancelReason, isFragment, events } = readWatch(message);
    if (isCanceled) {
      if (compactRevision === 0n) throw reasonOf(cancelReason);
      take({ type: 'compacted' });
      return;
    }
    if (isCreated) take({ type: 'watching', revision: header.revision, store: String(BigInt.asUintN(64, header.clusterId)) });
    if (events.length > 0 || isFragment) take({ type: 'events', changes: events.map(toChange), isFragment });
    // Missed events come a thousand at a time under the newest header: it counts only where it comes alone.
    else if (!isCreated) take({ type: 'progress', revision: header.revision });
  }

  /** Makes a call with the token, and once more with a new one where that is not taken any more. */
  async #withToken<T>(signal: AbortSignal, call: (metadata: Record<string, string>) => Promise<T>): Promise<T> {
    const metadata = (): Record<string, string> => (this.#token === undefined ? {} : { token: this.#token });
    try {
      return await call(metadata());
    } catch (error) {
      if (this.#options.auth === undefined || !isTokenError(error)) throw error;
      await this.login(signal);
      return call(metadata());
    }
  }
}

/** Why a watch ends that is opened anew. */
const REOPEN = new Error('the watch is opened anew');

function toChange({ isDelete, kv }: WatchEvent): Change {
  const { key, modRevision: revision } = kv;
  return isDelete ? { key: key.toString(), revision } : { key: key.toString(), value: decodeText(kv.value), revision };
}

/** Why the server has ended a watch; a token that is not taken ends one too. */
function reasonOf(reason: string): Error {
  const isToken = /invalid auth token|auth: (revision|token)|user name is empty/.test(reason);
  return isToken ? new GrpcError(UNAUTHENTICATED, reason) : new Error(reason === '' ? 'the server ended the watch' : reason);
}

/** Whether a call fails for its token alone: it has expired, or users or roles were changed since. */
function isTokenError(error: unknown): boolean {
  if (!(error instanceof GrpcError)) return false;
  return error.code === UNAUTHENTICATED || (error.code === INVALID_ARGUMENT && /auth|user name is empty/.test(error.message) && !/failed/.test(error.message));
}

/** The first key after all that begin with a prefix; a zero byte stands for the end of all keys. */
export function endOfPrefix(prefix: Buffer): Buffer {
  for (let at = prefix.length - 1; at >= 0; at--) {
    const byte = prefix[at] as number;
    if (byte < 0xff) return Buffer.concat([prefix.subarray(0, at), Buffer.from([byte + 1])]);
  }
  return Buffer.from([0]);
}
