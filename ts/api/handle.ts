import { native } from '../engine/addon.js';
import { closedError, lookUp, type State, sync, unknownPath } from '../engine/attachment.js';
import { eventsOf, type Listener, listenerOf } from '../engine/event-pump.js';
import { showPath, toNativePath } from '../engine/path.js';
import { type Frame, guard, startAt } from '../internal/errors.js';
import type { ConfigChange } from './events.js';
import type { LoosePath } from './typed-path.js';
import { type Explanation, explained } from './types/explanation.js';

/**
 * A live view of one path: the quickest way to read a value again and again.
 *
 * @example
 * ```ts
 * const port = config.handle('server.port');
 * port.value; // 8080, and the new value after a reload
 * ```
 */
export class ConfigHandle<V = unknown> {
  /** The path, dotted. */
  readonly path: string;
  readonly #path: LoosePath;
  #state: State;
  #seen = -1;
  #value: V | undefined;
  #closed = false;
  readonly #listeners: (() => void)[] = [];

  /** Made by `config.handle(path)`. @hidden */
  constructor(state: State, path: LoosePath) {
    this.#state = state;
    this.#path = typeof path === 'string' ? path : [...path];
    this.path = showPath(path);
  }

  /**
   * The value as of now; tables and arrays are frozen and the same object for one version. Costs a comparison and a field.
   *
   * @throws `ERR_SUPERCONFIG_PATH` when nothing is there, `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * const pool = config.handle('db.pool');
   * pool.value.max; // 10
   * ```
   */
  get value(): V {
    const state = this.#state;
    if (state.word[0] === this.#seen) return this.#value as V;
    return this.#refresh();
  }

  /**
   * The version of the configuration, which grows with every reload that changes something.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * config.handle('server.port').version; // 1
   * ```
   */
  get version(): number {
    const state = this.#open(VERSION);
    if (state.word[0] !== state.seen) sync(state, VERSION);
    return state.version;
  }

  /**
   * Tells which layers spoke about the value and which one won.
   *
   * @throws `ERR_SUPERCONFIG_PATH` when nothing is there, `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * config.handle('server.port').explain().winner?.line; // 5
   * ```
   */
  explain(): Explanation {
    const frame = ConfigHandle.prototype.explain;
    const state = this.#open(frame);
    if (state.word[0] !== state.seen) sync(state, frame);
    const { text, segments } = toNativePath(this.#path);
    return guard(frame, () => explained(native().explain(state.attachment, text, segments)));
  }

  /**
   * Calls a listener after each change of the value at the path, or of anything below it, with what was there before and is now.
   * A listener that throws stops no other; what it threw becomes a process warning.
   *
   * @returns The way to remove the listener. Closing the handle or the configuration removes it too.
   * @throws `ERR_SUPERCONFIG_PATH` for a malformed path, `ERR_SUPERCONFIG_OPTION` for what is not a function,
   * `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * const pool = config.handle('db.pool');
   * const off = pool.on(({ changed, previous, current }) => console.log(changed, previous, current));
   * off();
   * ```
   */
  on(listener: Listener<ConfigChange<V | undefined>>): () => void {
    const frame = ConfigHandle.prototype.on;
    const state = this.#open(frame);
    const off = guard(frame, () => {
      if (state.word[0] !== state.seen) sync(state, frame);
      // Finds out about a malformed path now, not when something changes.
      lookUp(state, this.#path, frame);
      return eventsOf(state).onChange(listenerOf<ConfigChange<V | undefined>>(listener), toNativePath(this.#path));
    });
    this.#listeners.push(off);
    return off;
  }

  /**
   * Lets go of the value; reads fail from then on. Safe to repeat. The configuration stays open.
   *
   * @example
   * ```ts
   * const port = config.handle('server.port');
   * port.close();
   * port.value; // throws ERR_SUPERCONFIG_CLOSED
   * ```
   */
  close(): void {
    this.#closed = true;
    for (const off of this.#listeners.splice(0)) off();
    this.#value = undefined;
    this.#state = CLOSED;
  }

  /**
   * The same as `close()`, for `using`.
   *
   * @example
   * ```ts
   * {
   *   using port = config.handle('server.port');
   *   port.value; // 8080
   * } // closed here
   * ```
   */
  [Symbol.dispose](): void {
    this.close();
  }

  #open(frame: Frame): State {
    if (this.#closed) throw startAt(closedError('handle'), frame);
    return this.#state;
  }

  #refresh(): V {
    const state = this.#open(VALUE);
    if (state.word[0] !== state.seen) sync(state, VALUE);
    const value = lookUp(state, this.#path, VALUE);
    if (value === undefined) throw unknownPath(state, this.#path, VALUE);
    this.#value = value as V;
    this.#seen = state.seen;
    return value as V;
  }
}

// A closed handle reads here: no generation that a handle has kept equals this word.
const CLOSED: State = {
  word: Uint32Array.of(0xffff_ffff),
  seen: -1,
  generation: -1,
  version: 0,
  attachment: -1,
  closed: true,
  cache: new Map(),
  segmentCache: new Map(),
  absent: new Set(),
  tree: undefined,
  opening: undefined,
  events: undefined,
  refresh: undefined,
  asked: 0,
  answered: 0,
  failures: new Map(),
  stops: [],
};

function getter(name: 'value' | 'version'): Frame {
  return Object.getOwnPropertyDescriptor(ConfigHandle.prototype, name)?.get as Frame;
}
const VALUE = getter('value');
const VERSION = getter('version');
