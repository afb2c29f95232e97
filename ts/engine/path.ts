import type { LoosePath } from '../api/typed-path.js';
import { SuperConfigError } from '../internal/errors.js';
import { unpairedSurrogate } from '../internal/unicode.js';
import { native } from './addon.js';

/** A path as it crosses to the addon. */
export interface NativePath {
  /** The dotted text, or the segments as JSON text. */
  text: string;
  /** Whether `text` is the JSON text of an array of segments. */
  segments: boolean;
}

/**
 * Makes a caller's path ready for the addon. Dotted text goes as it is, because the addon holds the grammar.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` for what is neither a string nor an array of strings and whole numbers, `ERR_SUPERCONFIG_PATH` for
 * half of a surrogate pair.
 */
export function toNativePath(path: LoosePath): NativePath {
  if (typeof path === 'string') {
    checkText(path);
    return { text: path, segments: false };
  }
  if (!Array.isArray(path)) {
    throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `a path is a string or an array of segments, not ${kindOf(path)}`);
  }
  for (const segment of path as readonly unknown[]) {
    if (typeof segment === 'string') checkText(segment);
    else if (!Number.isSafeInteger(segment) || (segment as number) < 0) {
      throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `a path's segments are strings and whole numbers from 0, not ${kindOf(segment)}`);
    }
  }
  return { text: JSON.stringify(path), segments: true };
}

function checkText(text: string): void {
  if (unpairedSurrogate(text) < 0) return;
  throw new SuperConfigError('ERR_SUPERCONFIG_PATH', 'a path that holds half of a surrogate pair is not text, so nothing can be there');
}

/** A path as people read it: dotted, keys that need it in quotes. */
export function showPath(path: LoosePath | readonly (string | number)[]): string {
  if (typeof path === 'string') return path;
  return path
    .map((segment) => {
      const text = String(segment);
      return /^[^.[\]"'\s]+$/.test(text) ? text : JSON.stringify(text);
    })
    .join('.');
}

/** The kind of a value for a message, never the value itself. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (value === undefined) return 'undefined';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/**
 * Fails with `OPTION` for what is no object, or has a name that nobody knows.
 */
export function checkNames(given: unknown, known: readonly string[], what: string): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `${what} are an object, not ${kindOf(given)}`);
  }
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const nearest = native().nearestName(unknown, [...known]);
  throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `\`${unknown}\` is not one of ${what}`, {
    hint: nearest == null ? `they are ${known.join(', ')}` : `did you mean \`${nearest}\`?`,
  });
}
