// The builder's verbs as one object of options.
import { native } from '../engine/addon.js';
import { captureEnvironment } from '../engine/environment.js';
import { toCrossing } from '../engine/load-request.js';
import { guard, guardAsync } from '../engine/native-error.js';
import { checkNames } from '../engine/option-names.js';
import { kindOf, optionError } from '../internal/validate.js';
import type { InferOutput, StandardSchema } from '../schema/standard-schema.js';
import { VERBS } from './builder.js';
import { type SuperConfig, SuperConfigBuilder } from './config.js';
import type { LoadOptions, NameOptions } from './types/options.js';

function toBuilder(options: LoadOptions): SuperConfigBuilder {
  checkNames(options, ['cwd', 'home', 'root', 'env', 'argv', 'sources', ...VERBS], 'the options');
  const { cwd, home, root, env, argv, sources = [] } = options;
  const builder = new SuperConfigBuilder({ cwd, home, root, env, argv });
  if (!Array.isArray(sources)) throw optionError(`\`sources\` is an array of sources, not ${kindOf(sources)}`);
  for (const source of sources) builder.add(source);
  for (const verb of VERBS) {
    const given = options[verb];
    if (verb === 'name' && Array.isArray(given)) builder.name(...(given as unknown as [string, NameOptions]));
    else if (given !== undefined) builder[verb](given as never);
  }
  return builder;
}

/**
 * The argument that a definition which is a function gets from the command line; a service that uses it gives the same.
 *
 * @example
 * ```ts
 * const definition = defineConfig(({ profiles }: DefinitionContext) => ({ sources: [dir('config')], profile: profiles }));
 * const config = loadConfigSync(await definition({ cwd: process.cwd(), env: process.env, profiles: ['production'], argv: [] }));
 * config.get('server.host'); // '0.0.0.0'
 * ```
 */
export interface DefinitionContext {
  /** The definition's own folder. */
  readonly cwd: string;
  /** The environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The selected profiles. */
  readonly profiles: readonly string[];
  /** The flags of the program that is configured. */
  readonly argv: readonly string[];
}

/**
 * Returns the options, or the function that gives them, as they are, with their types: for a file that defines the configuration of a
 * service and of its tools.
 *
 * @example
 * ```ts
 * const options = defineConfig({ sources: [dir('config'), env('APP')], schema: z.looseObject({ server: z.looseObject({ port: z.number() }) }) });
 * loadConfigSync(options).get('server.port'); // 8080
 * ```
 */
export function defineConfig<Options extends LoadOptions>(options: Options): Options;
export function defineConfig<Result extends LoadOptions | Promise<LoadOptions>>(
  definition: (context: DefinitionContext) => Result,
): (context: DefinitionContext) => Result;
export function defineConfig(definition: unknown): unknown {
  return definition;
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

/**
 * The profiles that the sources of a configuration have files or sections for, and those that are selected; sorted. Cost: a pass over
 * the names of the directories in which files of profiles can be, and a parse of each file whose tables are profiles.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` for a bad option.
 * @example
 * ```ts
 * findProfiles({ sources: [dir('config')] }); // ['production']
 * ```
 */
export function findProfiles(options: LoadOptions): string[] {
  return guard(findProfiles, () => {
    const request = toBuilder(options).toRequest();
    const env = request.environment === undefined ? captureEnvironment(request) : undefined;
    return JSON.parse(native().describeRequest(...toCrossing(request, env), 'profiles')) as string[];
  });
}
