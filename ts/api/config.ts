// A loaded configuration, and the builder that loads it.
import { native } from '../engine/addon.js';
import { Attachment } from '../engine/attachment.js';
import { toJsonValue, toValue } from '../engine/codec.js';
import { pumpOf } from '../engine/event-pump.js';
import { load, loadSync, type ReloadResult, reload, reloadSync } from '../engine/load.js';
import { guard, guardAsync, publicError } from '../engine/native-error.js';
import { checkNames } from '../engine/option-names.js';
import { type LoosePath, toNativePath } from '../engine/path.js';
import type { Described, NativeValue } from '../engine/protocol.js';
import { lookUp, lookUpLeniently, readMissing, readTree, sync } from '../engine/read-cache.js';
import { type Frame, getterOf } from '../internal/stack.js';
import { booleanOf, optionError, stringOf } from '../internal/validate.js';
import { type InferOutput, type SchemaOptions, type StandardSchema, validatorOf } from '../schema/standard-schema.js';
import { RequestBuilder, type SourceVerbs } from './builder.js';
import { type ConfigChange, changesOf, type EventMap, type Listener, listenerOf, onChange, signalOf } from './events.js';
import { ConfigHandle } from './handle.js';
import { OVERLAY, openAtOnce, overlaidRequest } from './overlay.js';
import type { DeepReadonly, Path, ValueAt } from './typed-path.js';
import { type Difference, toDifferences } from './types/difference.js';
import { type Explanation, toExplanation, toExplanations } from './types/explanation.js';
import type { LayerInfo, LayerUse, UnmatchedVariable, Warning } from './types/layer.js';
import type { BuilderOptions, ChangesOptions, ToStringOptions } from './types/options.js';
import { type Status, type StatusReport, toStatus } from './types/status.js';
import type { Unused } from './types/unused.js';

/** The way to lay values over a configuration. */
interface Overlay {
  /** The configuration with layers of values above its own; a promise of it where a source or the schema has to be awaited. */
  open(layers: readonly object[]): SuperConfig | Promise<SuperConfig>;
  /** Makes reads see what `find` gives, until the returned function is called. */
  show(find: () => SuperConfig | undefined): () => void;
}

/** The options of `toString` that are there or not. */
const SWITCHES = ['secrets', 'indent', 'origins', 'changed'] as const;

/**
 * A loaded configuration.
 *
 * @example
 * ```ts
 * const config = SuperConfig.builder().defaults({ server: { port: 80 } }).file('app.toml', { optional: true }).env('APP').loadSync();
 * config.get('server.port'); // 8081, from the file; APP_SERVER__PORT would win over it
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: without a type every path is allowed.
export class SuperConfig<T = any> {
  readonly #attachment: Attachment;
  // What `current` compares and returns is in fields of its own, not a step further away: the comparison is all that it costs.
  #word: Uint32Array;
  /** The word as it was when the tree was last found to be current; no word is -1. */
  #seen = -1;
  #tree: DeepReadonly<T> | undefined;

  /** Made by `load`, `loadSync` and `attach`. @hidden */
  constructor(attachment: Attachment) {
    this.#attachment = attachment;
    this.#word = attachment.word;
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
  static builder<T = any>(options: BuilderOptions = {}): SuperConfigBuilder<T> {
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
    return guard(SuperConfig.attach, () => new SuperConfig<T>(Attachment.open(native().attach(stringOf(nameOrToken, 'a name or token')))));
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
      const cached = attachment.cache.get(path as string);
      if (cached !== undefined) return cached;
      if (!isStrict && attachment.absent.has(path as string)) return fallback;
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
   * The whole as one frozen plain object: the same object until the version changes, valid also after closing. Costs a comparison after
   * the first read of a version, which makes it.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * const { server, log } = config.current;
   * [server.port, log.level]; // [8080, 'info'], of one version whatever is reloaded meanwhile
   * ```
   */
  get current(): DeepReadonly<T> {
    if (this.#word[0] === this.#seen) return this.#tree as DeepReadonly<T>;
    return this.#refresh();
  }

  /**
   * Explains a value: what each layer contributes to it and which one wins; secrets are redacted. Positions are found on demand, so
   * this costs about what parsing the files costs.
   *
   * @throws `ERR_SUPERCONFIG_PATH` for an unknown path, `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * const { winner } = SuperConfig.builder().dir('config').args(['--server.port=9000']).loadSync().explain('server.port');
   * winner; // { kind: 'args', variable: '--server.port', action: 'set', value: 9000, … }
   * ```
   */
  explain(path: LoosePath = ''): Explanation {
    return guard(SuperConfig.prototype.explain, () => {
      const { text, segments } = toNativePath(path);
      return toExplanation(native().explain(this.#synced().shown.id, text, segments));
    });
  }

  /**
   * Explains every value that the layers have or the schema declares, in their order; an array is one, and so is a secret table. Costs
   * what as many calls of `explain` cost, less a merge for each.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * const explanations = SuperConfig.builder().defaults({ a: { b: 1 }, c: [2] }).loadSync().explainAll();
   * explanations.map(({ path, value }) => [path, value]); // [['a.b', 1], ['c', [2]]]
   * ```
   */
  explainAll(): Explanation[] {
    return guard(SuperConfig.prototype.explainAll, () => toExplanations(native().explainAll(this.#synced().shown.id)));
  }

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
      if (typeof other !== 'object' || other === null || !(#attachment in other)) throw optionError('a configuration is compared with another one');
      return toDifferences(native().differences(this.#synced().shown.id, other.#synced().shown.id));
    });
  }

  /**
   * What has no effect in any of several loads of one configuration, e.g. one for each profile and one without: values that other
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
      const ids = Array.from(configs, (config) => {
        if (typeof config !== 'object' || config === null || !(#attachment in config)) throw optionError('an array of configurations is searched');
        return config.#synced().shown.id;
      });
      return JSON.parse(native().findUnused(ids)) as Unused;
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
    return guard(getterOf(SuperConfig.prototype, 'version'), () => this.#synced().version);
  }

  /**
   * The layers, from the lowest to the highest, with every file that was searched for. Made anew at each call.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * config.layers.filter((layer) => layer.status === 'found').map((layer) => layer.file); // ['config/default.toml']
   * ```
   */
  get layers(): LayerInfo[] {
    return this.#describe('layers') as LayerInfo[];
  }

  /**
   * Every place that was looked at, in order, with the number of values that it sets and of those in effect; files of profiles that are
   * not selected come last. Made anew at each call, which costs a merge and a look at every value and file.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * const config = SuperConfig.builder().defaults({ a: 1, b: 1 }).overrides({ b: 2 }).loadSync();
   * config.files.map(({ name, sets, wins }) => [name, sets, wins]); // [['defaults', 2, 1], ['overrides', 1, 1]]
   * ```
   */
  get files(): LayerUse[] {
    return this.#describe('files') as LayerUse[];
  }

  /**
   * The variables that begin with the prefix of a source and set no path that layers or the schema know, with the path that each was
   * probably meant for. Made anew at each call, which costs a merge.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * const config = SuperConfig.builder({ env: { APP_SERVER__PROT: '1' } }).dir('config').env('APP').loadSync();
   * config.unmatchedVariables.map(({ origin, closest }) => [origin.variable, closest]); // [['APP_SERVER__PROT', 'server.port']]
   * ```
   */
  get unmatchedVariables(): UnmatchedVariable[] {
    return this.#describe('unmatchedVariables') as UnmatchedVariable[];
  }

  /**
   * The non-fatal findings of the load, such as `type-conflict` or `unset-variable`. Made anew at each call.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * for (const { code, message } of config.warnings) console.warn(code, message);
   * ```
   */
  get warnings(): Warning[] {
    return this.#describe('warnings') as Warning[];
  }

  /**
   * The condition of the configuration: what is watched and how, the last reload, the last error. Made anew at each call.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * config.status; // { version: 1, profiles: [], watching: [], … }
   * ```
   */
  get status(): Status {
    return toStatus(this.#describe('status') as StatusReport);
  }

  /**
   * The text by which `SuperConfig.attach` finds the configuration in any thread of this process.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * SuperConfig.attach(config.token).version; // 1
   * ```
   */
  get token(): string {
    return this.#describe('token') as string;
  }

  /**
   * The name that the builder gave, if any.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * config.name; // undefined
   * ```
   */
  get name(): string | undefined {
    return (this.#describe('name') as string | null) ?? undefined;
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
   * Calls a listener for each new version (`change`), or for each reload that fails (`error`), whether the watcher, this thread or
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
   * off();
   * ```
   */
  on<E extends keyof EventMap<T>>(event: E, listener: Listener<EventMap<T>[E]>): () => void {
    return guard(SuperConfig.prototype.on, () => {
      this.#attachment.assertOpen();
      const pump = pumpOf(this.#attachment);
      if (event === 'change') return onChange<T>(pump, listenerOf(listener));
      if (event === 'error') return pump.onError(listenerOf(listener));
      throw optionError(`there is no event '${String(event)}'`, "the events are 'change' and 'error'");
    });
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
    return guard(SuperConfig.prototype.changes, () => {
      checkNames(options, ['path', 'signal'], 'the options of `changes`');
      const { path, signal } = options;
      const attachment = this.#synced();
      // Refuses a malformed path now, not when something changes.
      if (path !== undefined) lookUp(attachment, path as LoosePath);
      return changesOf<T>(pumpOf(attachment), path === undefined ? undefined : toNativePath(path as LoosePath), signalOf(signal));
    });
  }

  /**
   * The whole as a plain object with secrets redacted: what `JSON.stringify(config)` shows. A `bigint` is
   * the text of its digits.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * const shown = config.toJSON() as AppConfig;
   * shown.db; // { url: 'postgres://localhost/app', password: '[redacted]', pool: { min: 1, max: 10 } }
   * ```
   */
  toJSON(): unknown {
    return guard(SuperConfig.prototype.toJSON, () => toJsonValue(this.#redacted()));
  }

  /**
   * The whole as text, with secrets redacted unless `secrets` is set; with the origin of each value in a comment where `origins` is. Parsing the text gives the same values again, but that JSON
   * says `null` for infinities and NaN, and dotenv knows only text: `server.port` is `SERVER__PORT`, arrays are JSON.
   *
   * @throws `ERR_SUPERCONFIG_OPTION` for an unknown format, `ERR_SUPERCONFIG_FORMAT` with the path for what the format cannot say,
   * such as `null` in TOML; `ERR_SUPERCONFIG_OPTION` for origins in JSON; `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * writeFileSync('effective.toml', config.toString({ format: 'toml', secrets: true }));
   * ```
   */
  toString(options: ToStringOptions = {}): string {
    return guard(SuperConfig.prototype.toString, () => {
      checkNames(options, ['format', ...SWITCHES], 'the options of `toString`');
      const format = stringOf(options.format ?? 'json', 'a format');
      const switches = SWITCHES.filter((name) => booleanOf(options[name] ?? false, name));
      return native().render(this.#synced().shown.id, format, switches.join(' '));
    });
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
    this.#seen = -1;
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
    if (this.#attachment.closed) return 'SuperConfig (closed)';
    if (inspect === undefined) return `SuperConfig ${JSON.stringify(this)}`;
    return `SuperConfig ${inspect(toValue(this.#redacted(), false), options)}`;
  }

  /** Lays values over this configuration, for `superconfig/testing` and the adapters. @internal */
  get [OVERLAY](): Overlay {
    return {
      open: (layers) => {
        const request = overlaidRequest(this.#synced(), layers);
        return openAtOnce(request, (attachment) => new SuperConfig(attachment));
      },
      show: (find) => {
        const end = this.#attachment.overlay(() => {
          const found = find();
          return found === undefined ? undefined : found.#attachment;
        });
        this.#word = this.#attachment.word;
        return () => {
          end();
          this.#word = this.#attachment.word;
        };
      },
    };
  }

  #refresh(): DeepReadonly<T> {
    return guard(getterOf(SuperConfig.prototype, 'current'), () => {
      const tree = readTree(this.#attachment) as DeepReadonly<T>;
      if (this.#attachment.overlays.length === 0) {
        this.#tree = tree;
        this.#seen = this.#attachment.seen;
      }
      return tree;
    });
  }

  #require(path: LoosePath): unknown {
    return guard(SuperConfig.prototype.get, () => {
      const value = lookUp(this.#attachment, path);
      return value === undefined ? readMissing(this.#attachment, path) : value;
    });
  }

  /** The value at a path, or `undefined`. Reads what does not exist without making a function. */
  #find(path: LoosePath, frame: Frame): unknown {
    try {
      return lookUpLeniently(this.#attachment, path);
    } catch (thrown) {
      throw publicError(thrown, frame);
    }
  }

  #synced(): Attachment {
    sync(this.#attachment);
    return this.#attachment;
  }

  #describe(what: Described): unknown {
    return guard(getterOf(SuperConfig.prototype, what), () => JSON.parse(native().describe(this.#synced().id, what)));
  }

  #redacted(): NativeValue {
    return native().read(this.#synced().shown.id, '', false, true);
  }
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
