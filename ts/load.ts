import { type ArrayStrategy, type BuilderOptions, type Limits, SuperConfigBuilder, type WatchOptions } from './builder.js';
import { open, openSync, type SuperConfig } from './config.js';
import { captureStack, guard } from './errors.js';
import { native } from './native.js';
import type { Format, Source } from './sources.js';
import { toValue } from './state.js';
import { checkDocument } from './surrogates.js';

/** The builder's verbs as one object. */
export interface LoadOptions extends BuilderOptions {
  /** The sources in order, later ones winning. */
  sources: readonly Source[];
  /** The profiles, applied in order. */
  profile?: string | readonly string[];
  /** How arrays merge, by path pattern. */
  arrays?: Readonly<Record<string, ArrayStrategy>>;
  /** Whether `${…}` references are resolved. */
  interpolate?: boolean;
  /** Patterns of paths whose values are never shown. */
  secrets?: readonly string[];
  /** Bounds on what is read. */
  limits?: Limits;
  /** Whether, and how, files are watched. */
  watch?: WatchOptions | boolean;
  /** The name for `SuperConfig.attach`. */
  name?: string;
}

function toBuilder<T>(options: LoadOptions): SuperConfigBuilder<T> {
  const builder = new SuperConfigBuilder<T>(options);
  for (const source of options.sources ?? []) builder.add(source);
  if (options.profile !== undefined) builder.profile(options.profile);
  if (options.arrays !== undefined) builder.arrays(options.arrays);
  if (options.interpolate !== undefined) builder.interpolate(options.interpolate);
  if (options.secrets !== undefined) builder.secrets(options.secrets);
  if (options.limits !== undefined) builder.limits(options.limits);
  if (options.watch !== undefined) builder.watch(options.watch);
  if (options.name !== undefined) builder.name(options.name);
  return builder;
}

/**
 * Loads a configuration on this thread.
 *
 * @throws `SuperConfigError`: what a source's text, the environment or an option has wrong.
 * @example
 * ```ts
 * const config = loadConfigSync({ sources: [defaults({ port: 8080 }), file('app.toml', { optional: true }), env('APP')] });
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: without a type every path is allowed.
export function loadConfigSync<T = any>(options: LoadOptions): SuperConfig<T> {
  const builder = toBuilder<T>(options);
  return openSync<T>(builder.toOptions(), builder.toOpening(), loadConfigSync);
}

/**
 * Loads a configuration on another thread.
 *
 * @throws `SuperConfigError`: what a source's text, the environment or an option has wrong.
 */
// biome-ignore lint/suspicious/noExplicitAny: without a type every path is allowed.
export async function loadConfig<T = any>(options: LoadOptions): Promise<SuperConfig<T>> {
  const frames = captureStack(loadConfig);
  const builder = toBuilder<T>(options);
  return open<T>(builder.toOptions(), builder.toOpening(), frames);
}

/**
 * Parses one document into a plain value; no configuration, no file. Cost: one parse here, one `JSON.parse`.
 *
 * @throws `ERR_SUPERCONFIG_PARSE` with the position, `ERR_SUPERCONFIG_FORMAT` for an unknown format, `ERR_SUPERCONFIG_LIMIT`.
 */
// biome-ignore lint/suspicious/noExplicitAny: the text decides the type.
export function parse<T = any>(text: string, format: Format): T {
  if (typeof text === 'string') checkDocument(text, 'text', parse);
  return guard(parse, () => toValue(native().parse(text, format), false)) as T;
}
