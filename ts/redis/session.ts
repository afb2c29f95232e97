// One connection to Redis: reading whole what is followed, and reading it again whenever it may have changed.
import { setTimeout as sleep } from 'node:timers/promises';
import { answerWithin, type Change, decodeText, EntryRoom, type Frame, type Listing, type Session } from '../live/index.js';
import type { RedisLink, RedisLinkEvents } from './client.js';

/** What a session reads. */
export interface SessionOptions {
  /** The hash, or the keys with one document each. */
  readonly keys: readonly string[];
  readonly isHash: boolean;
  /** How often everything is read, how often the server has to answer, and how soon; milliseconds. */
  readonly pollMs: number;
  readonly pingMs: number;
  readonly answerMs: number;
}

/** Everything is read at most that often; milliseconds. */
const READS_MS = 20;

/** Redis has no revisions: what this process reads is numbered. */
let reads = 0n;

export class RedisSession implements Session {
  readonly #options: SessionOptions;
  #link: RedisLink | undefined;
  /** What was read last. */
  #known: ReadonlyMap<string, string> | undefined;
  #isHinted = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  private constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Connects. */
  static async open(
    connect: (events: RedisLinkEvents, signal: AbortSignal) => Promise<RedisLink>,
    options: SessionOptions,
    signal: AbortSignal,
  ): Promise<RedisSession> {
    const session = new RedisSession(options);
    const events: RedisLinkEvents = {
      hint: () => {
        session.#isHinted = true;
        session.#wake?.();
      },
      failure: (error) => {
        session.#failure ??= error;
        session.#wake?.();
      },
    };
    const ended = new AbortController();
    const connecting = connect(events, ended.signal);
    try {
      session.#link = await answerWithin(connecting, options.answerMs, signal);
    } catch (error) {
      ended.abort(error);
      // It may have been done at that very moment.
      connecting.then(
        (link) => link.close(),
        () => {},
      );
      throw session.#failure ?? error;
    }
    return session;
  }

  async list(signal: AbortSignal): Promise<Listing> {
    const known = await this.#read(signal);
    this.#known = known;
    reads += 1n;
    const revision = reads;
    return { revision, entries: [...known].map(([key, value]) => ({ key, value, revision })) };
  }

  async watch(_after: bigint, take: (frame: Frame) => void, signal: AbortSignal): Promise<void> {
    const wake = () => this.#wake?.();
    signal.addEventListener('abort', wake, { once: true });
    try {
      if (this.#known === undefined) take({ type: 'list', ...(await this.list(signal)) });
      await this.#follow(take, signal);
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }

  close(): void {
    this.#link?.close();
  }

  /** Reads again after each hint, and now and then without one. Never resolves. */
  async #follow(take: (frame: Frame) => void, signal: AbortSignal): Promise<never> {
    const { pollMs, pingMs, answerMs } = this.#options;
    let readAt = performance.now();
    let heardAt = readAt;
    for (;;) {
      await this.#pause(Math.min(readAt + pollMs, heardAt + pingMs) - performance.now(), signal);
      const now = performance.now();
      if (this.#isHinted || now >= readAt + pollMs) {
        const changes = await this.#changes(signal);
        take(changes.length > 0 ? { type: 'events', changes } : { type: 'alive' });
        readAt = performance.now();
        heardAt = readAt;
        await sleep(READS_MS, undefined, { signal, ref: false });
      } else if (now >= heardAt + pingMs) {
        await answerWithin((this.#link as RedisLink).ping(), answerMs, signal);
        take({ type: 'alive' });
        heardAt = performance.now();
      }
    }
  }

  /** Waits for a hint. @throws when the connection fails or the signal aborts. */
  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#isHinted && this.#failure === undefined && !signal.aborted && ms > 0) {
      await new Promise<void>((wake) => {
        const timer = setTimeout(wake, ms).unref();
        this.#wake = () => {
          clearTimeout(timer);
          wake();
        };
      });
      this.#wake = undefined;
    }
    signal.throwIfAborted();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Everything, which one command reads at one moment. */
  async #read(signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    if (this.#failure !== undefined) throw this.#failure;
    const { keys, isHash, answerMs } = this.#options;
    // A hint that comes from now on may be of something newer.
    this.#isHinted = false;
    const answer = await answerWithin((this.#link as RedisLink).command([isHash ? 'HGETALL' : 'MGET', ...keys]), answerMs, signal);
    if (!Array.isArray(answer)) throw new Error('the server gave no list');
    const known = new Map<string, string>();
    const room = new EntryRoom();
    const add = (key: string, bytes: Uint8Array) => {
      const value = decodeText(bytes);
      room.take({ key, value });
      known.set(key, value);
    };
    if (isHash) for (let at = 0; at + 1 < answer.length; at += 2) add(String(answer[at]), answer[at + 1]);
    else for (const [at, key] of keys.entries()) if (answer[at] != null) add(key, answer[at]);
    return known;
  }

  /** What is different since the last read. */
  async #changes(signal: AbortSignal): Promise<Change[]> {
    const before = this.#known ?? new Map();
    const now = await this.#read(signal);
    const changed = [...now].filter(([key, value]) => before.get(key) !== value);
    const deleted = [...before.keys()].filter((key) => !now.has(key));
    this.#known = now;
    if (changed.length + deleted.length > 0) reads += 1n;
    const revision = reads;
    return [...changed.map(([key, value]) => ({ key, value, revision })), ...deleted.map((key) => ({ key, revision }))];
  }
}
