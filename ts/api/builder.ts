import { load, loadSync, type Opening } from '../engine/load.js';
import { checkNames, kindOf } from '../engine/path.js';
import { captureStack, type Frame, guard, isSuperConfigError, SuperConfigError, startAt } from '../internal/errors.js';
import { flag, optionsOf, text, texts } from '../internal/validate.js';
import { type InferOutput, type StandardSchema, schemaOf } from '../schema/standard-schema.js';
import { SuperConfig } from './config.js';
import { type CustomSource, custom } from './custom-source.js';
import type { Source } from './sources.js';
import * as sources from './sources.js';

/**
 * Where a configuration looks; all of it defaults to the process's own.
 *
 * @example
 * ```ts
 * const options: BuilderOptions = { env: { APP_SERVER__PORT: '9000' } };
 * SuperConfig.builder(options).env('APP').loadSync().get('server.port'); // 9000
 * ```
 */
export interface BuilderOptions {
  /** The directory that relative paths start from. */
  cwd?: string | undefined;
  /** The home directory. */
  home?: string | undefined;
  /** The environment, in place of `process.env`. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /** The flags for `args()`, without the program's name. */
  argv?: readonly string[] | undefined;
  /** A prefix of the system's places, for tests. */
  root?: string | undefined;
}

/**
 * How an array meets the one below it: takes its place, comes after or before it, adds what is not there yet, or merges tables that
 * share a key.
 *
 * @example
 * ```ts
 * const strategy: ArrayStrategy = { by: 'name' };
 * const builder = SuperConfig.builder().defaults({ users: [{ name: 'a', role: 'guest' }] });
 * builder.overrides({ users: [{ name: 'a', role: 'admin' }] }).arrays({ users: strategy }).loadSync().get('users'); // [{ name: 'a', role: 'admin' }]
 * ```
 */
export type ArrayStrategy =
  | 'replace'
  | 'append'
  | 'prepend'
  | 'unique'
  | {
      /** The key that tells which tables are the same. */
      by: string;
    };

/**
 * Bounds on what is read.
 *
 * @example
 * ```ts
 * const limits: Limits = { depth: 16, documentBytes: 1_000_000 };
 * SuperConfig.builder().dir('config').limits(limits).loadSync();
 * ```
 */
export interface Limits {
  /** Levels of nesting; 128 by default. */
  depth?: number;
  /** Bytes of one document; 64 MiB by default. */
  documentBytes?: number;
  /** Nodes that one YAML document may produce, aliases expanded; a million by default. */
  aliasNodes?: number;
}

/**
 * How files are watched.
 *
 * @example
 * ```ts
 * const options: WatchOptions = { debounceMs: 100, poll: 2000 };
 * SuperConfig.builder().dir('config').watch(options).loadSync().status.watching[0]?.mode; // 'polling'
 * ```
 */
export interface WatchOptions {
  /** Milliseconds without a change before files are read again; 50 by default. */
  debounceMs?: number;
  /** Milliseconds after which they are read although they keep changing; 500 by default. */
  maxWaitMs?: number;
  /** Milliseconds between looks, where the system tells nothing: network and some container file systems; 0, off, by default. */
  poll?: number;
}

/**
 * Collects sources, later ones winning, and loads them. Nothing is read before `load()` or `loadSync()`.
 *
 * @example
 * ```ts
 * const builder = SuperConfig.builder().defaults({ server: { port: 80 } });
 * builder.file('app.toml').env('APP').loadSync().get('server.port'); // 8081
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: without a type every path is allowed.
export class SuperConfigBuilder<T = any> {
  readonly #options: BuilderOptions;
  readonly #sources: Source[] = [];
  readonly #secrets: string[] = [];
  readonly #arrays: Record<string, ArrayStrategy> = {};
  #profiles: string[] | undefined;
  #interpolate: boolean | undefined;
  #limits: Limits | undefined;
  #name: string | undefined;
  #watch: WatchOptions | undefined;
  #schema: StandardSchema | undefined;

  /** Made by `SuperConfig.builder()`. @throws `ERR_SUPERCONFIG_OPTION` for an unknown option or one of another kind. @hidden */
  constructor(options: BuilderOptions = {}) {
    checkNames(options, ['cwd', 'home', 'env', 'argv', 'root'], "the builder's options");
    const { cwd, home, root, env, argv } = options;
    for (const [name, directory] of Object.entries({ cwd, home, root })) {
      if (directory !== undefined) text(directory, `\`${name}\``);
    }
    if (argv !== undefined) texts(argv, 'the flags of `argv`');
    if (env !== undefined && (typeof env !== 'object' || env === null)) {
      throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `\`env\` is an object of strings, not ${kindOf(env)}`);
    }
    this.#options = options;
  }

  /**
   * Adds values given in code, as they are now. Usually the first source.
   *
   * @throws `ERR_SUPERCONFIG_OPTION` for what is not a configuration value.
   * @example
   * ```ts
   * SuperConfig.builder().defaults({ server: { port: 80 } }).loadSync().get('server.port'); // 80
   * ```
   */
  defaults(value: object, options?: sources.ValueOptions): this {
    return this.add(frame(SuperConfigBuilder.prototype.defaults, () => sources.defaults(value, options)));
  }

  /**
   * Adds one file, relative to `cwd`; `{profile}` in its path stands for each profile in turn. The extension tells the format, else the
   * content does.
   *
   * @throws `ERR_SUPERCONFIG_OPTION` for a path that is none. On loading: `ERR_SUPERCONFIG_NOT_FOUND` for a file that is not there and
   * not `optional`, `ERR_SUPERCONFIG_IO` for one that cannot be read, `ERR_SUPERCONFIG_PARSE` with the position, `ERR_SUPERCONFIG_FORMAT`
   * for an unknown format, `ERR_SUPERCONFIG_LIMIT`, `ERR_SUPERCONFIG_TRUST`.
   * @example
   * ```ts
   * const config = SuperConfig.builder().file('app.toml').file('app.{profile}.toml', { optional: true }).loadSync();
   * config.get('server.port'); // 8081
   * ```
   */
  file(path: string, options?: sources.FileOptions): this {
    return this.add(frame(SuperConfigBuilder.prototype.file, () => sources.file(path, options)));
  }

  /**
   * Adds the files that match a pattern, sorted by path; none is fine.
   *
   * @throws On loading: `ERR_SUPERCONFIG_OPTION` for a malformed pattern, and what `file` throws for what is found.
   * @example
   * ```ts
   * SuperConfig.builder().glob('conf.d/*.json').loadSync().get('cache.size'); // 64
   * ```
   */
  glob(pattern: string, options?: sources.GlobOptions): this {
    return this.add(frame(SuperConfigBuilder.prototype.glob, () => sources.glob(pattern, options)));
  }

  /**
   * Adds a directory: `default`, each profile, `local` and each profile's local file, in whatever format they are.
   *
   * @throws On loading: `ERR_SUPERCONFIG_NOT_FOUND` for a directory that is not there and not `optional`, and what `file` throws for what
   * is found.
   * @example
   * ```ts
   * const config = SuperConfig.builder().dir('config').profile('production').loadSync();
   * [config.get('server.host'), config.get('server.port')]; // ['0.0.0.0', 8080]
   * ```
   */
  dir(path: string, options?: sources.DirOptions): this {
    return this.add(frame(SuperConfigBuilder.prototype.dir, () => sources.dir(path, options)));
  }

  /**
   * Adds the files of an application that the system, the user and the project have, the project's on top: `/etc/NAME/config.*`,
   * `~/.config/NAME/config.*`, `~/.NAMErc`, `package.json` (key `NAME`), `NAME.config.*` and others, each with its profiles'
   * variants. None need be there; `config.layers` tells where it looked.
   *
   * @throws On loading: `ERR_SUPERCONFIG_OPTION` for a name that cannot be part of a file name, `ERR_SUPERCONFIG_TRUST` with
   * `trust: 'strict'` for a file that others can write or another user owns.
   * @example
   * ```ts
   * const config = SuperConfig.builder().discover('myapp').loadSync();
   * config.get('theme'); // 'dark'
   * config.layers.filter((layer) => layer.status === 'found').length; // 1
   * ```
   */
  discover(name: string, options?: sources.DiscoverOptions): this {
    return this.add(frame(SuperConfigBuilder.prototype.discover, () => sources.discover(name, options)));
  }

  /**
   * Adds a document given as text; without a format its content tells.
   *
   * @throws `ERR_SUPERCONFIG_PARSE` for half of a surrogate pair. On loading: `ERR_SUPERCONFIG_PARSE` with the position,
   * `ERR_SUPERCONFIG_FORMAT`, `ERR_SUPERCONFIG_LIMIT`.
   * @example
   * ```ts
   * SuperConfig.builder().text('port = 8080', { format: 'toml' }).loadSync().get('port'); // 8080
   * ```
   */
  text(content: string, options?: sources.TextOptions): this {
    return this.add(frame(SuperConfigBuilder.prototype.text, () => sources.textSource(content, options)));
  }

  /**
   * Reads `.env`, `.env.local`, `.env.{profile}` and `.env.{profile}.local`, later ones winning, the real environment above all. They are
   * no layer themselves: `env` makes values of their variables.
   *
   * @throws On loading: `ERR_SUPERCONFIG_PARSE` with the position, `ERR_SUPERCONFIG_INTERPOLATION` for a cycle, `ERR_SUPERCONFIG_LIMIT`.
   * @example
   * ```ts
   * SuperConfig.builder().dotenv().env('APP').loadSync().get('server.port'); // 9000
   * ```
   */
  dotenv(): this {
    return this.add(sources.dotenv());
  }

  /**
   * Adds environment variables: with a prefix those named so, without one those whose path is known below. A value takes the type of
   * the one below it, or of the schema.
   *
   * @throws On loading: `ERR_SUPERCONFIG_ENV` for what is ambiguous, contradicts another variable or does not fit, all at once.
   * @example
   * ```ts
   * const builder = SuperConfig.builder({ env: { APP_DB__POOL__MAX: '20' } });
   * builder.dir('config').env('APP').loadSync().get('db.pool.max'); // 20
   * ```
   */
  env(prefix?: string, options?: sources.EnvOptions): this {
    return this.add(frame(SuperConfigBuilder.prototype.env, () => sources.env(prefix, options)));
  }

  /**
   * Adds command-line flags, `--server.port=9000` or `--set server.port=9000`; by default those of the builder's options, else of the
   * process.
   *
   * @throws `ERR_SUPERCONFIG_OPTION` for what is not an array of strings. On loading: `ERR_SUPERCONFIG_ARGS` as `env` has it.
   * @example
   * ```ts
   * SuperConfig.builder().dir('config').args(['--server.port=9000']).loadSync().get('server.port'); // 9000
   * ```
   */
  args(argv?: readonly string[], options?: sources.SourceOptions): this {
    return this.add(frame(SuperConfigBuilder.prototype.args, () => sources.args(argv, options)));
  }

  /**
   * Adds a source of your own, which may be remote; see {@link CustomSource}.
   *
   * @throws `ERR_SUPERCONFIG_OPTION` for what has no name or no `load`.
   * @example
   * ```ts
   * const config = await SuperConfig.builder().source({ name: 'flags', load: async () => ({ search: true }) }).load();
   * config.explain('search').winner?.name; // 'flags'
   * ```
   */
  source(source: CustomSource, options?: sources.SourceOptions): this {
    return this.add(frame(SuperConfigBuilder.prototype.source, () => custom(source, options)));
  }

  /**
   * Adds values given in code, to stand above the layers so far.
   *
   * @throws `ERR_SUPERCONFIG_OPTION` for what is not a configuration value.
   * @example
   * ```ts
   * const builder = SuperConfig.builder().env('APP').overrides({ log: { level: 'debug' } });
   * builder.loadSync().get('log.level'); // 'debug'
   * ```
   */
  overrides(value: object, options?: sources.ValueOptions): this {
    return this.add(frame(SuperConfigBuilder.prototype.overrides, () => sources.overrides(value, options)));
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
  join(value: object, options?: sources.ValueOptions): this {
    return this.add(frame(SuperConfigBuilder.prototype.join, () => sources.defaults(value, { ...options, join: true })));
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
    if (typeof source !== 'object' || source === null || typeof source.kind !== 'string') {
      const error = new SuperConfigError('ERR_SUPERCONFIG_OPTION', `a source is made by a helper such as \`file\`, and is not ${kindOf(source)}`);
      throw startAt(error, SuperConfigBuilder.prototype.add);
    }
    this.#sources.push(source);
    return this;
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
    this.#profiles = guard(SuperConfigBuilder.prototype.profile, () => texts(typeof profiles === 'string' ? [profiles] : profiles, 'profiles'));
    return this;
  }

  /**
   * Sets how arrays merge, by path pattern: `*` is one segment, `**` any number. Of two that match the more exact decides, then the later.
   *
   * @throws `ERR_SUPERCONFIG_OPTION`, some of it on loading, for a malformed pattern or an unknown strategy.
   * @example
   * ```ts
   * const builder = SuperConfig.builder().dir('config').overrides({ plugins: ['cache'] }).arrays({ plugins: 'append' });
   * builder.loadSync().get('plugins'); // ['auth', 'cache']
   * ```
   */
  arrays(strategies: Readonly<Record<string, ArrayStrategy>>): this {
    Object.assign(
      this.#arrays,
      guard(SuperConfigBuilder.prototype.arrays, () => optionsOf(strategies, 'arrays')),
    );
    return this;
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
    this.#interpolate = guard(SuperConfigBuilder.prototype.interpolate, () => flag(on, 'interpolate'));
    return this;
  }

  /**
   * Adds patterns of paths whose values are never shown; they are read as ever. Names such as `password` and `token` need none.
   *
   * @throws `ERR_SUPERCONFIG_OPTION` for what is not an array of strings, and on loading for a malformed pattern.
   * @example
   * ```ts
   * const config = SuperConfig.builder().dir('config').secrets(['db.url']).loadSync();
   * JSON.stringify(config.toJSON()).includes('postgres:'); // false
   * ```
   */
  secrets(patterns: readonly string[]): this {
    this.#secrets.push(...guard(SuperConfigBuilder.prototype.secrets, () => texts(patterns, 'the patterns of secrets')));
    return this;
  }

  /**
   * Checks each version with a Standard Schema, such as Zod's, Valibot's or ArkType's; readers see what it gives, with its defaults
   * and its types.
   *
   * @throws `ERR_SUPERCONFIG_OPTION` for what is no schema. On loading and reloading: `ERR_SUPERCONFIG_VALIDATION` with every issue
   * and where its value comes from; `ERR_SUPERCONFIG_ASYNC` when `loadSync` or `reloadSync` meets an asynchronous schema.
   * @example
   * ```ts
   * const schema = z.object({ port: z.coerce.number() });
   * const config = SuperConfig.builder().defaults({ port: '8080' }).schema(schema).loadSync();
   * config.get('port'); // 8080, and a number for the compiler
   * ```
   */
  schema<S extends StandardSchema>(schema: S): SuperConfigBuilder<InferOutput<S>> {
    this.#schema = guard(SuperConfigBuilder.prototype.schema, () => schemaOf(schema));
    return this as unknown as SuperConfigBuilder<InferOutput<S>>;
  }

  /**
   * Sets bounds on what is read.
   *
   * @throws `ERR_SUPERCONFIG_OPTION`, some of it on loading, for what is not a positive whole number.
   * @example
   * ```ts
   * const builder = SuperConfig.builder().text('[[[[]]]]', { format: 'yaml' }).limits({ depth: 3 });
   * builder.loadSync(); // throws ERR_SUPERCONFIG_LIMIT
   * ```
   */
  limits(limits: Limits): this {
    this.#limits = { ...this.#limits, ...guard(SuperConfigBuilder.prototype.limits, () => optionsOf(limits, 'limits')) };
    return this;
  }

  /**
   * Names the configuration, so that any thread of the process can attach to it.
   *
   * @throws `ERR_SUPERCONFIG_OPTION` for what is no string, and on loading for the name of another open configuration.
   * @example
   * ```ts
   * const config = SuperConfig.builder().dir('config').name('main').loadSync();
   * SuperConfig.attach('main').get('server.port'); // 8080
   * config.close();
   * ```
   */
  name(name: string): this {
    this.#name = guard(SuperConfigBuilder.prototype.name, () => text(name, 'a name'));
    return this;
  }

  /**
   * Reloads when a file that the configuration was made of changes, comes or goes, in the background and whole or not at all.
   * The files may be written, replaced, linked elsewhere or missing for a while: see `config.status` and the events `change` and
   * `error`. Watching keeps no process alive.
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
    this.#watch = guard(SuperConfigBuilder.prototype.watch, () => (options === true ? {} : options === false ? undefined : optionsOf(options, 'watch')));
    return this;
  }

  /**
   * Loads on this thread. Cost: what the sources cost; two small files take tens of microseconds.
   *
   * @throws {@link SuperConfigError}: what a source's text, the environment, the schema or an option has wrong; `ERR_SUPERCONFIG_ASYNC`
   * where a source or the schema must be awaited.
   * @example
   * ```ts
   * SuperConfig.builder().file('missing.toml').loadSync(); // throws ERR_SUPERCONFIG_NOT_FOUND
   * ```
   */
  loadSync(): SuperConfig<T> {
    return new SuperConfig<T>(loadSync(this.toOpening(), SuperConfigBuilder.prototype.loadSync));
  }

  /**
   * Loads on another thread; a source of your own and a schema may be asynchronous here. The environment is captured at once.
   *
   * @throws {@link SuperConfigError}: what a source's text, the environment, the schema or an option has wrong.
   * @example
   * ```ts
   * const config = await SuperConfig.builder().dir('config').load();
   * config.get('server.port'); // 8080
   * ```
   */
  async load(): Promise<SuperConfig<T>> {
    const frames = captureStack(SuperConfigBuilder.prototype.load);
    return new SuperConfig<T>(await load(this.toOpening(), frames));
  }

  /** What the configuration is loaded from. @internal */
  toOpening(): Opening {
    const { cwd, home, root, argv, env } = this.#options;
    const options = {
      cwd: cwd ?? workingDirectory(),
      home,
      root,
      name: this.#name,
      profiles: this.#profiles,
      secrets: this.#secrets.length > 0 ? [...this.#secrets] : undefined,
      interpolate: this.#interpolate,
      limits: this.#limits,
      watch: this.#watch,
      arrays: Object.keys(this.#arrays).length > 0 ? { ...this.#arrays } : undefined,
    };
    const described = this.#sources.map((source) =>
      source.kind === 'args' && source.argv === undefined ? { ...source, ...sources.args(argv ?? process.argv.slice(2)) } : source,
    );
    return { options, sources: described, environment: env, schema: this.#schema };
  }
}

/** The process's own, which the host knows without a system call; where it is gone the addon says so. */
function workingDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

/** Calls a helper after checking nothing itself; an error begins where the user called the verb. */
function frame(verb: Frame, make: () => Source): Source {
  try {
    return make();
  } catch (error) {
    throw isSuperConfigError(error)
      ? startAt(error, verb)
      : startAt(new SuperConfigError('ERR_SUPERCONFIG_OPTION', `a source cannot be made of ${kindOf(error)}`, { cause: error }), verb);
  }
}
