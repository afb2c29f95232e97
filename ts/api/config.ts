import { type Described, type NativeValue, native } from '../engine/addon.js';
import {
  assertOpen,
  closeState,
  lookUp,
  lookUpLeniently,
  openState,
  readTree,
  type State,
  sync,
  toJsonValue,
  toValue,
  unknownPath,
} from '../engine/attachment.js';
import { type EventMap, eventsOf, type Listener, listenerOf, signalOf } from '../engine/event-pump.js';
import { type ReloadResult, reload, reloadSync } from '../engine/load.js';
import { checkNames, kindOf, toNativePath } from '../engine/path.js';
import { type Frame, guard, type Origin, SuperConfigError } from '../internal/errors.js';
import { flag, text } from '../internal/validate.js';
import { type BuilderOptions, SuperConfigBuilder } from './builder.js';
import type { ConfigChange } from './events.js';
import { ConfigHandle } from './handle.js';
import type { Format } from './sources.js';
import type { DeepReadonly, LoosePath, Path, ValueAt } from './typed-path.js';
import { type Candidate, type Explanation, explained } from './types/explanation.js';
import { type Status, type StatusReport, toStatus } from './types/status.js';

/**
 * One layer of a configuration, or a file that was looked for.
 *
 * @example
 * ```ts
 * const missing: LayerInfo[] = config.layers.filter((layer) => layer.status === 'missing');
 * missing.map((layer) => layer.file); // ['config/local.*']
 * ```
 */
export interface LayerInfo {
  /** The kind of the layer. */
  kind: Candidate['kind'];
  /** The layer's name. */
  name: string;
  /** Whether it took part: `missing` is not there, `skipped` was not asked or holds nothing for this configuration. */
  status: 'found' | 'missing' | 'skipped';
  /** The file, as it was given or found; a pattern such as `config/local.*` where nothing matched. */
  file?: string;
  /** The format that it was read in. */
  format?: Format;
  /** Why it did not take part, or which part of the file did. */
  reason?: string;
}

/**
 * Something worth telling that does not stop a load.
 *
 * @example
 * ```ts
 * const warnings: Warning[] = SuperConfig.builder().text('{ "a": 1, "a": 2 }', { format: 'json' }).loadSync().warnings;
 * warnings[0]?.code; // 'duplicate-key'
 * ```
 */
export interface Warning {
  /** What it is, e.g. `duplicate-key`. */
  code: string;
  /** The text for people. */
  message: string;
  /** The dotted path that it is about. */
  path?: string;
  /** Where it stands. */
  origin?: Origin;
}

/**
 * What `changes` takes.
 *
 * @example
 * ```ts
 * const options: ChangesOptions<AppConfig> = { path: 'db.pool', signal };
 * for await (const { changed } of config.changes(options)) changed; // ['db.pool.max']
 * ```
 */
export interface ChangesOptions<T> {
  /** Only changes at or below this path. */
  path?: Path<T>;
  /** Ends the iteration when it aborts. */
  signal?: AbortSignal;
}

/**
 * What `toString` takes.
 *
 * @example
 * ```ts
 * const options: ToStringOptions = { format: 'dotenv' };
 * config.toString(options).includes('SERVER__PORT=8080'); // true
 * ```
 */
export interface ToStringOptions {
  /** The format of the text; JSON by default. */
  format?: Exclude<Format, 'ini'>;
  /** Whether secrets are shown. */
  secrets?: boolean;
}

/**
 * A loaded configuration.
 *
 * @example
 * ```ts
 * const config = SuperConfig.builder().defaults({ server: { port: 80 } }).file('app.toml', { optional: true }).env('APP').loadSync();
 * config.get('server.port'); // 8081, from the file; APP_SERVER__PORT would stand above it
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: without a type every path is allowed.
export class SuperConfig<T = any> {
  readonly #state: State;
  // What `current` compares and gives stands here, and not a step further away: the comparison is all that it costs.
  readonly #word: Uint32Array;
  /** The word as it was when the tree was last found to hold; no word is -1. */
  #seen = -1;
  #tree: DeepReadonly<T> | undefined;

  /** Made by `load`, `loadSync` and `attach`. @hidden */
  constructor(state: State) {
    this.#state = state;
    this.#word = state.word;
  }

  /**
   * Starts a configuration; nothing is read before `load()` or `loadSync()`. A type, or a schema, makes the paths known to the compiler.
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
   * Opens a configuration that this process has loaded, in any worker thread, without loading it again; every version reaches all.
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
    const attached = guard(SuperConfig.attach, () => {
      if (typeof nameOrToken === 'string') return native().attach(nameOrToken);
      throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `a name or token is a string, not ${kindOf(nameOrToken)}`);
    });
    return new SuperConfig<T>(openState(attached));
  }

  /**
   * The value at a path, live; tables and arrays are frozen and the same object for one version. Costs a comparison and a
   * `Map` lookup after the first read of a version.
   *
   * @throws `ERR_SUPERCONFIG_PATH` when nothing is there and no fallback is given, with the nearest path as the hint;
   * `ERR_SUPERCONFIG_CLOSED` after closing.
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
    const state = this.#state;
    if (state.word[0] !== state.seen) sync(state, GET);
    const cached = state.cache.get(path as string);
    if (cached !== undefined) return cached;
    // biome-ignore lint/complexity/noArguments: tells `get(path)` from `get(path, undefined)` without an array per call.
    const strict = arguments.length < 2;
    const value = strict ? lookUp(state, path, GET) : lookUpLeniently(state, path, GET);
    if (value !== undefined) return value;
    if (strict) throw unknownPath(state, path, GET);
    return fallback;
  }

  /**
   * Whether something, be it `null`, is at a path. A malformed path is nowhere.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * config.has('server.port'); // true
   * config.has('server.protocol'); // false
   * ```
   */
  has(path: LoosePath): boolean {
    const state = this.#state;
    const frame = SuperConfig.prototype.has;
    if (state.word[0] !== state.seen) sync(state, frame);
    return lookUpLeniently(state, path, frame) !== undefined;
  }

  /**
   * A live view of one path, which need not be there yet: the quickest way to read a value often.
   *
   * @throws `ERR_SUPERCONFIG_OPTION` for what is no path, `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * const port = config.handle('server.port');
   * port.value; // 8080
   * ```
   */
  handle<const P extends Path<T>>(path: P): ConfigHandle<ValueAt<T, P>> {
    const frame = SuperConfig.prototype.handle;
    assertOpen(this.#state, frame);
    guard(frame, () => toNativePath(path as LoosePath));
    return new ConfigHandle(this.#state, path as LoosePath);
  }

  /**
   * The whole as one frozen plain object: the same object until the version changes, and good also after closing. Costs a comparison after
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
   * Tells which layers spoke about a value and which one won; secrets are redacted. Positions are found when asked for, so this costs
   * about what parsing the files costs.
   *
   * @throws `ERR_SUPERCONFIG_PATH` for an unknown path, `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * const { winner } = SuperConfig.builder().dir('config').args(['--server.port=9000']).loadSync().explain('server.port');
   * winner; // { kind: 'args', variable: '--server.port', action: 'set', value: 9000, … }
   * ```
   */
  explain(path: LoosePath = ''): Explanation {
    const frame = SuperConfig.prototype.explain;
    const state = this.#synced(frame);
    return guard(frame, () => {
      const { text, segments } = toNativePath(path);
      return explained(native().explain(state.attachment, text, segments));
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
    return this.#synced(VERSION).version;
  }

  /**
   * The layers, from the lowest to the highest, with every file that was looked for. Made anew at each call.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * config.layers.filter((layer) => layer.status === 'found').map((layer) => layer.file); // ['config/default.toml']
   * ```
   */
  get layers(): LayerInfo[] {
    return this.#describe('layers', LAYERS) as LayerInfo[];
  }

  /**
   * What the load found worth telling, such as `type-conflict` or `unset-variable`. Made anew at each call.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * for (const { code, message } of config.warnings) console.warn(code, message);
   * ```
   */
  get warnings(): Warning[] {
    return this.#describe('warnings', WARNINGS) as Warning[];
  }

  /**
   * How the configuration is doing: what is watched and how, the last reload, the last error. Made anew at each call.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * config.status; // { version: 1, profiles: [], watching: [], … }
   * ```
   */
  get status(): Status {
    return toStatus(this.#describe('status', STATUS) as StatusReport);
  }

  /**
   * A text that `SuperConfig.attach` takes in any thread of this process.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * SuperConfig.attach(config.token).version; // 1
   * ```
   */
  get token(): string {
    return this.#describe('token', TOKEN) as string;
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
    return (this.#describe('name', NAME) as string | null) ?? undefined;
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
    return reload(this.#state, false, SuperConfig.prototype.reload);
  }

  /**
   * Loads everything again, on this thread. Where no file changed it costs a look at each.
   *
   * @throws What a load throws, and `ERR_SUPERCONFIG_CLOSED` after closing. The last good version stays.
   * @example
   * ```ts
   * config.reloadSync(); // { version: 1, changed: [] }
   * ```
   */
  reloadSync(): ReloadResult {
    return reloadSync(this.#state, SuperConfig.prototype.reloadSync);
  }

  /**
   * Calls a listener for each new version (`change`), or for each reload that fails (`error`), whoever reloads: the watcher, this
   * thread or another. Listeners of this thread's own reloads are called before it returns. One that throws, or rejects, stops no
   * other; what it threw becomes a process warning. A failure in the background that nobody listens for becomes one too.
   *
   * Listening keeps the configuration open, and no process alive.
   *
   * @returns The way to remove the listener. Closing removes it too.
   * @throws `ERR_SUPERCONFIG_OPTION` for another event or what is not a function, `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * const off = config.on('change', ({ version, changed }) => console.log(version, changed));
   * config.on('error', (error) => console.error(error.message));
   * off();
   * ```
   */
  on<E extends keyof EventMap<T>>(event: E, listener: Listener<EventMap<T>[E]>): () => void {
    const frame = SuperConfig.prototype.on;
    assertOpen(this.#state, frame);
    return guard(frame, () => {
      const events = eventsOf(this.#state);
      if (event === 'change') return events.onChange<T>(listenerOf(listener));
      if (event === 'error') return events.onError(listenerOf(listener));
      throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `there is no event '${String(event)}'`, { hint: "the events are 'change' and 'error'" });
    });
  }

  /**
   * New versions as they come, from this call on; with a path those in which something at or below it differs, and only such paths.
   * Whoever is slow gets the newest version, with all paths that changed since the last one that was taken. Ends when the
   * configuration is closed or the signal aborts.
   *
   * @throws `ERR_SUPERCONFIG_PATH` for a malformed path, `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * for await (const change of config.changes({ path: 'db', signal })) await reconnect(change.current.db);
   * ```
   */
  changes(options: ChangesOptions<T> = {}): AsyncIterableIterator<ConfigChange<T>, undefined> {
    const frame = SuperConfig.prototype.changes;
    guard(frame, () => checkNames(options, ['path', 'signal'], 'the options of `changes`'));
    const { path, signal } = options;
    const state = this.#synced(frame);
    return guard(frame, () => {
      // Finds out about a malformed path now, not when something changes.
      if (path !== undefined) lookUp(state, path as LoosePath, frame);
      return eventsOf(state).changes<T>(path === undefined ? undefined : toNativePath(path as LoosePath), signalOf(signal));
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
    return toJsonValue(this.#redacted(SuperConfig.prototype.toJSON));
  }

  /**
   * The whole as text, with secrets redacted unless `secrets` is set. Parsing the text gives the same values again, but that JSON
   * says `null` for infinities and NaN, and dotenv knows only text: `server.port` is `SERVER__PORT`, arrays are JSON.
   *
   * @throws `ERR_SUPERCONFIG_OPTION` for an unknown format, `ERR_SUPERCONFIG_FORMAT` with the path for what the format cannot say,
   * such as `null` in TOML, `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * writeFileSync('effective.toml', config.toString({ format: 'toml', secrets: true }));
   * ```
   */
  toString(options: ToStringOptions = {}): string {
    const [format, secrets] = guard(SuperConfig.prototype.toString, () => {
      checkNames(options, ['format', 'secrets'], 'the options of `toString`');
      return [text(options.format ?? 'json', 'a format'), flag(options.secrets ?? false, 'secrets')] as const;
    });
    return this.#render(format, secrets, SuperConfig.prototype.toString);
  }

  /**
   * Lets go of the configuration: every read, handle and reload of it fails from then on, and its iterators end. Safe to repeat.
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
    closeState(this.#state);
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
    if (this.#state.closed) return 'SuperConfig (closed)';
    if (inspect === undefined) return `SuperConfig ${JSON.stringify(this)}`;
    return `SuperConfig ${inspect(toValue(this.#redacted(SuperConfig.prototype.toJSON), false), options)}`;
  }

  #refresh(): DeepReadonly<T> {
    const state = this.#state;
    const tree = readTree(state, CURRENT) as DeepReadonly<T>;
    this.#tree = tree;
    this.#seen = state.seen;
    return tree;
  }

  #synced(frame: Frame): State {
    const state = this.#state;
    if (state.word[0] !== state.seen) sync(state, frame);
    return state;
  }

  #describe(what: Described, frame: Frame): unknown {
    const state = this.#synced(frame);
    return guard(frame, () => JSON.parse(native().describe(state.attachment, what)));
  }

  #redacted(frame: Frame): NativeValue {
    const state = this.#synced(frame);
    return guard(frame, () => native().redacted(state.attachment));
  }

  #render(format: string, secrets: boolean, frame: Frame): string {
    const state = this.#synced(frame);
    return guard(frame, () => native().render(state.attachment, format, secrets));
  }
}

function getter(name: keyof SuperConfig): Frame {
  return Object.getOwnPropertyDescriptor(SuperConfig.prototype, name)?.get as Frame;
}
const GET: Frame = SuperConfig.prototype.get;
const CURRENT = getter('current');
const VERSION = getter('version');
const LAYERS = getter('layers');
const WARNINGS = getter('warnings');
const STATUS = getter('status');
const TOKEN = getter('token');
const NAME = getter('name');
