// The options with which values are put into the registry.
import { checkNames } from '../engine/option-names.js';
import { optionError, stringOf } from '../internal/validate.js';

/**
 * Options of `registry.insert`.
 *
 * @example
 * ```ts
 * const options: InsertOptions = { name: 'session limit', ttlMs: 60_000 };
 * registry.insert(100, options).value; // 100
 * ```
 */
export interface InsertOptions {
  /** The name that `registry.find` takes. A named entry stays without any handle until it is removed or expires. */
  name?: string;
  /** The time to live after the entry was inserted or updated last, in whole milliseconds above 0; for ever without it. */
  ttlMs?: number;
}

/** Checks the options. @throws `ERR_SUPERCONFIG_OPTION` */
export function checkInsertOptions(options: InsertOptions): void {
  checkNames(options, ['name', 'ttlMs'], 'the options of `insert`');
  const { name, ttlMs } = options;
  if (name !== undefined) stringOf(name, '`name` of `insert`');
  if (ttlMs !== undefined && !(Number.isSafeInteger(ttlMs) && ttlMs > 0)) {
    throw optionError('`ttlMs` of `insert` must be a whole number of milliseconds above 0');
  }
}
