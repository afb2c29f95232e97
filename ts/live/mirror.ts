// The copy of a remote store: what is listed and watched, as one pure state machine.
import type { SourceReport } from '../index.js';
import { checkSize, sizeOf } from './entry-room.js';

/**
 * A key of a store with what it holds.
 *
 * @example
 * ```ts
 * import type { Entry } from 'superconfig/live';
 *
 * const entry: Entry = { key: '/shop/port', value: '80', revision: 5n };
 * ```
 */
export interface Entry {
  readonly key: string;
  readonly value: string;
  /** The revision in which it was written last. */
  readonly revision: bigint;
}

/**
 * A change of one key; without a value the key was deleted.
 *
 * @example
 * ```ts
 * import type { Change } from 'superconfig/live';
 *
 * const deleted: Change = { key: '/shop/port', revision: 6n };
 * ```
 */
export interface Change {
  readonly key: string;
  readonly value?: string;
  readonly revision: bigint;
}

/**
 * One message of a connection, or a change of its state. `list` has everything of one moment; `watching` is the store's own revision when a
 * watch begins; a fragment of `events` is held until the rest has come; `compacted` says that changes after ours are not kept any more.
 *
 * @example
 * ```ts
 * import type { Frame } from 'superconfig/live';
 *
 * const frame: Frame = { type: 'events', changes: [{ key: '/shop/port', value: '81', revision: 6n }] };
 * ```
 */
export type Frame =
  | { readonly type: 'connecting'; readonly endpoint: string }
  | { readonly type: 'list'; readonly revision: bigint; readonly entries: readonly Entry[]; readonly store?: string }
  | { readonly type: 'watching'; readonly revision: bigint; readonly store?: string }
  | { readonly type: 'events'; readonly changes: readonly Change[]; readonly isFragment?: boolean }
  | { readonly type: 'progress'; readonly revision: bigint }
  | { readonly type: 'compacted' }
  | { readonly type: 'alive' }
  | { readonly type: 'lost'; readonly error: string }
  | { readonly type: 'time' };

/**
 * The changes that a frame has made.
 *
 * @example
 * ```ts
 * import { Mirror, type Outcome } from 'superconfig/live';
 *
 * const mirror = new Mirror({ staleAfterMs: 30_000, emptyAfterMs: 1_000, keepsLast: false });
 * const outcome: Outcome = mirror.apply({ type: 'lost', error: 'refused' }, 0);
 * outcome.report?.state; // 'connecting'
 * ```
 */
export interface Outcome {
  /** There are other entries to show. */
  readonly hasChanged: boolean;
  /** The source's new report about itself. */
  readonly report?: SourceReport;
  /** Everything has to be listed before watching goes on. */
  readonly needsList: boolean;
  /** The store was restored or made anew. */
  readonly wasReset: boolean;
}

/**
 * The options of a mirror.
 *
 * @example
 * ```ts
 * import type { MirrorOptions } from 'superconfig/live';
 *
 * const options: MirrorOptions = { staleAfterMs: 30_000, emptyAfterMs: 1_000, keepsLast: true };
 * ```
 */
export interface MirrorOptions {
  /** The time without a confirmation after which the entries count as stale, in milliseconds. */
  readonly staleAfterMs: number;
  /** The time, in milliseconds, and another list, after which a store without entries counts as empty. */
  readonly emptyAfterMs: number;
  /** Whether the last entries stay when all have disappeared. */
  readonly keepsLast: boolean;
}

/**
 * The entries of a store by key, in the order of their keys.
 *
 * @example
 * ```ts
 * import type { Entries } from 'superconfig/live';
 *
 * const entries: Entries = new Map([['port', { key: 'port', value: '80', revision: 5n }]]);
 * ```
 */
export type Entries = ReadonlyMap<string, Entry>;

/**
 * The copy of a store: its entries, and how well they are known. A pure state machine, whose clock is the caller's: milliseconds that only grow.
 *
 * @example
 * ```ts
 * import { Mirror } from 'superconfig/live';
 *
 * const mirror = new Mirror({ staleAfterMs: 30_000, emptyAfterMs: 1_000, keepsLast: false });
 * mirror.apply({ type: 'list', revision: 5n, entries: [{ key: 'port', value: '80', revision: 5n }] }, 0);
 * mirror.entries.get('port')?.value; // '80'
 * ```
 */
export class Mirror {
  readonly #options: MirrorOptions;
  #entries = new Map<string, Entry>();
  /** The entries in order; made at their first use. Held while all have disappeared and that is not confirmed. */
  #shown: Entries | undefined;
  #revision = 0n;
  #store: string | undefined;
  #state: SourceReport['state'] = 'connecting';
  #error: string | undefined;
  #endpoint: string | undefined;
  #confirmed = 0;
  #isListed = false;
  #needsList = true;
  #isLost = false;
  #emptySince: number | undefined;
  #held: Change[] = [];
  /** What the entries and the changes count for. */
  #size = 0;
  #heldSize = 0;
  #resumes = 0;
  #relists = -1;

  constructor(options: MirrorOptions) {
    this.#options = options;
  }

  /**
   * The entries to show. Where all have disappeared, the last ones are shown until that is confirmed. Costs putting them in order, once for each change.
   *
   * @example
   * ```ts
   * import { Mirror } from 'superconfig/live';
   *
   * const mirror = new Mirror({ staleAfterMs: 30_000, emptyAfterMs: 1_000, keepsLast: false });
   * mirror.entries.size; // 0
   * ```
   */
  get entries(): Entries {
    this.#shown ??= new Map([...this.#entries].sort(([one], [other]) => (one < other ? -1 : 1)));
    return this.#shown;
  }

  /**
   * The revision up to which the entries are known; watching goes on after it.
   *
   * @example
   * ```ts
   * import { Mirror } from 'superconfig/live';
   *
   * const mirror = new Mirror({ staleAfterMs: 30_000, emptyAfterMs: 1_000, keepsLast: false });
   * mirror.apply({ type: 'list', revision: 5n, entries: [{ key: 'port', value: '80', revision: 5n }] }, 0);
   * mirror.revision; // 5n
   * ```
   */
  get revision(): bigint {
    return this.#revision;
  }

  /**
   * Whether everything has to be listed before watching goes on.
   *
   * @example
   * ```ts
   * import { Mirror } from 'superconfig/live';
   *
   * const mirror = new Mirror({ staleAfterMs: 30_000, emptyAfterMs: 1_000, keepsLast: false });
   * mirror.needsList; // true
   * ```
   */
  get needsList(): boolean {
    return this.#needsList;
  }

  /**
   * Whether everything was listed once.
   *
   * @example
   * ```ts
   * import { Mirror } from 'superconfig/live';
   *
   * const mirror = new Mirror({ staleAfterMs: 30_000, emptyAfterMs: 1_000, keepsLast: false });
   * mirror.isListed; // false
   * ```
   */
  get isListed(): boolean {
    return this.#isListed;
  }

  /**
   * When a frame `time` may change something next, by the caller's clock.
   *
   * @example
   * ```ts
   * import { Mirror } from 'superconfig/live';
   *
   * const mirror = new Mirror({ staleAfterMs: 30_000, emptyAfterMs: 1_000, keepsLast: false });
   * mirror.apply({ type: 'list', revision: 5n, entries: [{ key: 'port', value: '80', revision: 5n }] }, 0);
   * mirror.apply({ type: 'lost', error: 'refused' }, 100);
   * mirror.dueAt; // 30000
   * ```
   */
  get dueAt(): number | undefined {
    const stale = this.#state === 'connecting' && this.#isListed ? this.#confirmed + this.#options.staleAfterMs : undefined;
    const empty = this.#emptySince === undefined || this.#needsList ? undefined : this.#emptySince + this.#options.emptyAfterMs;
    return stale === undefined || (empty !== undefined && empty < stale) ? empty : stale;
  }

  /**
   * Takes entries of an earlier time, to show until there is something newer.
   *
   * @example
   * ```ts
   * import { Mirror } from 'superconfig/live';
   *
   * const mirror = new Mirror({ staleAfterMs: 30_000, emptyAfterMs: 1_000, keepsLast: false });
   * mirror.restore([{ key: 'port', value: '80', revision: 5n }], 5n, 0).report?.state; // 'snapshot'
   * ```
   */
  restore(entries: readonly Entry[], revision: bigint, now: number): Outcome {
    this.#shown = new Map(entries.map((entry) => [entry.key, entry]));
    this.#revision = revision;
    this.#confirmed = now;
    this.#state = 'snapshot';
    return this.#outcome(true, true);
  }

  /**
   * Applies a message of a connection. Costs the number of changes; a list costs the number of entries.
   *
   * @throws where the entries, or changes of one moment, hold more than 67,108,864 characters; it stays as it was, and needs a list.
   * @example
   * ```ts
   * import { Mirror } from 'superconfig/live';
   *
   * const mirror = new Mirror({ staleAfterMs: 30_000, emptyAfterMs: 1_000, keepsLast: false });
   * mirror.apply({ type: 'list', revision: 5n, entries: [{ key: 'port', value: '80', revision: 5n }] }, 0);
   * mirror.apply({ type: 'events', changes: [{ key: 'port', value: '81', revision: 6n }] }, 1).hasChanged; // true
   * ```
   */
  apply(frame: Frame, now: number): Outcome {
    switch (frame.type) {
      case 'connecting':
        this.#endpoint = frame.endpoint;
        return this.#outcome(false, false);
      case 'list':
        return this.#list(frame, now);
      case 'watching':
        return this.#watching(frame, now);
      case 'events':
        return this.#events(frame, now);
      case 'progress':
        if (frame.revision > this.#revision && this.#held.length === 0) this.#revision = frame.revision;
        return this.#confirm(now);
      case 'compacted':
        this.#needsList = true;
        return this.#outcome(false, false);
      case 'alive':
        // A server can be there and not know what has changed: only its watch ends an outage.
        return this.#isLost ? this.#outcome(false, false) : this.#confirm(now);
      case 'lost':
        return this.#lost(frame.error, now);
      case 'time':
        return this.#time(now);
    }
  }

  #list({ revision, entries, store }: Frame & { type: 'list' }, now: number): Outcome {
    const size = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
    checkSize(size);
    const known = this.#entries;
    // What was last written up to our revision was known then, in the same store.
    const contradicts = ({ key, value, revision: own }: Entry) =>
      own <= this.#revision && (known.get(key)?.revision !== own || known.get(key)?.value !== value);
    const isOther = store !== undefined && this.#store !== undefined && (store !== this.#store || entries.some(contradicts));
    const wasReset = this.#isListed && (revision < this.#revision || isOther);
    this.#relists += 1;
    this.#drop();
    this.#size = size;
    const before = this.entries;
    this.#entries = new Map(entries.map((entry) => [entry.key, entry]));
    this.#revision = revision;
    this.#store = store ?? this.#store;
    const isFirst = !this.#isListed;
    this.#isListed = true;
    this.#needsList = false;
    const differs =
      before.size !== this.#entries.size ||
      entries.some(({ key, value, revision: own }) => {
        const known = before.get(key);
        return known === undefined || known.value !== value || known.revision !== own;
      });
    const hasChanged = this.#show(now, differs, true);
    return { ...this.#confirm(now), hasChanged: hasChanged || isFirst, wasReset };
  }

  #watching({ revision, store }: Frame & { type: 'watching' }, now: number): Outcome {
    // A follower may lag, or the store is an older one: a list tells.
    if (revision < this.#revision || (store !== undefined && this.#store !== undefined && store !== this.#store)) {
      this.#needsList = true;
      return this.#outcome(false, false);
    }
    if (this.#isLost) this.#resumes += 1;
    return this.#confirm(now);
  }

  #events({ changes, isFragment = false }: Frame & { type: 'events' }, now: number): Outcome {
    for (const change of changes) {
      this.#held.push(change);
      this.#heldSize += sizeOf(change);
    }
    const size = this.#sizeAfter(isFragment ? [] : this.#held);
    if (isFragment) return this.#outcome(false, false);
    // Where all may go now, those of before are shown until that is confirmed.
    const before = this.#held.length >= this.#entries.size ? this.entries : undefined;
    let revision = this.#revision;
    let differs = false;
    for (const { key, value, revision: own } of this.#held) {
      // Known from the list.
      if (own <= this.#revision) continue;
      if (own > revision) revision = own;
      if (value === undefined) differs = this.#entries.delete(key) || differs;
      else {
        this.#entries.set(key, { key, value, revision: own });
        differs = true;
      }
    }
    this.#drop();
    this.#size = size;
    this.#revision = revision;
    this.#shown = before ?? this.#shown;
    const hasChanged = differs && this.#show(now, differs, false);
    return { ...this.#confirm(now), hasChanged };
  }

  /** What the entries count for after changes. @throws where that, or what is held, is too much. */
  #sizeAfter(changes: readonly Change[]): number {
    let size = this.#size;
    for (const change of changes) {
      if (change.revision <= this.#revision) continue;
      size += sizeOf(change.value === undefined ? undefined : change) - sizeOf(this.#entries.get(change.key));
    }
    try {
      checkSize(Math.max(size, this.#heldSize));
    } catch (error) {
      this.#drop();
      this.#needsList = true;
      throw error;
    }
    return size;
  }

  #drop(): void {
    this.#held = [];
    this.#heldSize = 0;
  }

  /** Shows the entries, unless all have disappeared: that is verified first. True where they are shown and differ from those before. */
  #show(now: number, differs: boolean, isListed: boolean): boolean {
    if (this.#entries.size === 0 && this.#shown !== undefined && this.#shown.size > 0) {
      const isConfirmed = isListed && this.#emptySince !== undefined && now >= this.#emptySince + this.#options.emptyAfterMs;
      if (!isConfirmed) {
        this.#emptySince ??= now;
        return false;
      }
      if (this.#options.keepsLast) {
        this.#emptySince = undefined;
        return false;
      }
    }
    this.#emptySince = undefined;
    if (differs) this.#shown = undefined;
    return differs;
  }

  #confirm(now: number): Outcome {
    if (!this.#isListed || this.#needsList) return this.#outcome(false, false);
    this.#state = 'live';
    this.#error = undefined;
    this.#isLost = false;
    this.#confirmed = now;
    return this.#outcome(false, true);
  }

  #lost(error: string, now: number): Outcome {
    this.#drop();
    this.#error = error;
    this.#isLost = true;
    if (this.#state === 'live') this.#state = 'connecting';
    return this.#aged(now);
  }

  #time(now: number): Outcome {
    if (this.#emptySince !== undefined && now >= this.#emptySince + this.#options.emptyAfterMs) this.#needsList = true;
    return this.#aged(now);
  }

  #aged(now: number): Outcome {
    if (this.#state === 'connecting' && this.#isListed && now >= this.#confirmed + this.#options.staleAfterMs) this.#state = 'stale';
    return this.#outcome(false, this.#isLost);
  }

  #outcome(hasChanged: boolean, isReported: boolean): Outcome {
    const outcome = { hasChanged, needsList: this.#needsList, wasReset: false };
    if (!isReported) return outcome;
    const report: SourceReport = { state: this.#state, resumes: this.#resumes, relists: Math.max(0, this.#relists) };
    if (this.#isListed || this.#state === 'snapshot') report.revision = String(this.#revision);
    if (this.#endpoint !== undefined) report.endpoint = this.#endpoint;
    if (this.#error !== undefined) report.error = this.#error;
    return { ...outcome, report };
  }
}
