// A loaded configuration, and the builder that loads it.
import { native } from '../engine/addon.js';
import { Attachment, PINNED } from '../engine/attachment.js';
import { load, loadSync, reload, reloadSync } from '../engine/load.js';
import { guard, guardAsync, publicError } from '../engine/native-error.js';
import { Keepers, OUTDATED } from '../engine/outdated.js';
import { type LoosePath, toNativePath } from '../engine/path.js';
import { currentVersion, lookUp, lookUpLeniently, readMissing, readTree } from '../engine/read-cache.js';
import type { ReloadResult } from '../engine/reload-result.js';
import { type Frame, getterOf } from '../internal/stack.js';
import { optionError, stringOf } from '../internal/validate.js';
import { type InferOutput, type SchemaOptions, type StandardSchema, validatorOf } from '../schema/standard-schema.js';
import { RequestBuilder, type SourceVerbs } from './builder.js';
import { type ConfigChange, changesOf, type EventMap, type Listener, listen } from './events.js';
import { ConfigHandle } from './handle.js';
import { describe, differencesOf, inspect, printed, unusedIn } from './inspection.js';
import { openOverlaid } from './overlay.js';
import type { DeepReadonly, Path, ValueAt } from './typed-path.js';
import type { Difference } from './types/difference.js';
import type { Inspection } from './types/inspection.js';
import type { BuilderOptions, ChangesOptions } from './types/options.js';
import type { Unused } from './types/unused.js';

/** The key of a configuration's way to lay values over it; the same in every copy of the package. */
const OVERLAY: unique symbol = Symbol.for('superconfig.overlay') as never;

/** The way to lay values over a configuration. */
interface Overlay {
  /** The configuration with layers of values above its own; a promise of it where a source or the schema has to be awaited. */
  open(layers: readonly object[]): SuperConfig | Promise<SuperConfig>;
  /** Makes reads see what `find` gives, until the returned function is called. */
  show(find: () => SuperConfig | undefined): () => void;
}

/** The configurations that keep their tree. */
const keepers = new Keepers<SuperConfig>();

/** The attachment of a configuration of this copy of the package. */
let attachmentOf: (config: unknown) => Attachment | undefined;

/**
 * A loaded configuration.
 *
 * @example
 * ```ts
 * const config = SuperConfig.builder().defaults({ server: { port: 80 } }).file('app.toml', { optional: true }).env('APP').loadSync();
 * config.get('server.port'); // 8081, from the file; APP_SERVER__PORT would win over it
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the methods of the interface are put on the prototype below.
// biome-ignore lint/suspicious/noExplicitAny: without a type every path is allowed.
export class SuperConfig<T = any> {
  readonly #attachment: Attachment;
  /** What `current` gives, from a read of it until there is a newer version of any configuration. */
  #tree: DeepReadonly<T> | undefined;
  #reference: WeakRef<SuperConfig> | undefined;

  /** Made by `load`, `loadSync` and `attach`. @hidden */
  constructor(attachment: Attachment) {
    this.#attachment = attachment;
  }

  /**
   * Creates a builder; nothing is read before `load()` or `loadSync()`. A type, or a schema, makes the paths known to the compiler.
   *
   * @throws `ERR_SUPERCONFIG_OPTION` for an unknown option or one of another kind.
   * @example
   * ```ts
   * const builder = SuperConfig.builder<{ server: { port: number } }>({ env: {} });
   * builder.dir('config').loadSync().get('server.port'); // 8080
   * ```
   */
  // biome-ignore lint/suspicious/noExplicitAny: without a type every path is allowed.
  static builder<T = any>(options?: BuilderOptions): SuperConfigBuilder<T> {
    return guard(SuperConfig.builder, () => new SuperConfigBuilder<T>(options));
  }

  /**
   * Attaches to a configuration that this process has loaded, in any worker thread, without loading it again; each sees every version.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` when no open configuration has that name or token, `ERR_SUPERCONFIG_OPTION` for what is no string.
   * @example
   * ```ts
   * const config = SuperConfig.builder().dir('config').name('app').loadSync();
   * const worker = new Worker("require('superconfig').SuperConfig.attach('app').get('server.port')", { eval: true });
   * await new Promise((ended) => worker.on('exit', ended)); // 0
   * SuperConfig.attach(config.token).get('server.port'); // 8080
   * ```
   */
  // biome-ignore lint/suspicious/noExplicitAny: without a type every path is allowed.
  static attach<T = any>(nameOrToken: string): SuperConfig<T> {
    return guard(SuperConfig.attach, () => new SuperConfig<T>(Attachment.open(native().attach(stringOf(nameOrToken, 'a name or token'), PINNED))));
  }

  /**
   * The value at a path, live; tables and arrays are frozen and the same object for one version. Costs a comparison and a
   * `Map` lookup after the first read of a version. A key that the schema declares and nothing sets is `undefined`.
   *
   * @throws `ERR_SUPERCONFIG_PATH` when neither the values nor the schema know the path and no fallback is given, with the closest path as
   * the hint; `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * config.get('server.port'); // 8080
   * config.get(['db', 'pool']); // { min: 1, max: 10 }
   * config.get('plugins[0]'); // 'auth'
   * SuperConfig.builder().loadSync().get('server.port', 80); // 80
   * SuperConfig.builder().loadSync().get('server.port'); // throws ERR_SUPERCONFIG_PATH
   * ```
   */
  get<const P extends Path<T>>(path: P): ValueAt<T, P>;
  get<const P extends Path<T>>(path: P, fallback: NonNullable<ValueAt<T, P>>): NonNullable<ValueAt<T, P>>;
  get(path: LoosePath, fallback?: unknown): unknown {
    const attachment = this.#attachment;
    // biome-ignore lint/complexity/noArguments: distinguishes `get(path)` from `get(path, undefined)` without an array per call.
    const isStrict = arguments.length < 2;
    if (attachment.word[0] === attachment.seen) {
      const cached = attachment.cache?.get(path as string);
      if (cached !== undefined) return cached;
      if (!isStrict && attachment.absent?.has(path as string)) return fallback;
    }
    if (isStrict) return this.#require(path);
    const value = this.#find(path, SuperConfig.prototype.get);
    return value === undefined ? fallback : value;
  }

  /**
   * Whether a value, `null` included, is at a path; false for a malformed path.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * config.has('server.port'); // true
   * config.has('server.protocol'); // false
   * ```
   */
  has(path: LoosePath): boolean {
    return this.#find(path, SuperConfig.prototype.has) !== undefined;
  }

  /**
   * A live view of one path, which need not exist yet: the fastest way to read a value repeatedly.
   *
   * @throws `ERR_SUPERCONFIG_OPTION` for what is no path, `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * const port = config.handle('server.port');
   * port.value; // 8080
   * ```
   */
  handle<const P extends Path<T>>(path: P): ConfigHandle<ValueAt<T, P>> {
    return guard(SuperConfig.prototype.handle, () => {
      this.#attachment.assertOpen();
      toNativePath(path as LoosePath);
      return new ConfigHandle(this.#attachment, path as LoosePath);
    });
  }

  /**
   * The whole as one frozen plain object: the same object until the version changes, valid also after closing. Costs a look at one word
   * after the first read of a version, which makes it.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * const { server, log } = config.current;
   * [server.port, log.level]; // [8080, 'info'], of one version whatever is reloaded meanwhile
   * ```
   */
  declare readonly current: DeepReadonly<T>;

  /**
   * The values that differ in another configuration: numbers by value, the elements of an array that is merged by a key by that key,
   * secrets compared and not shown. Cost: one pass over both, and an explanation of each value that differs.
   *
   * @throws `ERR_SUPERCONFIG_OPTION` for what is no configuration, `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * const staging = loadConfigSync({ sources: [defaults({ port: 80, token: 'a' })] });
   * const production = loadConfigSync({ sources: [defaults({ port: 80, token: 'b' })] });
   * staging.differences(production).map(({ path, after }) => [path, after?.value]); // [['token', '[redacted]']]
   * ```
   */
  differences(other: SuperConfig): Difference[] {
    return guard(SuperConfig.prototype.differences, () => {
      const compared = attachmentOf(other);
      if (compared === undefined) throw optionError('a configuration is compared with another one');
      return differencesOf(this.#attachment, compared);
    });
  }

  /**
   * Finds what has no effect in any of several loads of one configuration, e.g. one for each profile and one without: values that other
   * layers always replace or repeat, layers without effect, keys that the schema does not declare. Cost: an explanation of each value.
   *
   * @throws `ERR_SUPERCONFIG_OPTION` for what is no configuration, `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * const config = loadConfigSync({ sources: [defaults({ port: 80 }), overrides({ port: 81 })] });
   * SuperConfig.findUnused([config]).values.map(({ path, reason }) => [path, reason]); // [['port', 'overridden']]
   * ```
   */
  static findUnused(configs: readonly SuperConfig[]): Unused {
    return guard(SuperConfig.findUnused, () => {
      const attachments = Array.from(configs, (config) => {
        const attachment = attachmentOf(config);
        if (attachment === undefined) throw optionError('an array of configurations is searched');
        return attachment;
      });
      return unusedIn(attachments);
    });
  }

  /**
   * The version: 1 after the load, one more with every reload that changes something.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * config.version; // 1
   * ```
   */
  get version(): number {
    return guard(getterOf(SuperConfig.prototype, 'version'), () => currentVersion(this.#attachment));
  }

  /**
   * Loads everything again, on another thread; the new version appears at once or, on a failure, not at all.
   *
   * @throws What a load throws, and `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * writeFileSync('config/local.toml', 'log.level = "debug"');
   * const { version, changed } = await config.reload();
   * [version, changed]; // [2, ['log.level']]
   * ```
   */
  reload(): Promise<ReloadResult> {
    return guardAsync(SuperConfig.prototype.reload, () => reload(this.#attachment, false));
  }

  /**
   * Loads everything again, on this thread. Costs one system call for each file where none changed.
   *
   * @throws What a load throws, and `ERR_SUPERCONFIG_CLOSED` after closing. The last good version stays.
   * @example
   * ```ts
   * config.reloadSync(); // { version: 1, changed: [] }
   * ```
   */
  reloadSync(): ReloadResult {
    return guard(SuperConfig.prototype.reloadSync, () => reloadSync(this.#attachment));
  }

  /**
   * Calls a listener for each new version (`change`), for each reload that fails (`error`), or for each change of a custom source's state
   * (`status`), whether the watcher, this thread or
   * another one reloads. Listeners of this thread's own reloads are called before it returns. One that throws, or rejects, stops no
   * other; what it threw becomes a process warning. A failure in the background without a listener becomes one too.
   *
   * Listening keeps the configuration open, and no process alive.
   *
   * @returns A function that removes the listener. Closing removes it too.
   * @throws `ERR_SUPERCONFIG_OPTION` for another event or what is not a function, `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * const off = config.on('change', ({ version, changed }) => console.log(version, changed));
   * config.on('error', (error) => console.error(error.message));
   * config.on('status', ({ name, state }) => console.log(name, state));
   * off();
   * ```
   */
  on<E extends keyof EventMap<T>>(event: E, listener: Listener<EventMap<T>[E]>): () => void {
    return guard(SuperConfig.prototype.on, () => listen<T>(this.#attachment, event, listener));
  }

  /**
   * Iterates over the versions from this call on; with a path over those in which something at or below it differs, and only such paths.
   * A slow consumer gets the newest version, with all paths that changed since the last one that it took. Ends when the configuration
   * is closed or the signal aborts.
   *
   * @throws `ERR_SUPERCONFIG_PATH` for a malformed path, `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * for await (const change of config.changes({ path: 'db', signal })) await reconnect(change.current.db);
   * ```
   */
  changes(options: ChangesOptions<T> = {}): AsyncIterableIterator<ConfigChange<T>, undefined> {
    return guard(SuperConfig.prototype.changes, () => changesOf<T>(this.#attachment, options));
  }

  /**
   * Releases the configuration: every read, handle and reload of it fails from then on, and its iterators end. Safe to repeat.
   *
   * @example
   * ```ts
   * const { current } = config;
   * config.close();
   * config.get('server.port'); // throws ERR_SUPERCONFIG_CLOSED
   * current.server.port; // 8080
   * ```
   */
  close(): void {
    this.#tree = undefined;
    this.#attachment.close();
  }

  /**
   * The same as `close()`, for `using`.
   *
   * @example
   * ```ts
   * {
   *   using config = SuperConfig.builder().dir('config').loadSync();
   *   config.get('server.port'); // 8080
   * } // closed here
   * ```
   */
  [Symbol.dispose](): void {
    this.close();
  }

  /** What `console.log` shows: the whole, with secrets redacted. @internal */
  [Symbol.for('nodejs.util.inspect.custom')](_depth: number, options: object, inspect?: (value: unknown, options: object) => string): string {
    return printed(this.#attachment, options, inspect);
  }

  /** Lays values over this configuration, for `superconfig/testing` and the adapters. @internal */
  get [OVERLAY](): Overlay {
    return {
      open: (layers) => openOverlaid(this.#attachment, layers, (attachment) => new SuperConfig(attachment)),
      show: (find) => {
        const end = this.#attachment.overlay(() => {
          const found = find();
          return found === undefined ? undefined : found.#attachment;
        });
        this.#outdate();
        return end;
      },
    };
  }

  #refresh(): DeepReadonly<T> {
    return guard(getterOf(SuperConfig.prototype, 'current'), () => {
      if (OUTDATED[0] !== 0) this.#outdate();
      const tree = readTree(this.#attachment) as DeepReadonly<T>;
      if (this.#attachment.overlays.length === 0) {
        this.#tree = tree;
        this.#reference ??= new WeakRef<SuperConfig>(this);
        keepers.add(this.#reference);
      }
      return tree;
    });
  }

  /** Makes every configuration find its tree again, which costs a comparison where it has no newer version. */
  #outdate(): void {
    keepers.release((config) => {
      config.#tree = undefined;
    });
  }

  #require(path: LoosePath): unknown {
    try {
      const value = lookUp(this.#attachment, path);
      return value === undefined ? readMissing(this.#attachment, path) : value;
    } catch (thrown) {
      throw publicError(thrown, SuperConfig.prototype.get);
    }
  }

  /** The value at a path, or `undefined`. Reads what does not exist without making a function. */
  #find(path: LoosePath, frame: Frame): unknown {
    try {
      return lookUpLeniently(this.#attachment, path);
    } catch (thrown) {
      throw publicError(thrown, frame);
    }
  }

  static {
    // biome-ignore lint/complexity/noThisInStatic: in the built file the class has its name only after this.
    const { prototype } = this;
    // A constant of this block: bundlers make variables of those outside, and with a field of the class, or one word for each
    // configuration, the getter took half as long again.
    const outdated = OUTDATED;
    Object.defineProperty(prototype, 'current', {
      get(this: SuperConfig): unknown {
        const tree = this.#tree;
        return outdated[0] === 0 && tree !== undefined ? tree : this.#refresh();
      },
      configurable: true,
    });
    attachmentOf = (config) => (typeof config === 'object' && config !== null && #attachment in config ? config.#attachment : undefined);
    for (const name of ['explain', 'explainAll', 'toJSON', 'toString']) {
      const method = function (this: SuperConfig, ...given: unknown[]): unknown {
        return guard(method, () => inspect(name, this.#attachment, given));
      };
      Object.defineProperty(method, 'name', { value: name });
      Object.defineProperty(prototype, name, { value: method, writable: true, configurable: true });
    }
    for (const name of ['layers', 'files', 'unmatchedVariables', 'warnings', 'status', 'token', 'name']) {
      const get = function (this: SuperConfig): unknown {
        return guard(get, () => describe(name, this.#attachment));
      };
      Object.defineProperty(prototype, name, { get, configurable: true });
    }
  }
}

// biome-ignore lint/correctness/noUnusedVariables: the class and the interface have the same parameters.
// biome-ignore lint/suspicious/noExplicitAny: as above.
export interface SuperConfig<T = any> extends Inspection {}

/**
 * Collects sources, later ones winning, and loads them. Nothing is read before `load()` or `loadSync()`.
 *
 * @example
 * ```ts
 * const builder = SuperConfig.builder().defaults({ server: { port: 80 } });
 * builder.file('app.toml').env('APP').loadSync().get('server.port'); // 8081
 * ```
 */
// Here and not in builder.ts, as this class and `SuperConfig` name each other.
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: builder.ts puts the verbs of the interface on the prototype.
// biome-ignore lint/suspicious/noExplicitAny: without a type every path is allowed.
export class SuperConfigBuilder<T = any> extends RequestBuilder {
  /**
   * Checks each version with a Standard Schema, such as Zod's, Valibot's or ArkType's; readers see what it returns, with its defaults
   * and its types. A promise of it is waited for as long as `timeoutMs` says, 10 seconds by default.
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
  schema<S extends StandardSchema>(schema: S, options?: SchemaOptions): SuperConfigBuilder<InferOutput<S>> {
    this.validator = guard(SuperConfigBuilder.prototype.schema, () => validatorOf(schema, options));
    return this as unknown as SuperConfigBuilder<InferOutput<S>>;
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
    return guard(SuperConfigBuilder.prototype.loadSync, () => new SuperConfig<T>(loadSync(this.toRequest())));
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
  load(): Promise<SuperConfig<T>> {
    return guardAsync(SuperConfigBuilder.prototype.load, async () => new SuperConfig<T>(await load(this.toRequest())));
  }
}

// biome-ignore lint/suspicious/noExplicitAny: as above.
export interface SuperConfigBuilder<T = any> extends SourceVerbs<SuperConfigBuilder<T>> {}
