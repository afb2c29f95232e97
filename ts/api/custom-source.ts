import { type Encoded, encode, isPlain } from '../engine/codec.js';
import { checkNames, kindOf } from '../engine/path.js';
import { guard, isError, SuperConfigError } from '../internal/errors.js';
import { optionsOf } from '../internal/validate.js';
import type { Source, SourceOptions } from './sources.js';

/**
 * What a custom source is told of the load that it is asked for.
 *
 * @example
 * ```ts
 * const regional = source({ name: 'regional', load: ({ profiles, env }: SourceContext) => ({ region: env.REGION ?? profiles[0] ?? 'eu' }) });
 * loadConfigSync({ sources: [regional], profile: 'us' }).get('region'); // 'us'
 * ```
 */
export interface SourceContext {
  /** The directory that relative paths start from. */
  cwd: string;
  /** The home directory, where it is known. */
  home?: string;
  /** The selected profiles, in the order in which they apply. */
  profiles: readonly string[];
  /** The environment. */
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * Something that configuration is read from besides files, variables and flags: a database, a service.
 *
 * @example
 * ```ts
 * const ticking: CustomSource = {
 *   name: 'ticks',
 *   load: () => ({ started: true }),
 *   watch(_context, changed) {
 *     const timer = setInterval(changed, 60_000).unref();
 *     return () => clearInterval(timer);
 *   },
 * };
 * SuperConfig.builder().source(ticking).watch().loadSync().get('started'); // true
 * ```
 */
export interface CustomSource {
  /** The layer's name, in `explain` and in errors. */
  name: string;
  /** Gives the layer's values, for the load and for each reload. What takes time can be awaited in `load()` and `reload()`. */
  load(context: SourceContext): object | Promise<object>;
  /**
   * Starts to watch, where the configuration is watched: `changed` asks for a reload, and may be called often. What it returns ends
   * the watch.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a watch that needs no end returns nothing.
  watch?(context: SourceContext, changed: () => void): void | (() => void) | Promise<void | (() => void)>;
}

/** What a custom source gave, or why it gave nothing. */
export type Supplied = Encoded | { error: string };

/**
 * A source of your own, which may be remote. Asked for the load and for each reload, with nothing locked.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` for what has no name or no `load`. On loading: `ERR_SUPERCONFIG_SOURCE`, with its name and the
 * cause, when it fails; `ERR_SUPERCONFIG_ASYNC` when `loadSync` gets a promise. When it fails on a reload, what it gave last stays
 * in use, with the warning `source-stale` and the event `error`.
 * @example
 * ```ts
 * const flags = source({ name: 'flags', load: async ({ profiles }) => ({ features: { profile: profiles[0], search: true } }) });
 * const config = await loadConfig({ sources: [flags], profile: 'production' });
 * config.get('features'); // { profile: 'production', search: true }
 * ```
 */
export function custom(source: CustomSource, options?: SourceOptions): Source {
  return guard(custom, () => {
    const problem = problemOf(source);
    if (problem !== undefined) throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `a custom source is ${problem}`);
    // An object of a class may have whatever it needs beside them.
    if (isPlain(source)) checkNames(source, ['name', 'load', 'watch'], 'what a custom source has');
    return { ...optionsOf(options, 'source'), kind: 'custom', name: source.name, implementation: source };
  });
}

function problemOf(source: unknown): string | undefined {
  if (typeof source !== 'object' || source === null) return `an object, not ${kindOf(source)}`;
  const { name, load, watch } = source as Partial<CustomSource>;
  if (typeof name !== 'string' || name === '') return 'an object with a `name`';
  if (typeof load !== 'function') return 'an object with a function `load`';
  return watch === undefined || typeof watch === 'function' ? undefined : 'an object whose `watch` is a function';
}

/** The implementation of a custom source; `undefined` for any other. */
export function implementationOf(source: Source): CustomSource | undefined {
  return source.kind === 'custom' ? (source.implementation as CustomSource) : undefined;
}

/** The error of a custom source that failed. */
export function sourceError(name: string, cause: unknown): SuperConfigError {
  return new SuperConfigError('ERR_SUPERCONFIG_SOURCE', `the source \`${name}\` failed: ${reasonOf(cause)}`, {
    origin: { kind: 'custom', source: name },
    cause,
  });
}

/** What a source gave, as it crosses to the addon. */
function taken(source: CustomSource, values: unknown): Encoded {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw sourceError(source.name, new TypeError(`it gave ${kindOf(values)}, and must give an object`));
  }
  try {
    return encode(values, source.name);
  } catch (error) {
    throw sourceError(source.name, error);
  }
}

/** Asks a source; fails with `SOURCE`, or with `ASYNC` where it would have to be awaited. */
export function askSync(source: CustomSource, context: SourceContext): Encoded {
  let values: unknown;
  try {
    values = source.load(context);
  } catch (error) {
    throw sourceError(source.name, error);
  }
  if (isPromiseLike(values)) {
    // What becomes of it is nobody's business any more.
    values.then(undefined, () => {});
    throw new SuperConfigError('ERR_SUPERCONFIG_ASYNC', `the source \`${source.name}\` is asynchronous`, {
      origin: { kind: 'custom', source: source.name },
      hint: 'use `load()` and `reload()` in place of `loadSync()` and `reloadSync()`',
    });
  }
  return taken(source, values);
}

/** Asks a source and waits for it; fails with `SOURCE`. */
export async function ask(source: CustomSource, context: SourceContext): Promise<Encoded> {
  let values: unknown;
  try {
    values = await source.load(context);
  } catch (error) {
    throw sourceError(source.name, error);
  }
  return taken(source, values);
}

/** Why something of the program's own failed, for a message: `user:password` of addresses, which clients like to quote, is hidden. */
export function reasonOf(thrown: unknown): string {
  const text = isError(thrown) ? thrown.message || thrown.name : typeof thrown === 'string' ? thrown : `${kindOf(thrown)} was thrown`;
  return text.replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s"'`]*@/gi, '$1[redacted]@');
}

/** Whether something has to be awaited. */
export function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return (typeof value === 'object' || typeof value === 'function') && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
