import { SuperConfig } from './config.js';
import { type CustomSource, custom } from './custom.js';
import { captureStack, type Frame, guard, isSuperConfigError, SuperConfigError, startAt } from './errors.js';
import { load, loadSync, type Opening } from './opening.js';
import { flag, optionsOf, text, texts } from './options.js';
import { checkNames, kindOf } from './paths.js';
import { type InferOutput, type StandardSchema, schemaOf } from './schema.js';
import type { Source } from './sources.js';
import * as sources from './sources.js';

/** Where a configuration looks; all of it defaults to the process's own. */
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

/** How an array meets the one below it. */
export type ArrayStrategy = 'replace' | 'append' | 'prepend' | 'unique' | { by: string };

/** Bounds on what is read. */
export interface Limits {
  /** Levels of nesting. */
  depth?: number;
  /** Bytes of one document. */
  documentBytes?: number;
  /** Nodes that YAML's aliases may produce. */
  aliasNodes?: number;
}

/** How files are watched. */
export interface WatchOptions {
  /** Milliseconds without a change before files are read again; 50 by default. */
  debounceMs?: number;
  /** Milliseconds after which they are read although they keep changing; 500 by default. */
  maxWaitMs?: number;
  /** Milliseconds between looks, where the system tells nothing: network and some container file systems; 0, off, by default. */
  poll?: number;
}

/** Collects sources, later ones winning, and loads them. Nothing is read before `load()` or `loadSync()`. */
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

  /** Made by `SuperConfig.builder()`. @throws `ERR_SUPERCONFIG_OPTION` for an unknown option or one of another kind. */
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

  /** Adds values given in code. @throws `ERR_SUPERCONFIG_OPTION` for what is not a configuration value. */
  defaults(value: object, options?: sources.ValueOptions): this {
    return this.add(frame(SuperConfigBuilder.prototype.defaults, () => sources.defaults(value, options)));
  }

  /** Adds one file; `{profile}` in its path stands for each profile in turn. */
  file(path: string, options?: sources.FileOptions): this {
    return this.add(frame(SuperConfigBuilder.prototype.file, () => sources.file(path, options)));
  }

  /** Adds the files that match a pattern, sorted by path. */
  glob(pattern: string, options?: sources.GlobOptions): this {
    return this.add(frame(SuperConfigBuilder.prototype.glob, () => sources.glob(pattern, options)));
  }

  /** Adds a directory with `default`, each profile, `local` and each profile's local file. */
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
   * config.layers.filter((layer) => layer.status === 'found').map((layer) => layer.file);
   * ```
   */
  discover(name: string, options?: sources.DiscoverOptions): this {
    return this.add(frame(SuperConfigBuilder.prototype.discover, () => sources.discover(name, options)));
  }

  /** Adds a document given as text. */
  text(content: string, options?: sources.TextOptions): this {
    return this.add(frame(SuperConfigBuilder.prototype.text, () => sources.textSource(content, options)));
  }

  /** Reads `.env` files, which supply variables to `env`. */
  dotenv(): this {
    return this.add(sources.dotenv());
  }

  /** Adds environment variables. */
  env(prefix?: string, options?: sources.EnvOptions): this {
    return this.add(frame(SuperConfigBuilder.prototype.env, () => sources.env(prefix, options)));
  }

  /** Adds command-line flags; by default those of the builder's options, else of the process. */
  args(argv?: readonly string[], options?: sources.SourceOptions): this {
    return this.add(frame(SuperConfigBuilder.prototype.args, () => sources.args(argv, options)));
  }

  /**
   * Adds a source of your own, which may be remote; see `custom`.
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

  /** Adds values given in code, to stand above the layers so far. */
  overrides(value: object, options?: sources.ValueOptions): this {
    return this.add(frame(SuperConfigBuilder.prototype.overrides, () => sources.overrides(value, options)));
  }

  /** Adds values that only fill what the layers below leave open. */
  join(value: object, options?: sources.ValueOptions): this {
    return this.add(frame(SuperConfigBuilder.prototype.join, () => sources.defaults(value, { ...options, join: true })));
  }

  /** Adds a source made by a helper such as `file`. */
  add(source: Source): this {
    if (typeof source !== 'object' || source === null || typeof source.kind !== 'string') {
      const error = new SuperConfigError('ERR_SUPERCONFIG_OPTION', `a source is made by a helper such as \`file\`, and is not ${kindOf(source)}`);
      throw startAt(error, SuperConfigBuilder.prototype.add);
    }
    this.#sources.push(source);
    return this;
  }

  /** Selects the profiles, applied in order. */
  profile(profiles: string | readonly string[]): this {
    this.#profiles = guard(SuperConfigBuilder.prototype.profile, () => texts(typeof profiles === 'string' ? [profiles] : profiles, 'profiles'));
    return this;
  }

  /** Sets how arrays merge, by path pattern. */
  arrays(strategies: Readonly<Record<string, ArrayStrategy>>): this {
    Object.assign(
      this.#arrays,
      guard(SuperConfigBuilder.prototype.arrays, () => optionsOf(strategies, 'arrays')),
    );
    return this;
  }

  /** Turns `${…}` references on. */
  interpolate(on = true): this {
    this.#interpolate = guard(SuperConfigBuilder.prototype.interpolate, () => flag(on, 'interpolate'));
    return this;
  }

  /** Adds patterns of paths whose values are never shown. */
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
   * const config = SuperConfig.builder().defaults({ port: '8080' }).schema(z.object({ port: z.coerce.number() })).loadSync();
   * config.get('port'); // 8080, and a number for the compiler
   * ```
   */
  schema<S extends StandardSchema>(schema: S): SuperConfigBuilder<InferOutput<S>> {
    this.#schema = guard(SuperConfigBuilder.prototype.schema, () => schemaOf(schema));
    return this as unknown as SuperConfigBuilder<InferOutput<S>>;
  }

  /** Sets bounds on what is read. */
  limits(limits: Limits): this {
    this.#limits = { ...this.#limits, ...guard(SuperConfigBuilder.prototype.limits, () => optionsOf(limits, 'limits')) };
    return this;
  }

  /** Names the configuration, so that any thread of the process can attach to it. */
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

  /** Loads on this thread. @throws `SuperConfigError`: what a source's text, the environment or an option has wrong. */
  loadSync(): SuperConfig<T> {
    return new SuperConfig<T>(loadSync(this.toOpening(), SuperConfigBuilder.prototype.loadSync));
  }

  /** Loads on another thread. @throws `SuperConfigError`: what a source's text, the environment or an option has wrong. */
  async load(): Promise<SuperConfig<T>> {
    const frames = captureStack(SuperConfigBuilder.prototype.load);
    return new SuperConfig<T>(await load(this.toOpening(), frames));
  }

  /** What the configuration is loaded from. */
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
