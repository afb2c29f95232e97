// Collects the sources and options of a configuration.
import { optionsOf } from '../engine/codec.js';
import type { LoadRequest, Validator } from '../engine/load-request.js';
import { guard, publicError } from '../engine/native-error.js';
import { checkNames } from '../engine/option-names.js';
import { booleanOf, kindOf, optionError, stringOf, stringsOf } from '../internal/validate.js';
import type * as customSource from './custom-source.js';
import { source } from './custom-source.js';
import { type Deriver, derive } from './derive.js';
import { module } from './module.js';
import type * as sources from './sources.js';
import type { Source, SourceOptions, ValueOptions } from './sources.js';
import { args, defaults, dir, discover, dotenv, env, file, glob, overrides, text } from './sources.js';
import type { ArrayStrategy, BuilderOptions, Limits, LoadOptions, NameOptions, WatchOptions } from './types/options.js';

/** The helpers of `Helpers` named `Names` as methods that add the source and return the builder; they keep their documentation. */
type Verbs<Helpers, Names extends keyof Helpers, Builder> = {
  [Name in Names]: Helpers[Name] extends (...given: infer Given) => Source ? (...given: Given) => Builder : never;
};

type SourceVerb = 'defaults' | 'file' | 'glob' | 'dir' | 'discover' | 'text' | 'dotenv' | 'env' | 'args' | 'overrides';

/** The builder's verbs that add a source. */
export type SourceVerbs<Builder> = Verbs<typeof sources, SourceVerb, Builder> &
  Verbs<typeof customSource, 'source', Builder> &
  Verbs<{ module: typeof module }, 'module', Builder> & {
    /**
     * Adds a layer that a function computes from the merged, interpolated values of the layers below it, for the load and for each
     * reload. Its values are explained by the name, `derive` without one. A promise is awaited in `load()` and `reload()`.
     *
     * @throws `ERR_SUPERCONFIG_OPTION` for what is no function, or an empty name. On loading and reloading: `ERR_SUPERCONFIG_SOURCE`, with
     * the name and the cause, when it throws or returns no object; `ERR_SUPERCONFIG_ASYNC` when `loadSync` gets a promise.
     * @example
     * ```ts
     * const builder = SuperConfig.builder().defaults({ cpu: 2 }).derive('limits', ({ cpu }) => ({ pool: { max: cpu * 4 } }));
     * builder.loadSync().get('pool.max'); // 8
     * ```
     */
    derive(name: string, compute: Deriver, options?: SourceOptions): Builder;
    derive(compute: Deriver, options?: SourceOptions): Builder;
  };

/** The options of `loadConfig` that are verbs of the builder, in the order in which they are called. @internal */
export const VERBS = [
  'profile',
  'arrays',
  'interpolate',
  'secrets',
  'fingerprintKey',
  'schema',
  'limits',
  'watch',
  'name',
] as const satisfies (keyof LoadOptions)[];

/** What a builder has collected; each verb replaces it, so that a request keeps what it was made of. */
interface Collected {
  readonly name?: string;
  readonly replaceName?: boolean;
  readonly profiles?: readonly string[];
  readonly secrets?: readonly string[];
  readonly fingerprintKey?: string;
  readonly interpolate?: boolean;
  readonly limits?: Limits;
  readonly watch?: WatchOptions | undefined;
  readonly arrays?: Readonly<Record<string, ArrayStrategy>>;
}

/** The verbs that all builders have, except those of `SourceVerbs`. @hidden */
export class RequestBuilder {
  readonly #surroundings: BuilderOptions;
  readonly #sources: Source[] = [];
  #collected: Collected = {};
  /** Checks each version, where there is a schema. @internal */
  protected validator: Validator | undefined;

  /** Made by `SuperConfig.builder()`. @throws `ERR_SUPERCONFIG_OPTION` for an unknown option or one of another kind. @hidden */
  constructor(options?: BuilderOptions) {
    this.#surroundings = options === undefined ? {} : checkSurroundings(options);
  }

  /**
   * Adds values that only fill what the layers below leave open. `join: true` does the same for any other source.
   *
   * @throws `ERR_SUPERCONFIG_OPTION` for what is not a configuration value.
   * @example
   * ```ts
   * const config = SuperConfig.builder().file('app.toml').join({ server: { port: 80, host: '::1' } }).loadSync();
   * config.get('server'); // { port: 8081, host: '::1' }
   * ```
   */
  join(value: object, options?: ValueOptions): this {
    return guard(RequestBuilder.prototype.join, () => this.add(defaults(value, { ...options, join: true })));
  }

  /**
   * Adds a source made by a helper such as `file`.
   *
   * @throws `ERR_SUPERCONFIG_OPTION` for anything else.
   * @example
   * ```ts
   * const sources = [file('app.toml'), env('APP')];
   * const builder = SuperConfig.builder();
   * for (const source of sources) builder.add(source);
   * builder.loadSync().get('server.port'); // 8081
   * ```
   */
  add(source: Source): this {
    return guard(RequestBuilder.prototype.add, () => {
      if (typeof source !== 'object' || source === null || typeof source.kind !== 'string') {
        throw optionError(`a source is made by a helper such as \`file\`, and is not ${kindOf(source)}`);
      }
      this.#sources.push(source);
      return this;
    });
  }

  /**
   * Selects the profiles, applied in order; without it `SUPERCONFIG_PROFILE`, else `NODE_ENV`, names one.
   *
   * @throws `ERR_SUPERCONFIG_OPTION` for what is no string, and on loading for a name that cannot be part of a file name.
   * @example
   * ```ts
   * SuperConfig.builder().dir('config').profile(['production', 'eu']).loadSync().status.profiles; // ['production', 'eu']
   * ```
   */
  profile(profiles: string | readonly string[]): this {
    return guard(RequestBuilder.prototype.profile, () => this.#set({ profiles: stringsOf(typeof profiles === 'string' ? [profiles] : profiles, 'profiles') }));
  }

  /**
   * Sets how arrays merge, by path pattern: `*` is one segment, `**` any number. The more exact of two matching patterns decides, then
   * the later one.
   *
   * @throws `ERR_SUPERCONFIG_OPTION`, some of it on loading, for a malformed pattern or an unknown strategy.
   * @example
   * ```ts
   * const builder = SuperConfig.builder().dir('config').overrides({ plugins: ['cache'] }).arrays({ plugins: 'append' });
   * builder.loadSync().get('plugins'); // ['auth', 'cache']
   * ```
   */
  arrays(strategies: Readonly<Record<string, ArrayStrategy>>): this {
    return guard(RequestBuilder.prototype.arrays, () => this.#set({ arrays: { ...this.#collected.arrays, ...optionsOf(strategies, 'arrays') } as never }));
  }

  /**
   * Turns references on: `${path}`, `${env:NAME}`, `${env:NAME:-default}` and `${file:path}`, resolved after merging.
   *
   * @throws On loading: `ERR_SUPERCONFIG_INTERPOLATION` for a cycle, an unknown path and an unset variable without a default.
   * @example
   * ```ts
   * const builder = SuperConfig.builder().defaults({ port: 80, url: 'http://localhost:${port}' });
   * builder.interpolate().loadSync().get('url'); // 'http://localhost:80'
   * ```
   */
  interpolate(on = true): this {
    return guard(RequestBuilder.prototype.interpolate, () => this.#set({ interpolate: booleanOf(on, 'interpolate') }));
  }

  /**
   * Adds patterns of paths whose values are redacted wherever they are shown; reading them is not affected. Names such as `password` and
   * `token` need none.
   *
   * @throws `ERR_SUPERCONFIG_OPTION` for what is not an array of strings, and on loading for a malformed pattern.
   * @example
   * ```ts
   * const config = SuperConfig.builder().dir('config').secrets(['db.url']).loadSync();
   * JSON.stringify(config.toJSON()).includes('postgres:'); // false
   * ```
   */
  secrets(patterns: readonly string[]): this {
    return guard(RequestBuilder.prototype.secrets, () => {
      const { secrets = [] } = this.#collected;
      return this.#set({ secrets: [...secrets, ...stringsOf(patterns, 'the patterns of secrets')] });
    });
  }

  /**
   * Keys `status.secretsFingerprint`, so that replicas with one key can be compared; without it each process has a key of its own.
   * Whoever has the key can try secrets until one fits: keep it as they are kept, and draw it at random.
   *
   * @throws `ERR_SUPERCONFIG_OPTION` for what is no string.
   * @example
   * ```ts
   * const load = () => SuperConfig.builder().dir('config').fingerprintKey('9f3c6a1e').loadSync();
   * load().status.secretsFingerprint === load().status.secretsFingerprint; // true, in whatever process
   * ```
   */
  fingerprintKey(key: string): this {
    return guard(RequestBuilder.prototype.fingerprintKey, () => this.#set({ fingerprintKey: stringOf(key, 'the key of fingerprints') }));
  }

  /**
   * Sets limits on the size of documents.
   *
   * @throws `ERR_SUPERCONFIG_OPTION`, some of it on loading, for what is not a positive whole number.
   * @example
   * ```ts
   * const builder = SuperConfig.builder().text('[[[[]]]]', { format: 'yaml' }).limits({ depth: 3 });
   * builder.loadSync(); // throws ERR_SUPERCONFIG_LIMIT
   * ```
   */
  limits(limits: Limits): this {
    return guard(RequestBuilder.prototype.limits, () => this.#set({ limits: { ...this.#collected.limits, ...optionsOf(limits, 'limits') } }));
  }

  /**
   * Names the configuration, so that any thread of the process can attach to it. With `replace` it takes the name over from an open
   * configuration that has it, which stays open.
   *
   * @throws `ERR_SUPERCONFIG_OPTION` for what is no string, and on loading for the name of another open configuration without `replace`.
   * @example
   * ```ts
   * const config = SuperConfig.builder().dir('config').name('main').loadSync();
   * SuperConfig.attach('main').get('server.port'); // 8080
   * config.close();
   * ```
   */
  name(name: string, options: NameOptions = {}): this {
    return guard(RequestBuilder.prototype.name, () => {
      checkNames(options, ['replace'], 'the options of `name`');
      const { replace = false } = options;
      return this.#set({ name: stringOf(name, 'a name'), replaceName: booleanOf(replace, 'replace') });
    });
  }

  /**
   * Reloads in the background, whole or not at all, when a file of the configuration changes, appears or disappears. Files may be
   * rewritten, replaced, linked elsewhere or missing for a while: see `config.status` and the events `change` and `error`. Watching
   * keeps no process alive.
   *
   * @throws On loading: `ERR_SUPERCONFIG_OPTION` for what is not a number of milliseconds, `ERR_SUPERCONFIG_WATCH` when there can
   * be no thread for it.
   * @example
   * ```ts
   * const config = SuperConfig.builder().file('app.toml').watch({ debounceMs: 100 }).loadSync();
   * config.on('change', ({ changed }) => console.log(changed));
   * ```
   */
  watch(options: WatchOptions | boolean = true): this {
    return guard(RequestBuilder.prototype.watch, () =>
      this.#set({ watch: options === true ? {} : options === false ? undefined : optionsOf(options, 'watch') }),
    );
  }

  /** What a configuration is loaded from. @internal */
  toRequest(): LoadRequest {
    const { cwd = workingDirectory(), home, root, argv, env } = this.#surroundings;
    // A list of just its size. By `map`, V8 makes lists of one shape at first and of another later, and compiles what goes through them
    // once more.
    const sources = this.#sources.slice();
    for (const [at, source] of sources.entries()) if (source.kind === 'args') sources[at] = { argv: argv ?? process.argv.slice(2), ...source };
    const options: Record<string, unknown> = { cwd };
    if (home !== undefined) options.home = home;
    if (root !== undefined) options.root = root;
    return {
      options: Object.assign(options, this.#collected),
      sources,
      environment: env,
      validator: this.validator,
    };
  }

  static {
    // Named one by one: a namespace would be an object with a getter for each, made at every start.
    const helpers = { defaults, file, glob, dir, discover, text, dotenv, env, args, overrides, source, module, derive };
    for (const [name, helper] of Object.entries(helpers) as [string, (...given: unknown[]) => Source][]) {
      const verb = function (this: RequestBuilder, ...given: unknown[]): RequestBuilder {
        try {
          this.#sources.push(helper(...given));
          return this;
        } catch (thrown) {
          throw publicError(thrown, verb);
        }
      };
      Object.defineProperty(verb, 'name', { value: name });
      // biome-ignore lint/complexity/noThisInStatic: in the built file the class has its name only after this.
      Object.defineProperty(this.prototype, name, { value: verb, writable: true, configurable: true });
    }
  }

  #set(collected: Collected): this {
    this.#collected = { ...this.#collected, ...collected };
    return this;
  }
}

// Apart from the constructor, as few programs give any.
function checkSurroundings(options: BuilderOptions): BuilderOptions {
  checkNames(options, ['cwd', 'home', 'env', 'argv', 'root'], "the builder's options");
  const { cwd, home, root, env, argv } = options;
  if (cwd !== undefined) stringOf(cwd, '`cwd`');
  if (home !== undefined) stringOf(home, '`home`');
  if (root !== undefined) stringOf(root, '`root`');
  if (argv !== undefined) stringsOf(argv, 'the flags of `argv`');
  if (env !== undefined && (typeof env !== 'object' || env === null)) throw optionError(`\`env\` is an object of strings, not ${kindOf(env)}`);
  return options;
}

/** The directory of the process, which the host knows without a system call; where it does not exist any more the addon reports it. */
function workingDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}
