// Keeps a mirror of a store up to date: connects, lists, watches, and tries again for ever.
import { type BackoffOptions, backoffMs } from './backoff.js';
import type { Entries, Entry, Frame, Mirror, Outcome } from './mirror.js';

/**
 * Everything that a store has at one moment.
 *
 * @example
 * ```ts
 * import type { Listing } from 'superconfig/live';
 *
 * const listing: Listing = { revision: 5n, entries: [{ key: 'port', value: '80', revision: 5n }] };
 * ```
 */
export interface Listing {
  readonly revision: bigint;
  readonly entries: readonly Entry[];
  /** An identity, by which a store differs from another that took its place. */
  readonly store?: string;
}

/**
 * A connection to a store. What it has open should keep no process alive (`unref`): loads do so themselves while they wait.
 *
 * @example
 * ```ts
 * import type { Session } from 'superconfig/live';
 *
 * const session: Session = {
 *   list: async () => ({ revision: 1n, entries: [] }),
 *   watch: (_after, _take, signal) => new Promise((ended) => signal.addEventListener('abort', () => ended())),
 *   close: () => {},
 * };
 * ```
 */
export interface Session {
  /** Reads everything of one moment. */
  list(signal: AbortSignal): Promise<Listing>;
  /**
   * Whether the store had a key so at a revision, for the first watch of a connection: where it had not, or does not know any more, it may
   * be another store, and everything is listed.
   */
  confirms?(known: Entry, revision: bigint, signal: AbortSignal): Promise<boolean>;
  /** Reports the changes after a revision. Rejects when the connection fails; resolves when it is to be opened anew. */
  watch(after: bigint, take: (frame: Frame) => void, signal: AbortSignal): Promise<void>;
  /** Ends it, with all that it has open. */
  close(): void;
}

/**
 * A store, as an engine implements it.
 *
 * @example
 * ```ts
 * import type { Store } from 'superconfig/live';
 *
 * const session = { list: async () => ({ revision: 1n, entries: [] }), watch: async () => {}, close: () => {} };
 * const store: Store = { endpoints: ['memory'], open: async () => session };
 * ```
 */
export interface Store {
  readonly endpoints: readonly string[];
  /** Connects. `alive` is called whenever the server has shown that it is there. */
  open(endpoint: string, signal: AbortSignal, alive: () => void): Promise<Session>;
}

/** The listener of a follower. */
export interface FollowerEvents {
  /** Called after each frame. */
  outcome(outcome: Outcome): void;
}

/** Milliseconds that only grow. */
export const monotonicMs = (): number => Number(process.hrtime.bigint() / 1000n) / 1000;

/** Follows a store with a mirror until the signal aborts. */
export class Follower {
  readonly #store: Store;
  readonly #mirror: Mirror;
  readonly #backoff: BackoffOptions;
  readonly #events: FollowerEvents;
  readonly #signal: AbortSignal;
  #timer: NodeJS.Timeout | undefined;
  #watching: AbortController | undefined;
  /** Since when the server has reported changes on this connection. */
  #watchingSince: number | undefined;

  constructor(store: Store, mirror: Mirror, backoff: BackoffOptions, events: FollowerEvents, signal: AbortSignal) {
    this.#store = store;
    this.#mirror = mirror;
    this.#backoff = backoff;
    this.#events = events;
    this.#signal = signal;
  }

  /** Settles when the signal has aborted. Keeps no process alive. */
  async run(): Promise<void> {
    let tries = 0;
    // Many processes begin with different endpoints.
    for (let at = Math.floor(Math.random() * this.#store.endpoints.length); !this.#signal.aborted; at++) {
      const endpoint = this.#store.endpoints[at % this.#store.endpoints.length] as string;
      const wait = backoffMs(tries, this.#backoff, () => 1);
      this.#watchingSince = undefined;
      let failure: unknown;
      try {
        await this.#follow(endpoint);
      } catch (error) {
        failure = error ?? new Error('the connection failed');
      }
      if (this.#signal.aborted) break;
      if (failure !== undefined) this.#apply({ type: 'lost', error: `${endpoint}: ${messageOf(failure)}` });
      // A connection was good that held for longer than the wait for it; one that does not hold is no reason to come back at once.
      const isGood = this.#watchingSince !== undefined && monotonicMs() - this.#watchingSince > wait;
      tries = isGood ? 0 : tries + 1;
      // What was to be opened anew is, on the next endpoint, at once.
      if (failure !== undefined || !isGood) await sleep(backoffMs(tries, this.#backoff, Math.random), this.#signal);
    }
    clearTimeout(this.#timer);
  }

  async #follow(endpoint: string): Promise<void> {
    this.#apply({ type: 'connecting', endpoint });
    const session = await this.#store.open(endpoint, this.#signal, () => this.#apply({ type: 'alive' }));
    try {
      if (!this.#mirror.needsList && session.confirms !== undefined) {
        const known = newestOf(this.#mirror.entries);
        if (known === undefined || !(await session.confirms(known, this.#mirror.revision, this.#signal))) this.#apply({ type: 'compacted' });
      }
      for (let lists = 0; !this.#signal.aborted; ) {
        // A member that lags behind asks for a list again and again.
        if (this.#mirror.needsList && lists++ > 0) await sleep(backoffMs(lists, this.#backoff, Math.random), this.#signal);
        if (this.#mirror.needsList) this.#apply({ type: 'list', ...(await session.list(this.#signal)) });
        const watching = new AbortController();
        this.#watching = watching;
        const abort = () => watching.abort(this.#signal.reason);
        this.#signal.addEventListener('abort', abort, { once: true });
        const begun = monotonicMs();
        try {
          await session.watch(this.#mirror.revision, (frame) => this.#apply(frame), watching.signal);
          if (!this.#mirror.needsList) return;
        } catch (error) {
          if (!watching.signal.aborted || this.#signal.aborted) throw error;
        } finally {
          this.#watching = undefined;
          this.#signal.removeEventListener('abort', abort);
        }
        if (monotonicMs() - begun > backoffMs(lists, this.#backoff, () => 1)) lists = 0;
      }
    } finally {
      session.close();
    }
  }

  #apply(frame: Frame): void {
    if (this.#signal.aborted) return;
    const outcome = this.#mirror.apply(frame, monotonicMs());
    if (frame.type === 'watching') this.#watchingSince ??= monotonicMs();
    // What has to be listed ends the watch.
    if (outcome.needsList) this.#watching?.abort(new Error('everything is listed again'));
    clearTimeout(this.#timer);
    const { dueAt } = this.#mirror;
    if (dueAt !== undefined) {
      this.#timer = setTimeout(() => this.#apply({ type: 'time' }), Math.max(1, Math.ceil(dueAt - monotonicMs())));
      this.#timer.unref();
    }
    this.#events.outcome(outcome);
  }
}

/** The entry that was written last. */
function newestOf(entries: Entries): Entry | undefined {
  let newest: Entry | undefined;
  for (const entry of entries.values()) if (newest === undefined || entry.revision > newest.revision) newest = entry;
  return newest;
}

/** Waits, unless the signal aborts before; keeps no process alive. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    timer.unref();
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}

/** The characters of a reason that are shown: a server may give one of any length. */
const REASON = 1_000;

/** Why something failed, for people. */
export function messageOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return shortened(String(thrown));
  const { code } = thrown as NodeJS.ErrnoException;
  if (thrown.message !== '') return shortened(thrown.message);
  return typeof code === 'string' ? code : thrown.name;
}

function shortened(text: string): string {
  return text.length > REASON ? `${text.slice(0, REASON)}…` : text;
}
