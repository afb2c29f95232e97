// The helper for sources that the program implements.
import { optionsOf } from '../engine/codec.js';
import { type CustomSource, checkSource } from '../engine/custom-source.js';
import { guard } from '../engine/native-error.js';
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
    checkSource(implementation);
    return { ...optionsOf(options, 'source'), kind: 'custom', name: implementation.name, implementation };
  });
}
