import { native } from '../engine/addon.js';
import { toValue } from '../engine/attachment.js';
import { load, loadSync } from '../engine/load.js';
import { checkNames, kindOf } from '../engine/path.js';
import { captureStack, type Frame, guard, SuperConfigError } from '../internal/errors.js';
import { checkDocument } from '../internal/unicode.js';
import type { InferOutput, StandardSchema } from '../schema/standard-schema.js';
import { type ArrayStrategy, type BuilderOptions, type Limits, SuperConfigBuilder, type WatchOptions } from './builder.js';
import { SuperConfig } from './config.js';
import type { Format, Source } from './sources.js';

/**
 * The builder's verbs as one object.
 *
 * @example
 * ```ts
 * const options: LoadOptions = { sources: [dir('config'), env('APP')], profile: 'production', watch: true };
 * loadConfigSync(options).get('server.host'); // '0.0.0.0'
 * ```
 */
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
  /** What checks each version; readers see what it gives. */
  schema?: StandardSchema;
  /** Bounds on what is read. */
  limits?: Limits;
  /** Whether, and how, files are watched. */
  watch?: WatchOptions | boolean;
  /** The name for `SuperConfig.attach`. */
  name?: string;
}

/** What the builder does for each option. */
const VERBS: { [K in keyof LoadOptions]-?: (builder: SuperConfigBuilder, value: NonNullable<LoadOptions[K]>) => void } = {
  cwd() {},
  home() {},
  root() {},
  env() {},
  argv() {},
  sources(builder, sources) {
    if (!Array.isArray(sources)) throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `\`sources\` is an array of sources, not ${kindOf(sources)}`);
    for (const source of sources) builder.add(source);
  },
  profile: (builder, profile) => builder.profile(profile),
  arrays: (builder, arrays) => builder.arrays(arrays),
  interpolate: (builder, on) => builder.interpolate(on),
  secrets: (builder, patterns) => builder.secrets(patterns),
  schema: (builder, schema) => builder.schema(schema),
  limits: (builder, limits) => builder.limits(limits),
  watch: (builder, options) => builder.watch(options),
  name: (builder, name) => builder.name(name),
};

function toBuilder(options: LoadOptions, frame: Frame): SuperConfigBuilder {
  return guard(frame, () => {
    checkNames(options, Object.keys(VERBS), 'the options');
    const { cwd, home, root, env, argv } = options;
    const builder = new SuperConfigBuilder({ cwd, home, root, env, argv });
    for (const [name, value] of Object.entries(options)) {
      if (value !== undefined) VERBS[name as keyof LoadOptions](builder, value as never);
    }
    return builder;
  });
}

/**
 * Loads a configuration on this thread: the builder's verbs as one object.
 *
 * @throws {@link SuperConfigError}: what a source's text, the environment, the schema or an option has wrong.
 * @example
 * ```ts
 * const config = loadConfigSync({ sources: [defaults({ server: { port: 80 } }), file('app.toml', { optional: true }), env('APP')] });
 * config.get('server.port'); // 8081
 * ```
 */
export function loadConfigSync<S extends StandardSchema>(options: LoadOptions & { schema: S }): SuperConfig<InferOutput<S>>;
// biome-ignore lint/suspicious/noExplicitAny: without a type every path is allowed.
export function loadConfigSync<T = any>(options: LoadOptions): SuperConfig<T>;
export function loadConfigSync(options: LoadOptions): SuperConfig {
  return new SuperConfig(loadSync(toBuilder(options, loadConfigSync).toOpening(), loadConfigSync));
}

/**
 * Loads a configuration on another thread: the builder's verbs as one object.
 *
 * @throws {@link SuperConfigError}: what a source's text, the environment, the schema or an option has wrong.
 * @example
 * ```ts
 * const config = await loadConfig({ sources: [dir('config'), env('APP')], profile: 'production' });
 * config.get('server.host'); // '0.0.0.0'
 * ```
 */
export function loadConfig<S extends StandardSchema>(options: LoadOptions & { schema: S }): Promise<SuperConfig<InferOutput<S>>>;
// biome-ignore lint/suspicious/noExplicitAny: without a type every path is allowed.
export function loadConfig<T = any>(options: LoadOptions): Promise<SuperConfig<T>>;
export async function loadConfig(options: LoadOptions): Promise<SuperConfig> {
  const frames = captureStack(loadConfig);
  return new SuperConfig(await load(toBuilder(options, loadConfig).toOpening(), frames));
}

/**
 * Parses one document into a plain value; no configuration, no file. Cost: one parse here, one `JSON.parse`.
 *
 * @throws `ERR_SUPERCONFIG_PARSE` with the position, `ERR_SUPERCONFIG_FORMAT` for an unknown format, `ERR_SUPERCONFIG_LIMIT`,
 * `ERR_SUPERCONFIG_OPTION` for what is not text.
 * @example
 * ```ts
 * parse('port: 8080', 'yaml'); // { port: 8080 }
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: the text decides the type.
export function parse<T = any>(text: string, format: Format): T {
  if (typeof text === 'string') checkDocument(text, 'text', parse);
  return guard(parse, () => {
    for (const [what, given] of Object.entries({ 'a document': text, 'a format': format })) {
      if (typeof given !== 'string') throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `${what} is a string, not ${kindOf(given)}`);
    }
    return toValue(native().parse(text, format), false);
  }) as T;
}
