// The events of a configuration: what they hand over, and who receives them.
import type { Attachment } from '../engine/attachment.js';
import { toJsonValue, toValue } from '../engine/codec.js';
import { callListener, pumpOf } from '../engine/event-pump.js';
import { checkNames } from '../engine/option-names.js';
import { type LoosePath, type NativePath, toNativePath } from '../engine/path.js';
import type { NativeValue } from '../engine/protocol.js';
import { lookUp, sync } from '../engine/read-cache.js';
import { at, below, merge, type Transition } from '../engine/transition.js';
import type { SuperConfigError } from '../internal/errors.js';
import { kindOf, optionError } from '../internal/validate.js';
import type { DeepReadonly } from './typed-path.js';
import type { ChangesOptions } from './types/options.js';
import { type SourceStatus, type SourceStatusReport, toSourceStatus } from './types/status.js';

/**
 * The argument of each event's listeners.
 *
 * @example
 * ```ts
 * const warn = (error: EventMap<AppConfig>['error']) => console.error(error.message);
 * config.on('error', warn);
 * ```
 */
export interface EventMap<T> {
  /** There is a new version. */
  change: ConfigChange<T>;
  /** A reload failed, and the last good version stays in use; or a custom source did (`SOURCE`), and its last values stay in use. */
  error: SuperConfigError;
  /** The state of a custom source has changed. */
  status: SourceStatus;
}

/**
 * A function that is called with an event; what it throws, or rejects with, becomes a process warning.
 *
 * @example
 * ```ts
 * const print: Listener<ConfigChange<AppConfig>> = ({ version, changed }) => console.log(version, changed);
 * config.on('change', print);
 * ```
 */
export type Listener<E> = (event: E) => unknown;

/**
 * A new version, with the version of the event before it. Where the thread was busy in between it covers several versions, and
 * `changed` has all paths that changed in any of them. Printing it shows no secret.
 *
 * @example
 * ```ts
 * config.on('change', ({ version, changed, previous, current }) => {
 *   console.log(version, changed, previous.log.level, current.log.level); // 2, ['log.level'], 'info', 'debug'
 * });
 * writeFileSync('config/local.toml', 'log.level = "debug"');
 * config.reloadSync();
 * ```
 */
export class ConfigChange<T> {
  /** The new version. */
  readonly version: number;
  /** The paths of the leaves that were set, changed or removed, sorted; an array is one leaf. */
  readonly changed: readonly string[];
  readonly #transition: Transition;

  /** Made by events. @hidden */
  constructor(transition: Transition) {
    this.version = transition.version;
    // A copy: listeners may change it.
    this.changed = [...transition.changed];
    this.#transition = transition;
  }

  /**
   * The values before, frozen; made on the first read.
   *
   * @example
   * ```ts
   * config.on('change', ({ previous }) => console.log(previous.log.level)); // 'info'
   * writeFileSync('config/local.toml', 'log.level = "debug"');
   * config.reloadSync();
   * ```
   */
  get previous(): DeepReadonly<T> {
    return this.#transition.previous.value as DeepReadonly<T>;
  }

  /**
   * The values of this version, frozen; made on the first read. `config.current` may be newer already.
   *
   * @example
   * ```ts
   * config.on('change', ({ current }) => console.log(current.log.level));
   * ```
   */
  get current(): DeepReadonly<T> {
    return this.#transition.current.value as DeepReadonly<T>;
  }

  /**
   * The change for `JSON.stringify(change)`, with secrets redacted. A `bigint` is the text of its digits.
   *
   * @example
   * ```ts
   * config.on('change', (change) => console.log(JSON.stringify(change)));
   * ```
   */
  toJSON(): unknown {
    return this.#redacted(toJsonValue);
  }

  /** The text for `console.log`, with secrets redacted. @internal */
  [Symbol.for('nodejs.util.inspect.custom')](_depth: number, options: object, inspect?: (value: unknown, options: object) => string): string {
    if (inspect === undefined) return `ConfigChange ${JSON.stringify(this)}`;
    const shown = this.#redacted((value) => toValue(value, false));
    return `ConfigChange ${inspect(shown, options)}`;
  }

  #redacted(convert: (value: NativeValue) => unknown): object {
    const { version, changed, previous, current } = this.#transition;
    return { version, changed, previous: convert(previous.redacted), current: convert(current.redacted) };
  }
}

/** Calls a listener for an event of a configuration; returns what removes it. @throws `ERR_SUPERCONFIG_OPTION` */
export function listen<T>(attachment: Attachment, event: keyof EventMap<T>, listener: unknown): () => void {
  attachment.assertOpen();
  if (event === 'change') return onChange<T>(attachment, listener);
  if (event === 'error') return pumpOf(attachment).onError(listenerOf(listener));
  if (event === 'status') {
    const listening = listenerOf<SourceStatus>(listener);
    return pumpOf(attachment).onStatus((report) => callListener(event, listening, toSourceStatus(report as SourceStatusReport)));
  }
  throw optionError(`there is no event '${String(event)}'`, "the events are 'change', 'error' and 'status'");
}

/** Calls a listener for versions that differ at or below a path; returns what removes it. @throws `ERR_SUPERCONFIG_OPTION` */
export function listenAt(attachment: Attachment, path: LoosePath, listener: unknown): () => void {
  return onChange(attachment, listener, wellFormed(attachment, path));
}

/** A path, refused where it is malformed: now, not when something changes. */
function wellFormed(attachment: Attachment, path: LoosePath): NativePath {
  lookUp(attachment, path);
  return toNativePath(path);
}

function onChange<T>(attachment: Attachment, given: unknown, path?: NativePath): () => void {
  const listener = listenerOf<ConfigChange<T>>(given);
  return pumpOf(attachment).observe({
    next(whole) {
      const change = path === undefined ? whole : at(whole, path);
      if (change !== undefined) callListener('change', listener, new ConfigChange<T>(change));
    },
  });
}

/** Iterates over new versions, or over those that differ at or below a path; a slow consumer gets the newest one. */
export function changesOf<T>(attachment: Attachment, options: ChangesOptions<T>): AsyncIterableIterator<ConfigChange<T>, undefined> {
  checkNames(options, ['path', 'signal'], 'the options of `changes`');
  sync(attachment);
  const path = options.path === undefined ? undefined : wellFormed(attachment, options.path as LoosePath);
  const signal = signalOf(options.signal);
  type Result = IteratorResult<ConfigChange<T>, undefined>;
  const done: Result = { done: true, value: undefined };
  const waiting: ((result: Result) => void)[] = [];
  let pending: Transition | undefined;
  let isDone = signal?.aborted ?? false;
  const end = () => {
    isDone = true;
    pending = undefined;
    off();
    signal?.removeEventListener('abort', end);
    for (const resolve of waiting.splice(0)) resolve(done);
  };
  const observer = {
    next(whole: Transition) {
      const change = path === undefined ? whole : below(whole, path);
      if (change === undefined) return;
      const resolve = waiting.shift();
      if (resolve === undefined) pending = merge(pending, change);
      else resolve({ done: false, value: new ConfigChange<T>(change) });
    },
    complete: end,
  };
  const off = isDone ? () => {} : pumpOf(attachment).observe(observer);
  if (!isDone) signal?.addEventListener('abort', end, { once: true });
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (pending !== undefined) {
        const value = new ConfigChange<T>(pending);
        pending = undefined;
        return { done: false, value };
      }
      return isDone ? done : new Promise((resolve) => waiting.push(resolve));
    },
    async return() {
      end();
      return done;
    },
  };
}

/** A signal, checked. @throws `ERR_SUPERCONFIG_OPTION` */
function signalOf(given: AbortSignal | undefined): AbortSignal | undefined {
  if (given === undefined) return given;
  const { aborted, addEventListener } = Object(given) as Partial<AbortSignal>;
  if (typeof aborted === 'boolean' && typeof addEventListener === 'function') return given;
  throw optionError(`\`signal\` is an AbortSignal, not ${kindOf(given)}`);
}

/** A listener, checked. @throws `ERR_SUPERCONFIG_OPTION` */
function listenerOf<E>(given: unknown): Listener<E> {
  if (typeof given === 'function') return given as Listener<E>;
  throw optionError(`a listener is a function, not ${kindOf(given)}`);
}
