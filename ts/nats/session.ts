// One look at a bucket of NATS: listing its keys, and watching them for as long as the connection holds.
import { setTimeout as sleep } from 'node:timers/promises';
import { answerWithin, type Change, decodeText, type Entry, EntryRoom, type Frame, type Listing, type Session } from '../live/index.js';
import { type NatsBucket, type NatsBucketStatus, type NatsConnection, type NatsEntries, type NatsEntry, release } from './bucket.js';

/** What a session reads. */
export interface SessionOptions {
  readonly kv: NatsBucket;
  readonly connection: NatsConnection | undefined;
  readonly start: string;
  readonly isOneKey: boolean;
  /** The time between looks at the bucket's state, and that in which it has to answer; milliseconds. */
  readonly probeMs: number;
  readonly answerMs: number;
}

/** A list that was made, for the session after it. */
export interface Listed {
  readonly state: string;
  readonly revision: bigint;
  readonly known: ReadonlyMap<string, number>;
}

/** What the sessions of one source share. */
export interface Shared {
  listed?: Listed;
}

/** A list has ended when nothing has come for so long after the newest message that it began with; milliseconds. */
const IDLE_MS = 100;

/** How often the clock of a wait ticks; milliseconds. */
const CLOCK_MS = 100;

export class NatsSession implements Session {
  readonly #options: SessionOptions;
  readonly #filter: string;
  readonly #alive: () => void;
  readonly #shared: Shared;
  /** The revisions of the keys that exist, as they were reported last. */
  #known: Map<string, number> | undefined;
  /** What the bucket said of itself last. */
  #seen: NatsBucketStatus | undefined;
  /** The number of changes that were reported. */
  #reported = 0;
  /** The state of the bucket at the last list, and the one that a list after it has confirmed. */
  #listedState = '';
  #confirmedState = '';

  constructor(options: SessionOptions, shared: Shared, alive: () => void) {
    this.#options = options;
    this.#shared = shared;
    this.#alive = alive;
    // A filter takes whole segments.
    this.#filter = options.isOneKey ? options.start : `${options.start.slice(0, options.start.lastIndexOf('.') + 1)}>`;
  }

  async list(signal: AbortSignal): Promise<Listing> {
    const status = await this.status(signal);
    const { listing, known } = await this.#list(status, signal);
    this.#known = known;
    this.#seen = status;
    this.#listedState = stateOf(status);
    this.#shared.listed = { state: this.#listedState, revision: listing.revision, known: new Map(known) };
    return listing;
  }

  async watch(after: bigint, take: (frame: Frame) => void, outer: AbortSignal): Promise<void> {
    const ended = new AbortController();
    const { signal } = ended;
    // By hand: a signal of `AbortSignal.any` that nothing else holds may be collected before its time.
    const abort = () => ended.abort(outer.reason);
    outer.addEventListener('abort', abort, { once: true });
    if (outer.aborted) abort();
    try {
      let from = after;
      if (this.#known === undefined) {
        const status = await this.status(signal);
        const { listed } = this.#shared;
        if (listed?.revision === after && listed.state === stateOf(status)) {
          this.#known = new Map(listed.known);
          this.#seen = status;
          this.#listedState = listed.state;
          take({ type: 'watching', revision: BigInt(status.streamInfo.state.last_seq), store: storeOf(status) });
        } else {
          // What was deleted meanwhile may have left nothing that a watch could report.
          const listing = await this.list(signal);
          take({ type: 'list', ...listing });
          from = listing.revision;
        }
        signal.throwIfAborted();
      }
      await Promise.race([this.#follow(from, take, signal), this.#probe(take, signal), this.#disconnection(signal)]);
    } finally {
      outer.removeEventListener('abort', abort);
      ended.abort();
    }
  }

  /** Asks the bucket for its state, which the leader answers. */
  async status(signal: AbortSignal): Promise<NatsBucketStatus> {
    try {
      return await this.#answer(signal);
    } catch (error) {
      if (!signal.aborted) void this.#renew();
      throw error;
    }
  }

  /** Has a connection made anew over which not even its server answers: its client would find out by its pings, after minutes. */
  async #renew(): Promise<void> {
    const { connection, answerMs } = this.#options;
    if (connection?.rtt === undefined) return;
    try {
      await answerWithin(connection.rtt(), answerMs, new AbortController().signal);
    } catch {
      await connection.reconnect?.().catch(() => {});
    }
  }

  async #answer(signal: AbortSignal): Promise<NatsBucketStatus> {
    const ask = () => answerWithin(this.#options.kv.status(), this.#options.answerMs, signal);
    const begun = performance.now();
    let ticks = 1;
    const clock = setInterval(() => ticks++, CLOCK_MS).unref();
    try {
      return await ask();
    } catch (error) {
      // The client counts the time in which this thread took no answer: the clock has stood still then, too.
      if (ticks * 2 * CLOCK_MS > performance.now() - begun) throw error;
      return await ask();
    } finally {
      clearInterval(clock);
    }
  }

  close(): void {}

  /** Everything below the prefix, and the state that it is of or newer than. */
  async #list(status: NatsBucketStatus, signal: AbortSignal): Promise<{ listing: Listing; known: Map<string, number> }> {
    const { kv, answerMs } = this.#options;
    const entries = await this.#opened(kv.history({ key: this.#filter }), signal);
    const found = new Map<string, Entry>();
    const room = new EntryRoom();
    const last = status.streamInfo.state.last_seq;
    let newest = 0;
    let left = 0;
    try {
      const iterator = entries[Symbol.asyncIterator]();
      for (;;) {
        const isPast = newest >= last;
        const next = answerWithin(iterator.next(), isPast ? IDLE_MS : answerMs, signal);
        const { done, value: entry } = await next.catch((error) => {
          // Where keys are written meanwhile the server may count messages as still to come that were overwritten.
          if (!isPast || signal.aborted) throw error;
          return { done: true, value: undefined } as const;
        });
        if (done) break;
        left = entry.delta ?? 0;
        newest = Math.max(newest, entry.revision);
        if (!entry.key.startsWith(this.#options.start)) continue;
        const { key, value, revision } = toChange(entry);
        const listed = value === undefined ? undefined : { key, value, revision };
        room.take(listed, found.get(key));
        if (listed === undefined) found.delete(key);
        else found.set(key, listed);
      }
    } finally {
      release(entries);
    }
    if (left > 0 && newest < last) throw new Error(`the list ended with ${left} messages still to come`);
    const known = new Map([...found].map(([key, { revision }]) => [key, Number(revision)]));
    return { listing: { revision: BigInt(Math.max(newest, last)), entries: [...found.values()], store: storeOf(status) }, known };
  }

  /** Passes on what changes. Never resolves. */
  async #follow(after: bigint, take: (frame: Frame) => void, signal: AbortSignal): Promise<void> {
    const { kv, start } = this.#options;
    const entries = await this.#opened(kv.watch({ key: this.#filter, resumeFromRevision: Number(after) + 1 }), signal);
    const stop = () => release(entries);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    let changes: Change[] = [];
    let failure: unknown;
    const flush = () => {
      const reported = changes;
      changes = [];
      if (signal.aborted) return;
      try {
        take({ type: 'events', changes: reported });
      } catch (error) {
        failure = error;
        stop();
      }
    };
    for await (const entry of entries) {
      if (signal.aborted || !entry.key.startsWith(start)) continue;
      this.#reported += 1;
      if (entry.operation === 'PUT') this.#known?.set(entry.key, entry.revision);
      else this.#known?.delete(entry.key);
      // Those that have come together are reported together.
      if (changes.push(toChange(entry)) === 1) setImmediate(flush);
    }
    signal.removeEventListener('abort', stop);
    if (!signal.aborted) stop();
    throw signal.aborted ? signal.reason : (failure ?? new Error('the watch has ended'));
  }

  /**
   * Looks at the bucket's state again and again: a watch does not report a bucket that was made anew, of values that have expired or were
   * purged, and after an outage not always of what was missed. Resolves when the watch is to be opened anew.
   */
  async #probe(take: (frame: Frame) => void, signal: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(this.#options.probeMs, undefined, { signal, ref: false });
      const status = await this.status(signal);
      if (this.#seen !== undefined && isOther(status, this.#seen)) {
        // Its watch is mute for good.
        take({ type: 'list', ...(await this.list(signal)) });
        return;
      }
      this.#seen = status;
      const state = stateOf(status);
      if (state === this.#confirmedState) {
        this.#alive();
        continue;
      }
      const reported = this.#reported;
      const { listing, known } = await this.#list(status, signal);
      // What changed meanwhile may be newer than the list: the next look shows it.
      if (reported !== this.#reported) continue;
      // A list may come from a member that lags behind: the second one of a state counts.
      if (state === this.#listedState) this.#confirmedState = state;
      this.#listedState = state;
      if (isSame(known, this.#known)) this.#alive();
      else take({ type: 'list', ...listing });
      this.#known = known;
    }
  }

  /** Rejects when the client reports that the connection is lost. Never resolves. */
  async #disconnection(signal: AbortSignal): Promise<void> {
    const statuses = this.#options.connection?.status() as (AsyncIterable<{ type: string }> & { stop?(): void }) | undefined;
    if (statuses === undefined) return new Promise(() => {});
    const stop = () => statuses.stop?.();
    signal.addEventListener('abort', stop, { once: true });
    try {
      for await (const { type } of statuses) {
        if (type === 'disconnect' || type === 'staleConnection') throw new Error('the connection was lost');
      }
    } finally {
      signal.removeEventListener('abort', stop);
    }
    throw signal.aborted ? signal.reason : new Error('the connection is closed');
  }

  /** Requested entries; they are released once nothing waits for them any more. */
  #opened(opening: Promise<NatsEntries>, signal: AbortSignal): Promise<NatsEntries> {
    return answerWithin(opening, this.#options.answerMs, signal).catch((error) => {
      opening.then(release, () => {});
      throw error;
    });
  }
}

function toChange({ key, value, revision, operation }: NatsEntry): Change {
  return operation === 'PUT' ? { key, value: decodeText(value), revision: BigInt(revision) } : { key, revision: BigInt(revision) };
}

/** The identity of a bucket, which differs from that of another that took its name. */
function storeOf({ streamInfo }: NatsBucketStatus): string {
  return String(streamInfo.created);
}

/** Whether a bucket was made anew, or restored, since it said something else. */
function isOther(now: NatsBucketStatus, before: NatsBucketStatus): boolean {
  return storeOf(now) !== storeOf(before) || now.streamInfo.state.last_seq < before.streamInfo.state.last_seq;
}

/** Whatever changes a bucket changes this. */
function stateOf({ streamInfo: { created, state } }: NatsBucketStatus): string {
  return `${String(created)} ${state.first_seq} ${state.last_seq} ${state.messages}`;
}

function isSame(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number> | undefined): boolean {
  return one.size === other?.size && [...one].every(([key, revision]) => other.get(key) === revision);
}
