// Values laid over a configuration for what a function does and awaits.
import { AsyncLocalStorage } from 'node:async_hooks';
import { type SuperConfig, SuperConfigError } from '../index.js';

/**
 * Values to lay over a configuration: any part of it, of its types.
 *
 * @example
 * ```ts
 * import { type Overrides, withOverrides } from 'superconfig/testing';
 *
 * const quiet: Overrides<AppConfig> = { log: { level: 'silent' } };
 * withOverrides(config, quiet, () => config.get('log.level')); // 'silent'
 * ```
 */
export type Overrides<T> = T extends readonly unknown[] ? T : T extends object ? { [Key in keyof T]?: Overrides<T[Key]> | undefined } : T;

/** What the package gives to lay values over a configuration. */
interface Overlay {
  open(layers: readonly object[]): SuperConfig | Promise<SuperConfig>;
  show(find: () => SuperConfig | undefined): () => void;
}

/** The values of one call, seen by what it runs. */
interface Scope {
  readonly config: SuperConfig;
  readonly layers: readonly object[];
  readonly overlaid: SuperConfig;
  readonly outer: Scope | undefined;
  /** The version of the configuration that the values lie over. */
  version: number;
  hasEnded: boolean;
}

const OVERLAY = Symbol.for('superconfig.overlay');
const scopes = new AsyncLocalStorage<Scope>();

/** The innermost scope of a configuration in the current asynchronous context. */
function scopeOf(config: SuperConfig): Scope | undefined {
  for (let scope = scopes.getStore(); scope !== undefined; scope = scope.outer) {
    if (scope.config === config && !scope.hasEnded) return scope;
  }
  return undefined;
}

/** What reads are to see in the current asynchronous context; it follows the reloads of the configuration. */
function overlaidIn(config: SuperConfig): SuperConfig | undefined {
  const scope = scopeOf(config);
  if (scope === undefined) return undefined;
  const { version } = config;
  if (version !== scope.version) {
    scope.version = version;
    try {
      scope.overlaid.reloadSync();
    } catch {
      // The configuration reports what fails; the last good values stay here as they do there.
    }
  }
  return scope.overlaid;
}

/**
 * Runs a function that sees values laid over a configuration: reads of it (`get`, `has`, `current`, handles, `explain`) in the function
 * and in what it awaits, and nowhere else. Tests that run meanwhile see none of it, nor do other threads. The values are merged as
 * `overrides` merges them and checked by the schema; calls nest. When the function is done, which is when the promise that it returns
 * settles, what it has left running sees the configuration as it is.
 *
 * Costs a load of the configuration: its sources are read again. While nobody overrides, reads cost what they always cost.
 *
 * @returns What the function returns; a promise of it where a source or the schema has to be awaited.
 * @throws `ERR_SUPERCONFIG_VALIDATION` where the schema refuses the values, and what a load throws; `ERR_SUPERCONFIG_OPTION` for what is no
 * configuration; `ERR_SUPERCONFIG_CLOSED` for a closed one.
 * @example
 * ```ts
 * import { withOverrides } from 'superconfig/testing';
 *
 * withOverrides(config, { server: { port: 0 } }, () => config.get('server.port')); // 0
 * config.get('server.port'); // 8080
 * ```
 */
export function withOverrides<T, R>(config: SuperConfig<T>, values: Overrides<NoInfer<T>>, fn: () => R): R {
  const overlay = (config as unknown as Record<symbol, Overlay | undefined> | undefined)?.[OVERLAY];
  if (overlay === undefined || typeof fn !== 'function') {
    throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', '`withOverrides` takes a configuration, values and a function');
  }
  const outer = scopes.getStore();
  const layers = [...(scopeOf(config)?.layers ?? []), values as object];
  const run = (overlaid: SuperConfig): R => {
    const scope: Scope = { config, layers, overlaid, outer, version: config.version, hasEnded: false };
    const hide = overlay.show(() => overlaidIn(config));
    const end = () => {
      scope.hasEnded = true;
      hide();
      overlaid.close();
    };
    let isPending = false;
    try {
      const result = scopes.run(scope, fn);
      // Inside, as `then` of what the function returns may throw.
      isPending = isPromiseLike(result);
      return isPending ? (Promise.resolve(result).finally(end) as R) : result;
    } catch (thrown) {
      isPending = false;
      throw thrown;
    } finally {
      if (!isPending) end();
    }
  };
  const opened = overlay.open(layers);
  return isPromiseLike(opened) ? (Promise.resolve(opened).then(run) as R) : run(opened);
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return (typeof value === 'object' || typeof value === 'function') && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
