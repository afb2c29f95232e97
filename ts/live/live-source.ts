// A custom source that follows a store.
import { type CustomSource, type SourceContext, type SourceReport, SuperConfigError } from '../index.js';
import { backoffMs } from './backoff.js';
import { Follower, type Listing, messageOf, monotonicMs, type Store, sleep } from './follower.js';
import { type Entries, Mirror, type Outcome } from './mirror.js';

/**
 * The options that all live sources share; times in milliseconds.
 *
 * @example
 * ```ts
 * import type { LiveOptions } from 'superconfig/live';
 *
 * const options: LiveOptions = { startMs: 5_000, staleAfterMs: 60_000, onEmpty: 'keep' };
 * ```
 */
export interface LiveOptions {
  /** How long the first load tries to read, on all endpoints; 10,000 by default. */
  startMs?: number;
  /** After how long without a sign of the server the values count as stale; 30,000 by default. They stay in use for ever. */
  staleAfterMs?: number;
  /** The longest first and any later time between tries, each of which is drawn at random below it; 100 and 30,000 by default. */
  retryMs?: readonly [first: number, longest: number];
  /**
   * What becomes of values that are all gone at once: `apply`, after a second and another look, takes that as true; `keep` holds the
   * last ones. `apply` by default.
   */
  onEmpty?: 'apply' | 'keep';
  /** How long all values have to be gone; 1,000 by default. */
  emptyAfterMs?: number;
}

/**
 * A store that a live source follows.
 *
 * @example
 * ```ts
 * import { type LiveStore, liveSource, texts } from 'superconfig/live';
 *
 * const store: LiveStore = {
 *   name: 'rooms',
 *   endpoints: ['memory'],
 *   open: async () => ({
 *     list: async () => ({ revision: 1n, entries: [{ key: 'rooms', value: '12', revision: 1n }] }),
 *     watch: (_after, _take, signal) => new Promise((ended) => signal.addEventListener('abort', () => ended())),
 *     close: () => {},
 *   }),
 *   toResult: (entries) => texts([...entries.values()].map(({ key, value }) => ({ path: key, text: value, key }))),
 * };
 * (await loadConfig({ sources: [source(liveSource(store))] })).get('rooms'); // 12
 * ```
 */
export interface LiveStore extends Store {
  /** The source's name. */
  readonly name: string;
  /** The entries as the result of a custom source. @throws what fails a load; the last result stays in use then. */
  toResult(entries: Entries): object;
}

/** Reloads are requested, and reports made, at most that often; the first change of several is not held up. */
const CHANGES_MS = 50;

/** How long an endpoint has to answer the first list before the next one is tried beside it. */
const HEAD_START_MS = 200;

/** A list, and who gave it. */
interface Listed extends Listing {
  readonly endpoint: string;
}

/** A configuration that watches. */
interface Watcher {
  readonly context: SourceContext;
  readonly changed: () => void;
}

/**
 * A source that lists a store once, and where the configuration is watched follows it: it tries again for ever, on one endpoint after the
 * other, and the last values stay in use meanwhile.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` for options that are none. On loading: `ERR_SUPERCONFIG_SOURCE` with all endpoints and reasons, where
 * nothing can be read within `startMs`.
 * @example
 * ```ts
 * import { liveSource, texts } from 'superconfig/live';
 *
 * const session = { list: async () => ({ revision: 1n, entries: [] }), watch: async () => {}, close: () => {} };
 * const empty = liveSource({ name: 'empty', endpoints: ['memory'], open: async () => session, toResult: () => texts([]) });
 * (await SuperConfig.builder().source(empty).load()).current; // {}
 * ```
 */
export function liveSource(store: LiveStore, options: LiveOptions = {}): CustomSource {
  return new FollowedSource(store, options);
}

/** A mirror that is followed, and what the configurations that watch are told of it. */
class Following {
  readonly mirror: Mirror;
  readonly #watchers: ReadonlySet<Watcher>;
  readonly #abort = new AbortController();
  /** What the mirror said of itself last. */
  report: SourceReport | undefined;
  #isReported = true;
  #isShown = true;
  #timer: NodeJS.Timeout | undefined;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(mirror: Mirror, watchers: ReadonlySet<Watcher>) {
    this.mirror = mirror;
    this.#watchers = watchers;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Tells of a change of the state at once, and of the rest soon. */
  take({ report, hasChanged }: Outcome): void {
    if (report !== undefined) {
      const { report: before } = this;
      this.report = report;
      this.#isReported = false;
      if (before?.state !== report.state || before.error !== report.error) this.#report();
    }
    if (hasChanged) this.#isShown = false;
    if (this.#timer !== undefined || (this.#isReported && this.#isShown)) return;
    const wait = this.#toldAt + CHANGES_MS - monotonicMs();
    if (wait <= 0) this.#tell();
    else this.#timer = setTimeout(() => this.#tell(), wait).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#abort.abort(new Error('the configuration is closed'));
  }

  #tell(): void {
    this.#timer = undefined;
    this.#toldAt = monotonicMs();
    if (!this.#isReported) this.#report();
    if (this.#isShown) return;
    this.#isShown = true;
    for (const { changed } of this.#watchers) changed();
  }

  #report(): void {
    this.#isReported = true;
    for (const { context } of this.#watchers) if (this.report !== undefined) context.report(this.report);
  }
}

class FollowedSource implements CustomSource {
  readonly name: string;
  readonly timeoutMs: number;
  readonly #store: LiveStore;
  readonly #startMs: number;
  readonly #backoff: { firstMs: number; longestMs: number };
  readonly #mirrorOptions: { staleAfterMs: number; emptyAfterMs: number; keepsLast: boolean };
  /** The configurations that watch; all of them have one mirror. */
  readonly #watchers = new Set<Watcher>();
  #following: Following | undefined;
  /** What was listed last by a load, for the watch that begins after it. */
  #listed: Listed | undefined;
  /** How many lists loads have made since a watch began. */
  #lists = 0;

  constructor(store: LiveStore, options: LiveOptions) {
    const { startMs = 10_000, staleAfterMs = 30_000, retryMs = [100, 30_000], onEmpty = 'apply', emptyAfterMs = 1_000 } = options;
    if (!Array.isArray(store.endpoints) || store.endpoints.length === 0) throw optionError('`endpoints` has at least one');
    for (const [name, ms] of Object.entries({ startMs, staleAfterMs, emptyAfterMs, retryMs: retryMs[0], 'retryMs[1]': retryMs[1] })) {
      if (!(typeof ms === 'number' && ms > 0 && ms < 2 ** 31 - 2_000)) throw optionError(`\`${name}\` is a number of milliseconds above 0`);
    }
    if (onEmpty !== 'apply' && onEmpty !== 'keep') throw optionError("`onEmpty` is 'apply' or 'keep'");
    this.name = store.name;
    // Its own error, with all reasons, comes before.
    this.timeoutMs = startMs + 1_000;
    this.#store = store;
    this.#startMs = startMs;
    this.#backoff = { firstMs: retryMs[0], longestMs: retryMs[1] };
    this.#mirrorOptions = { staleAfterMs, emptyAfterMs, keepsLast: onEmpty === 'keep' };
  }

  load(context: SourceContext): object | Promise<object> {
    const mirror = this.#following?.mirror;
    return mirror?.isListed === true ? this.#store.toResult(mirror.entries) : this.#list(context);
  }

  watch(context: SourceContext, changed: () => void): () => void {
    const watcher = { context, changed };
    this.#watchers.add(watcher);
    if (this.#following === undefined) this.#follow();
    else if (this.#following.report !== undefined) context.report(this.#following.report);
    return () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size > 0) return;
      this.#following?.stop();
      this.#following = undefined;
    };
  }

  /** Goes on after the list of the load before. */
  #follow(): void {
    const mirror = new Mirror(this.#mirrorOptions);
    const following = new Following(mirror, this.#watchers);
    this.#following = following;
    if (this.#listed !== undefined) {
      mirror.apply({ type: 'connecting', endpoint: this.#listed.endpoint }, monotonicMs());
      const outcome = mirror.apply({ type: 'list', ...this.#listed }, monotonicMs());
      // The configuration has it, unless several have loaded.
      following.take({ ...outcome, hasChanged: this.#lists > 1 });
      this.#listed = undefined;
      this.#lists = 0;
    }
    const outcome = (outcome: Outcome) => {
      if (outcome.wasReset) this.#warn('its store was restored or made anew; everything was read again', 'source-reset');
      following.take(outcome);
    };
    new Follower(this.#store, mirror, this.#backoff, { outcome }, following.signal).run().catch((error) => {
      this.#warn(`it is not followed any more: ${messageOf(error)}`, 'ERR_SUPERCONFIG_INTERNAL');
    });
  }

  async #list(context: SourceContext): Promise<object> {
    // By hand: signals of `AbortSignal.any` and `AbortSignal.timeout` that nothing else holds may be collected before their time.
    const ended = new AbortController();
    const abort = () => ended.abort(context.signal.reason);
    context.signal.addEventListener('abort', abort, { once: true });
    if (context.signal.aborted) abort();
    // Sessions keep no process alive; a load does.
    const working = setTimeout(() => ended.abort(new Error('the time is over')), this.#startMs);
    try {
      const { revision, entries, endpoint } = await this.#listAnywhere(ended.signal);
      context.report({ state: 'live', revision: String(revision), endpoint });
      const inOrder = [...entries].sort((one, other) => (one.key < other.key ? -1 : 1));
      return this.#store.toResult(new Map(inOrder.map((entry) => [entry.key, entry])));
    } finally {
      clearTimeout(working);
      context.signal.removeEventListener('abort', abort);
      ended.abort(new Error('another endpoint has answered'));
    }
  }

  /** Reads everything once, on whichever endpoint answers first: each is tried again and again, the next one begins a little later. */
  async #listAnywhere(signal: AbortSignal): Promise<Listed> {
    const { endpoints } = this.#store;
    const reasons = new Map<string, string>();
    const attempt = async (endpoint: string, place: number): Promise<Listed> => {
      await sleep(place * HEAD_START_MS, signal);
      for (let tries = 0; !signal.aborted; tries++) {
        try {
          const session = await this.#store.open(endpoint, signal, () => {});
          try {
            return { ...(await session.list(signal)), endpoint };
          } finally {
            session.close();
          }
        } catch (error) {
          if (!signal.aborted || !reasons.has(endpoint)) reasons.set(endpoint, messageOf(error));
        }
        await sleep(backoffMs(tries, this.#backoff, Math.random), signal);
      }
      throw new Error('the time is over');
    };
    const first = Math.floor(Math.random() * endpoints.length);
    try {
      this.#listed = await Promise.any(endpoints.map((endpoint, at) => attempt(endpoint, (at + first) % endpoints.length)));
      this.#lists += 1;
      return this.#listed;
    } catch {
      const told = endpoints.map((endpoint) => `${endpoint} (${reasons.get(endpoint) ?? 'not tried yet'})`);
      throw new Error(`nothing could be read within ${this.#startMs} ms: ${told.join(', ')}`);
    }
  }

  #warn(message: string, code: string): void {
    process.emitWarning(`the source \`${this.name}\`: ${message}`, { type: 'SuperConfigWarning', code });
  }
}

function optionError(message: string): SuperConfigError {
  return new SuperConfigError('ERR_SUPERCONFIG_OPTION', message);
}
