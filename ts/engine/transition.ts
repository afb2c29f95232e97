// The way from one version of a configuration to another, whose values are read when they are needed.
import { native } from './addon.js';
import { toValue } from './codec.js';
import type { NativePath } from './path.js';
import type { NativeValue, Version } from './protocol.js';

/** What one version has at a path. */
class View {
  readonly #version: Version;
  readonly #path: NativePath;
  #value: unknown;
  #isRead = false;

  constructor(version: Version, path: NativePath = { text: '', segments: false }) {
    this.#version = version;
    this.#path = path;
  }

  /** The value, frozen. */
  get value(): unknown {
    if (!this.#isRead) {
      this.#value = toValue(native().read(this.#version, this.#path.text, this.#path.segments));
      this.#isRead = true;
    }
    return this.#value;
  }

  /** The value with secrets redacted. */
  get redacted(): NativeValue {
    return native().read(this.#version, this.#path.text, this.#path.segments, true);
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

/** The same, with the versions limited to what they have at the path. */
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
