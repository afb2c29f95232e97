// A live view of one path.
import { Attachment } from '../engine/attachment.js';
import { closedError } from '../engine/closed-error.js';
import { guard } from '../engine/native-error.js';
import { type LoosePath, showPath } from '../engine/path.js';
import { lookUp, readMissing, sync } from '../engine/read-cache.js';
import { getterOf } from '../internal/stack.js';
import { type ConfigChange, type Listener, listenAt } from './events.js';
import { explainPath } from './inspection.js';
import type { Explanation } from './types/explanation.js';

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
  #attachment: Attachment;
  #seen = -1;
  #value: V | undefined;
  #closed = false;
  readonly #listeners: (() => void)[] = [];

  /** Made by `config.handle(path)`. @hidden */
  constructor(attachment: Attachment, path: LoosePath) {
    this.#attachment = attachment;
    this.#path = typeof path === 'string' ? path : [...path];
    this.path = showPath(path);
  }

  /**
   * The current value; tables and arrays are frozen and the same object for one version. Costs a comparison and a field.
   *
   * @throws `ERR_SUPERCONFIG_PATH` when nothing is there and the schema does not declare it, `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * const pool = config.handle('db.pool');
   * pool.value.max; // 10
   * ```
   */
  get value(): V {
    if (this.#attachment.word[0] === this.#seen) return this.#value as V;
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
    return guard(getterOf(ConfigHandle.prototype, 'version'), () => this.#synced().version);
  }

  /**
   * Explains the value: what each layer contributes to it and which one wins.
   *
   * @throws `ERR_SUPERCONFIG_PATH` when nothing is there, `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * config.handle('server.port').explain().winner?.line; // 5
   * ```
   */
  explain(): Explanation {
    return guard(ConfigHandle.prototype.explain, () => explainPath(this.#synced(), this.#path));
  }

  /**
   * Calls a listener after each change of the value at the path, or of anything below it, with the values before and after. A listener
   * that throws stops no other; what it threw becomes a process warning.
   *
   * @returns A function that removes the listener. Closing the handle or the configuration removes it too.
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
    return guard(ConfigHandle.prototype.on, () => {
      const off = listenAt(this.#synced(), this.#path, listener);
      this.#listeners.push(off);
      return off;
    });
  }

  /**
   * Releases the value; reads fail from then on. Safe to repeat. The configuration stays open.
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
    this.#attachment = CLOSED;
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

  #synced(): Attachment {
    if (this.#closed) throw closedError('handle');
    sync(this.#attachment);
    return this.#attachment;
  }

  #refresh(): V {
    return guard(getterOf(ConfigHandle.prototype, 'value'), () => {
      const attachment = this.#synced();
      const found = lookUp(attachment, this.#path);
      const value = found === undefined ? readMissing(attachment, this.#path) : found;
      if (attachment.overlays.length === 0) {
        this.#value = value as V;
        this.#seen = attachment.seen;
      }
      return value as V;
    });
  }
}

// What a closed handle reads from: no generation that a handle has kept equals its word.
const CLOSED = new Attachment();
