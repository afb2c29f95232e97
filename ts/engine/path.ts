// Paths as callers write them, and as they cross to the addon.
import { SuperConfigError } from '../internal/errors.js';
import { unpairedSurrogate } from '../internal/unicode.js';
import { kindOf, optionError } from '../internal/validate.js';

/**
 * A path that is not known at compile time, e.g. in a configuration without a type.
 *
 * @example
 * ```ts
 * const path: LoosePath = ['db', 'pool', 'max'];
 * config.get(path); // 10
 * ```
 */
export type LoosePath = string | readonly (string | number)[];

/** A path as it crosses to the addon. */
export interface NativePath {
  /** The dotted text, or the segments as JSON text. */
  text: string;
  /** Whether `text` is the JSON text of an array of segments. */
  segments: boolean;
}

/**
 * The path of a caller as it crosses. Dotted text crosses unchanged: the engine parses it.
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
    throw optionError(`a path is a string or an array of segments, not ${kindOf(path)}`);
  }
  for (const segment of path as readonly unknown[]) {
    if (typeof segment === 'string') checkText(segment);
    else if (!Number.isSafeInteger(segment) || (segment as number) < 0) {
      throw optionError(`a path's segments are strings and whole numbers from 0, not ${kindOf(segment)}`);
    }
  }
  return { text: JSON.stringify(path), segments: true };
}

function checkText(text: string): void {
  if (unpairedSurrogate(text) < 0) return;
  throw new SuperConfigError('ERR_SUPERCONFIG_PATH', 'a path that holds half of a surrogate pair is not text, so nothing can be there');
}

/** A path as dotted text, keys in quotes where they need them. */
export function showPath(path: LoosePath): string {
  if (typeof path === 'string') return path;
  return path
    .map((segment) => {
      const text = String(segment);
      return /^[^.[\]"'\s]+$/.test(text) ? text : JSON.stringify(text);
    })
    .join('.');
}
