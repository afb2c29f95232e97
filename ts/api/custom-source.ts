// The helper for sources that the program implements.
import { isPlain, optionsOf } from '../engine/codec.js';
import { type CustomSource, timeoutOf } from '../engine/custom-source.js';
import { guard } from '../engine/native-error.js';
import { checkNames } from '../engine/option-names.js';
import { kindOf, optionError } from '../internal/validate.js';
import type { Source, SourceOptions } from './sources.js';

/**
 * A source of your own, which may be remote; see {@link CustomSource}. It is called for the load and for each reload, with nothing locked.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` for what has no name or no `load`. On loading: `ERR_SUPERCONFIG_SOURCE`, with its name and the
 * cause, when it fails, or has not answered within `timeoutMs`; `ERR_SUPERCONFIG_ASYNC` when `loadSync` gets a promise. When it fails on a
 * reload, its last values stay in use, with the warning `source-stale` and the event `error`.
 * @example
 * ```ts
 * const flags = source({ name: 'flags', load: async ({ profiles }) => ({ features: { profile: profiles[0], search: true } }) });
 * const config = await loadConfig({ sources: [flags], profile: 'production' });
 * config.get('features'); // { profile: 'production', search: true }
 * ```
 */
export function source(implementation: CustomSource, options?: SourceOptions): Source {
  return guard(source, () => {
    const problem = problemOf(implementation);
    if (problem !== undefined) throw optionError(`a custom source is ${problem}`);
    // An object of a class may have whatever it needs beside them.
    if (isPlain(implementation)) checkNames(implementation, ['name', 'load', 'watch', 'close', 'timeoutMs'], 'what a custom source has');
    if (implementation.timeoutMs !== undefined) timeoutOf(implementation.timeoutMs);
    return { ...optionsOf(options, 'source'), kind: 'custom', name: implementation.name, implementation };
  });
}

function problemOf(given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null) return `an object, not ${kindOf(given)}`;
  const { name, load, watch, close } = given as Partial<CustomSource>;
  if (typeof name !== 'string' || name === '') return 'an object with a `name`';
  if (typeof load !== 'function') return 'an object with a function `load`';
  if (watch !== undefined && typeof watch !== 'function') return 'an object whose `watch` is a function';
  return close === undefined || typeof close === 'function' ? undefined : 'an object whose `close` is a function';
}
