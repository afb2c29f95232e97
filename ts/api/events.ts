import { type NativeValue, native, type Version } from '../engine/addon.js';
import { toJsonValue, toValue } from '../engine/attachment.js';
import type { NativePath } from '../engine/path.js';
import type { DeepReadonly } from './typed-path.js';

/** What one version has at a path, read from the addon when it is asked for. */
class View {
  readonly #version: Version;
  readonly #path: NativePath;
  #value: unknown;
  #isRead = false;

  constructor(version: Version, path: NativePath = { text: '', segments: false }) {
    this.#version = version;
    this.#path = path;
  }

  get value(): unknown {
    if (!this.#isRead) {
      this.#value = toValue(native().versionRead(this.#version, this.#path.text, this.#path.segments));
      this.#isRead = true;
    }
    return this.#value;
  }

  get redacted(): NativeValue {
    return native().versionRedacted(this.#version, this.#path.text, this.#path.segments);
  }

  at(path: NativePath): View {
    return new View(this.#version, path);
  }

  changedSince(previous: View, path: NativePath): string[] {
    return JSON.parse(native().versionChanges(previous.#version, this.#version, path.text, path.segments)) as string[];
  }
}

/** The way from one version to another. */
export interface Transition {
  readonly version: number;
  readonly changed: readonly string[];
  readonly previous: View;
  readonly current: View;
}

/** The transition between two versions of the addon. */
export function transition(version: number, changed: readonly string[], previous: Version, current: Version): Transition {
  return { version, changed, previous: new View(previous), current: new View(current) };
}

/** A transition with its paths limited to those at or below one; `undefined` where nothing differs there. */
export function below(whole: Transition, path: NativePath): Transition | undefined {
  const changed = whole.current.changedSince(whole.previous, path);
  return changed.length === 0 ? undefined : { ...whole, changed };
}

/** The same, and all that is seen of the versions is what they have at the path. */
export function at(whole: Transition, path: NativePath): Transition | undefined {
  const part = below(whole, path);
  return part && { ...part, previous: whole.previous.at(path), current: whole.current.at(path) };
}

/** Two transitions, one after the other, as one. */
export function merge(first: Transition | undefined, second: Transition): Transition {
  if (first === undefined) return second;
  const changed = [...new Set([...first.changed, ...second.changed])].sort();
  return { ...second, changed, previous: first.previous };
}

/**
 * What a `change` event tells: a new version, and the one that was told of before. Where the thread was busy meanwhile it stands
 * for several versions, and `changed` has all paths that changed on the way. Printing it shows no secret.
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
    // Its own, whatever a listener does to it.
    this.changed = [...transition.changed];
    this.#transition = transition;
  }

  /**
   * What was there before, frozen; made when it is asked for.
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
   * What is there now, frozen; made when it is asked for. `config.current` may be newer already.
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
   * What `JSON.stringify(change)` shows, with secrets redacted. A `bigint` is the text of its digits.
   *
   * @example
   * ```ts
   * config.on('change', (change) => console.log(JSON.stringify(change)));
   * ```
   */
  toJSON(): unknown {
    return this.#shown(toJsonValue);
  }

  /** What `console.log` shows, with secrets redacted. @internal */
  [Symbol.for('nodejs.util.inspect.custom')](_depth: number, options: object, inspect?: (value: unknown, options: object) => string): string {
    if (inspect === undefined) return `ConfigChange ${JSON.stringify(this)}`;
    return `ConfigChange ${inspect(
      this.#shown((value) => toValue(value, false)),
      options,
    )}`;
  }

  #shown(show: (value: NativeValue) => unknown): object {
    const { version, changed, previous, current } = this.#transition;
    return { version, changed, previous: show(previous.redacted), current: show(current.redacted) };
  }
}
