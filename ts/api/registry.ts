// Values of the program's own that all its threads share.
import { generationWords, native, wordIndex } from '../engine/addon.js';
import { closedError } from '../engine/closed-error.js';
import { encode, toValue } from '../engine/codec.js';
import { guard } from '../engine/native-error.js';
import { getterOf } from '../internal/stack.js';
import { kindOf, optionError, stringOf } from '../internal/validate.js';
import { checkInsertOptions, type InsertOptions } from './insert-options.js';

/**
 * The contents of the process's registry, and its operations and loads of configurations since the process started.
 *
 * @example
 * ```ts
 * const stats: RegistryStats = registry.stats();
 * stats.totalHandles > 1_000_000; // false
 * ```
 */
export interface RegistryStats {
  /** Entries, open configurations included. */
  totalHandles: number;
  /** Handles that refer to them, in all threads. */
  activeReferences: number;
  /** Bytes that the entries take: values, slots, names and the tables that find them. */
  memoryUsageBytes: number;
  /** Reads, where they are counted. */
  reads?: number;
  /** Entries put in. */
  inserts: number;
  /** Values replaced. */
  updates: number;
  /** Entries taken out by `remove` or closed. */
  removes: number;
  /** Entries that came to the end of their time to live. */
  expired: number;
  /** Unnamed entries that went with their last handle. */
  freed: number;
  /** First loads of configurations, failed ones included. */
  loads: number;
  /** Loads that failed. */
  loadFailures: number;
  /** Reloads, failed ones included. */
  reloads: number;
  /** Reloads that failed. */
  reloadFailures: number;
  /** Files that had not changed, so that a load took what was parsed before. */
  fileCacheHits: number;
  /** Files that were read. */
  fileReads: number;
  /** The bytes of the files that were read. */
  fileReadBytes: number;
}

const unreachable = new FinalizationRegistry<number>((reference) => {
  try {
    native().registryRelease(reference);
  } catch {
    // No caller is left to report it to, and nothing is lost: the addon has already released it.
  }
});

/**
 * A counted reference to a value in the registry, live in all threads.
 *
 * @example
 * ```ts
 * using limit = registry.insert(100, { ttlMs: 60_000 });
 * limit.value; // 100, until an update
 * ```
 */
export class RegistryHandle<T = unknown> {
  /** The number of the entry: unique in the process, never used again, good in every thread. */
  readonly id: number;
  readonly #reference: number;
  readonly #words: Uint32Array;
  readonly #index: number;
  #seen = -1;
  #value: T | undefined;
  #closed = false;

  /** Made by `registry.insert` and `registry.find`. @hidden */
  constructor(reference: number, id: number) {
    this.id = id;
    this.#reference = reference;
    this.#words = generationWords();
    this.#index = wordIndex(id);
    unreachable.register(this, reference, this);
  }

  /**
   * The current value; tables and arrays are frozen, and the same object until the value changes. Costs a comparison and
   * a field after the first read.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` when the handle is closed or the entry was removed or has expired.
   * @example
   * ```ts
   * const limit = registry.insert(100);
   * registry.update(limit, 200);
   * limit.value; // 200
   * ```
   */
  get value(): T {
    if (this.#words[this.#index] === this.#seen) return this.#value as T;
    return this.#refresh();
  }

  /**
   * Whether this handle was closed.
   *
   * @example
   * ```ts
   * registry.insert(100).closed; // false
   * ```
   */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Releases the entry, which is freed with its last handle unless it has a name. Safe to repeat.
   *
   * @example
   * ```ts
   * const limit = registry.insert(100);
   * limit.close();
   * registry.has(limit.id); // false
   * ```
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#value = undefined;
    // No word equals it, so every read takes the slow way and fails there.
    this.#seen = -1;
    unreachable.unregister(this);
    native().registryRelease(this.#reference);
  }

  /**
   * The same as `close()`, for `using`.
   *
   * @example
   * ```ts
   * {
   *   using limit = registry.insert(100);
   *   limit.value; // 100
   * } // closed here
   * ```
   */
  [Symbol.dispose](): void {
    this.close();
  }

  #refresh(): T {
    return guard(getterOf(RegistryHandle.prototype, 'value'), () => {
      if (this.#closed) throw closedError('handle');
      // Read before the value is: an update in between causes one more read, never a stale value.
      const seen = this.#words[this.#index] as number;
      const value = toValue(native().registryGet(this.id)) as T;
      this.#value = value;
      this.#seen = seen;
      return value;
    });
  }
}

const MARK = Symbol.for('superconfig.registryHandle');
Object.defineProperty(RegistryHandle.prototype, MARK, { value: true });

/** Whether it is a handle, also of the other copy of this package: a process may load it as ESM and as CJS. */
function isHandle(entry: unknown): entry is RegistryHandle {
  return typeof entry === 'object' && entry !== null && (entry as Record<symbol, unknown>)[MARK] === true;
}

/** The id of a handle, or the number given. @throws for what is neither, and for a closed handle. */
function idOf(entry: RegistryHandle | number): number {
  if (isHandle(entry)) {
    if (entry.closed) throw closedError('handle');
    return entry.id;
  }
  if (typeof entry === 'number') return entry;
  throw optionError(`an entry is named by a handle or its id, not by ${kindOf(entry)}`);
}

/** The same, and 0, which is no id, for what is neither. */
function idOrNone(entry: RegistryHandle | number): number {
  if (isHandle(entry)) return entry.closed ? 0 : entry.id;
  return typeof entry === 'number' ? entry : 0;
}

function crossing(value: unknown): string {
  return JSON.stringify(encode(value, 'the value'));
}

/**
 * Values that all threads of the process share, by handle and by id. Values are copied in, and come out frozen.
 *
 * @example
 * ```ts
 * const flags = registry.insert({ beta: true }, { name: 'flags' });
 * registry.update(flags, { beta: false });
 * flags.value.beta; // false, in every thread
 * registry.remove(flags); // true
 * ```
 */
export const registry = {
  /**
   * Inserts a value. The entry exists as long as a handle refers to it, or it has a name. A key `__proto__` in it is unreachable.
   *
   * @throws `ERR_SUPERCONFIG_OPTION` for what is not a configuration value, a name in use, or a wrong option;
   * `ERR_SUPERCONFIG_LIMIT` for a value of more than 128 levels.
   * @example
   * ```ts
   * const limits = registry.insert({ requests: 100 });
   * limits.value.requests; // 100
   * ```
   */
  insert<T>(value: T, options?: InsertOptions): RegistryHandle<T> {
    return guard(registry.insert, () => {
      if (options !== undefined) checkInsertOptions(options);
      return new RegistryHandle<T>(...native().registryInsert(crossing(value), options?.name, options?.ttlMs));
    });
  },

  /**
   * A further handle to the entry of a name, in any thread.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` without such an entry.
   * @example
   * ```ts
   * registry.insert(8080, { name: 'port' });
   * registry.find<number>('port').value; // 8080
   * ```
   */
  find<T = unknown>(name: string): RegistryHandle<T> {
    return guard(registry.find, () => {
      return new RegistryHandle<T>(...native().registryFind(stringOf(name, 'a name')));
    });
  },

  /**
   * The value of an entry, frozen. A handle's `value` is quicker: this crosses into the addon.
   *
   * @throws `ERR_SUPERCONFIG_OPTION` for what cannot be an id, `ERR_SUPERCONFIG_CLOSED` for an id without entry and a closed
   * handle, `ERR_SUPERCONFIG_TYPE` for a configuration's id.
   * @example
   * ```ts
   * const { id } = registry.insert([1, 2], { name: 'list' });
   * registry.get(id); // [1, 2]
   * ```
   */
  get<T = unknown>(entry: RegistryHandle<T> | number): T {
    return guard(registry.get, () => toValue(native().registryGet(idOf(entry))) as T);
  },

  /**
   * Replaces the value of an entry, at once and for all threads; its time to live starts anew.
   *
   * @throws As `get` does, and as `insert` does for the value.
   * @example
   * ```ts
   * const limit = registry.insert(100);
   * registry.update(limit.id, 200);
   * limit.value; // 200
   * ```
   */
  update<T>(entry: RegistryHandle<T> | number, value: T): void {
    guard(registry.update, () => native().registryUpdate(idOf(entry), crossing(value)));
  },

  /**
   * Removes an entry, whatever refers to it; returns false where there is none.
   *
   * @example
   * ```ts
   * const limit = registry.insert(100);
   * registry.remove(limit); // true
   * registry.remove(limit); // false
   * ```
   */
  remove(entry: RegistryHandle | number): boolean {
    return guard(registry.remove, () => native().registryRemove(idOrNone(entry)));
  },

  /**
   * Whether there is such an entry.
   *
   * @example
   * ```ts
   * registry.has(registry.insert(100)); // true
   * registry.has(-1); // false
   * ```
   */
  has(entry: RegistryHandle | number): boolean {
    return guard(registry.has, () => native().registryHas(idOrNone(entry)));
  },

  /**
   * Counts what the registry holds and has done, and the loads of the process. Costs a walk over all entries.
   *
   * @example
   * ```ts
   * const before = registry.stats().inserts;
   * registry.insert(100);
   * registry.stats().inserts - before; // 1
   * ```
   */
  stats(): RegistryStats {
    return guard(registry.stats, () => JSON.parse(native().registryStats(false)) as RegistryStats);
  },

  /**
   * The metrics of the process in the text format of Prometheus: loads, reloads, failures by code, durations of
   * stages, files, versions, health, sources, handles, bytes; never values. Costs a walk over the values of each open configuration.
   *
   * @example
   * ```ts
   * registry.metrics().includes('superconfig_loads_total'); // true
   * ```
   */
  metrics(): string {
    return guard(registry.metrics, () => native().registryStats(true));
  },
};
