// The helper for sources that are modules of JavaScript or TypeScript.
import { moduleSource } from '../engine/config-module.js';
import { guard } from '../engine/native-error.js';
import type { Source, SourceOptions } from './sources.js';

/**
 * Options of `module`.
 *
 * @example
 * ```ts
 * const options: ModuleOptions = { optional: true, export: 'config' };
 * loadConfigSync({ sources: [module('not-there.config.mjs', options)] }).current; // {}
 * ```
 */
export interface ModuleOptions extends SourceOptions {
  /** A module that is not there is skipped. */
  optional?: boolean;
  /** The name of the export that is the configuration; `default` by default. */
  export?: string;
}

/**
 * A module of JavaScript or TypeScript, relative to `cwd`, that exports an object or a function that returns one, given the context of a
 * custom source: `cwd`, `home`, `profiles`, `env` and others. The runtime itself imports it, with `require` where that can; TypeScript
 * where the runtime strips types. `{profile}` in the path stands for each profile in turn. It is watched like a file and imported anew
 * for a reload; what it imports itself is not.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` for a path that is no string, an unknown option or one of another kind. On loading:
 * `ERR_SUPERCONFIG_NOT_FOUND` for a missing module that is not `optional`, `ERR_SUPERCONFIG_FORMAT` for TypeScript where the runtime takes
 * none, `ERR_SUPERCONFIG_SOURCE`, with the cause, where it throws or exports something else, `ERR_SUPERCONFIG_ASYNC` where `loadSync` would
 * have to await it.
 * @example
 * ```ts
 * const config = await loadConfig({ sources: [module('app.config.mjs'), env('APP')] });
 * config.get('server.port'); // 8082
 * ```
 */
export function module(path: string, options?: ModuleOptions): Source {
  return guard(module, () => moduleSource(path, options));
}
