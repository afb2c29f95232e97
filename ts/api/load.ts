// The builder's verbs as one object of options.
import { guard, guardAsync } from '../engine/native-error.js';
import { checkNames } from '../engine/option-names.js';
import { kindOf, optionError } from '../internal/validate.js';
import type { InferOutput, StandardSchema } from '../schema/standard-schema.js';
import { type SuperConfig, SuperConfigBuilder } from './config.js';
import type { LoadOptions } from './types/options.js';

/** What the builder does for each option. */
const VERBS: { [K in keyof LoadOptions]-?: (builder: SuperConfigBuilder, value: NonNullable<LoadOptions[K]>) => void } = {
  cwd() {},
  home() {},
  root() {},
  env() {},
  argv() {},
  sources(builder, sources) {
    if (!Array.isArray(sources)) throw optionError(`\`sources\` is an array of sources, not ${kindOf(sources)}`);
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

function toBuilder(options: LoadOptions): SuperConfigBuilder {
  checkNames(options, Object.keys(VERBS), 'the options');
  const { cwd, home, root, env, argv } = options;
  const builder = new SuperConfigBuilder({ cwd, home, root, env, argv });
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined) VERBS[name as keyof LoadOptions](builder, value as never);
  }
  return builder;
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
  return guard(loadConfigSync, () => toBuilder(options).loadSync());
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
export function loadConfig(options: LoadOptions): Promise<SuperConfig> {
  return guardAsync(loadConfig, async () => toBuilder(options).load());
}
