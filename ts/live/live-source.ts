// A custom source that follows a store.
import { type CustomSource, type SourceContext, type SourceReport, SuperConfigError } from '../index.js';
import { backoffMs } from './backoff.js';
import { Follower, type Listing, messageOf, monotonicMs, type Store, sleep } from './follower.js';
import { type Entries, type Entry, Mirror, type Outcome } from './mirror.js';
import { checkSnapshot, readSnapshot, type Snapshot, type SnapshotOptions, writeSnapshot } from './snapshot-file.js';

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
  /** The time in which the first load tries to read, on all endpoints, in milliseconds; 10,000 by default. */
  startMs?: number;
  /** The time without a sign of the server after which the values count as stale, in milliseconds; 30,000 by default. They stay in use for ever. */
  staleAfterMs?: number;
  /** The longest first and any later time between tries, each of which is drawn at random below it; 100 and 30,000 by default. */
  retryMs?: readonly [first: number, longest: number];
  /**
   * The treatment of a store whose values have all disappeared at once: `apply`, after a second and another look, takes that as true; `keep` holds the
   * last ones. `apply` by default.
   */
  onEmpty?: 'apply' | 'keep';
  /** The time for which all values have to be absent, in milliseconds; 1,000 by default. */
  emptyAfterMs?: number;
  /** A file with what was in use last, for starts while no server answers; none by default. With one that can be used `loadSync()` works, too. */
  snapshot?: SnapshotOptions;
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
  /** The entries without secrets, for a snapshot; without it all are written where secrets are to be kept, and none where not. */
  omitSecrets?(entries: readonly Entry[]): Entry[];
}

/** Reloads are requested, and reports made, at most that often; the first change of several is not held up. */
const CHANGES_MS = 50;

/** How long an endpoint has to answer the first list before the next one is tried beside it. */
const HEAD_START_MS = 200;

/** How long servers have to answer before a snapshot is used in their place. */
const SNAPSHOT_AFTER_MS = 1_000;
/** A snapshot whose values are in use still is written again so often, and sooner where it may not be old. */
const SNAPSHOT_AGAIN_MS = 3_600_000;

/** The time between two snapshots. */
const SNAPSHOT_PAUSE_MS = 1_000;

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

/** A mirror that is followed, and the notification of the configurations that watch it. */
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

  /** Reports a change of the state at once, and the rest soon. */
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
    if (wait <= 0) this.#notify();
    else this.#timer = setTimeout(() => this.#notify(), wait).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#abort.abort(new Error('the configuration is closed'));
  }

  #notify(): void {
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
  readonly #snapshot: SnapshotOptions | undefined;
  /** What results were made of, until they are in use. */
  readonly #given = new WeakMap<object, Snapshot>();
  /** What a load has taken from the snapshot, until there is something newer. */
  #restored: Snapshot | undefined;
  /** Why the snapshot was not used. */
  #refusal: string | undefined;
  /** What is to be written, while something is. */
  #unwritten: Snapshot | undefined;
  #isWriting = false;
  #written: { snapshot: Snapshot; at: number } | undefined;
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
    if (options.snapshot !== undefined) checkSnapshot(options.snapshot);
    this.#snapshot = options.snapshot;
    this.#mirrorOptions = { staleAfterMs, emptyAfterMs, keepsLast: onEmpty === 'keep' };
  }

  load(context: SourceContext): object | Promise<object> {
    const mirror = this.#following?.mirror;
    if (mirror?.isListed === true) return this.#give({ revision: mirror.revision, entries: [...mirror.entries.values()] });
    if (mirror !== undefined && this.#restored !== undefined) return this.#give(this.#restored);
    if (context.isAsync || this.#snapshot === undefined) return this.#list(context);
    const result = this.#restore(context);
    if (result === undefined && this.#refusal !== undefined) throw new Error(this.#refusal);
    return result ?? this.#list(context);
  }

  accepted(result: object): void {
    const snapshot = this.#given.get(result);
    // What comes from the file is there already.
    if (this.#snapshot === undefined || snapshot === undefined || snapshot === this.#restored) return;
    const again = Math.min(SNAPSHOT_AGAIN_MS, (this.#snapshot.maxAgeMs ?? Number.POSITIVE_INFINITY) / 4);
    const { snapshot: last, at = 0 } = this.#written ?? {};
    const isSame = last?.revision === snapshot.revision && last.entries.length === snapshot.entries.length;
    if (isSame && monotonicMs() < at + again) return;
    this.#unwritten = snapshot;
    if (!this.#isWriting) void this.#write(this.#snapshot);
  }

  close(): void {
    // Of a configuration that is closed nothing more is written.
    if (this.#watchers.size === 0) this.#unwritten = undefined;
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
    if (this.#restored !== undefined) following.take({ ...mirror.restore(this.#restored.entries, this.#restored.revision, monotonicMs()), hasChanged: false });
    else if (this.#listed !== undefined) {
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
    const working = setTimeout(() => ended.abort(new Error('no answer in that time')), this.#startMs);
    try {
      const listing = this.#listAnywhere(ended.signal);
      const result = this.#snapshot === undefined ? undefined : await this.#restoreUnless(listing, context);
      if (result !== undefined) return result;
      const { revision, entries, endpoint } = await listing;
      this.#restored = undefined;
      context.report({ state: 'live', revision: String(revision), endpoint });
      return this.#give({ revision, entries });
    } finally {
      clearTimeout(working);
      context.signal.removeEventListener('abort', abort);
      ended.abort(new Error('another endpoint has answered'));
    }
  }

  /** The result of entries, which is in use once it was accepted. */
  #give(snapshot: Snapshot): object {
    const inOrder = [...snapshot.entries].sort((one, other) => (one.key < other.key ? -1 : 1));
    const result = this.#store.toResult(new Map(inOrder.map((entry) => [entry.key, entry])));
    this.#given.set(result, snapshot);
    return result;
  }

  /** The result of the snapshot, where servers do not answer soon and there is one that can be used. */
  async #restoreUnless(listing: Promise<Listed>, context: SourceContext): Promise<object | undefined> {
    const isLate = new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(true), Math.min(SNAPSHOT_AFTER_MS, this.#startMs / 2));
      listing
        .then(
          () => resolve(false),
          () => resolve(true),
        )
        .finally(() => clearTimeout(timer));
    });
    return (await isLate) ? this.#restore(context) : undefined;
  }

  /** The result of the snapshot, where there is one that can be used. */
  #restore(context: SourceContext): object | undefined {
    const options = this.#snapshot as SnapshotOptions;
    this.#refusal = undefined;
    try {
      const snapshot = readSnapshot(options, this.name);
      if (snapshot === undefined) return undefined;
      const result = this.#give(snapshot);
      this.#restored = snapshot;
      this.#listed = undefined;
      context.report({ state: 'snapshot', revision: String(snapshot.revision) });
      this.#warn(`no server has answered; its snapshot ${options.path} is in use`, 'source-snapshot');
      return result;
    } catch (error) {
      this.#refusal = `the snapshot ${options.path} is not used: ${messageOf(error)}`;
      return undefined;
    }
  }

  async #write(options: SnapshotOptions): Promise<void> {
    this.#isWriting = true;
    for (let snapshot = this.#unwritten; snapshot !== undefined; snapshot = this.#unwritten) {
      this.#unwritten = undefined;
      try {
        const { revision, entries } = snapshot;
        const kept = options.secrets === 'keep' ? entries : (this.#store.omitSecrets?.(entries) ?? []);
        await writeSnapshot(options, this.name, { revision, entries: kept });
        this.#written = { snapshot, at: monotonicMs() };
      } catch (error) {
        this.#warn(`its snapshot ${options.path} cannot be written: ${messageOf(error)}`, 'source-snapshot');
      }
      // Of many changes the first is written at once, and then one a second.
      await new Promise((resolve) => setTimeout(resolve, SNAPSHOT_PAUSE_MS).unref());
    }
    this.#isWriting = false;
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
      throw signal.reason;
    };
    const first = Math.floor(Math.random() * endpoints.length);
    try {
      this.#listed = await Promise.any(endpoints.map((endpoint, at) => attempt(endpoint, (at + first) % endpoints.length)));
      this.#lists += 1;
      return this.#listed;
    } catch {
      const reported = endpoints.map((endpoint) => `${endpoint} (${reasons.get(endpoint) ?? 'not tried yet'})`);
      const refusal = this.#refusal === undefined ? '' : `; ${this.#refusal}`;
      throw new Error(`nothing could be read within ${this.#startMs} ms: ${reported.join(', ')}${refusal}`);
    }
  }

  #warn(message: string, code: string): void {
    process.emitWarning(`the source \`${this.name}\`: ${message}`, { type: 'SuperConfigWarning', code });
  }
}

function optionError(message: string): SuperConfigError {
  return new SuperConfigError('ERR_SUPERCONFIG_OPTION', message);
}
