// `config.util`: what programs call of node-config's, and what this package adds.
import {
  type Explanation,
  type LoadOptions,
  type LoosePath,
  loadConfigSync,
  type ReloadResult,
  type SuperConfig,
  SuperConfigError,
  type WatchOptions,
} from '../index.js';
import { changedPaths } from './changes.js';
import { definitionOf } from './definition.js';
import { makeImmutable, makeImmutablePartial } from './freeze.js';
import { checkStrictness, Load, substitute } from './load.js';
import type { Values } from './merge.js';
import * as merging from './merge.js';
import { optionsOf, Parameters, type TreeOptions } from './parameters.js';
import { type ConfigSource, parseText } from './read-file.js';

/** The methods of the configuration and of each table in it. */
interface Readers {
  /**
   * The value at a path; the first call freezes the configuration.
   *
   * @throws `ERR_SUPERCONFIG_PATH` where nothing is there.
   * @example
   * ```ts
   * import config from 'superconfig/node-config';
   *
   * config.get('server.port'); // 8080
   * ```
   */
  // biome-ignore lint/suspicious/noExplicitAny: nobody has declared what is there.
  get<T = any>(path: string | readonly string[]): T;
  /**
   * Whether something is at a path.
   *
   * @example
   * ```ts
   * import config from 'superconfig/node-config';
   *
   * config.has('server.protocol'); // false
   * ```
   */
  has(path: string | readonly string[]): boolean;
  /** The functions of `config.util`. */
  readonly util: ConfigUtil;
}

/**
 * The configuration: its values as properties, and the methods.
 *
 * @example
 * ```ts
 * import config, { type NodeConfig } from 'superconfig/node-config';
 *
 * const portOf = ({ server }: NodeConfig) => server.port;
 * portOf(config); // 8080
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: nobody has declared what is there.
export type NodeConfig = Readers & Record<string, any>;

/** What shows the values, and changes to another version of them. */
export interface Shown {
  readonly load: Load;
  readonly root: Values;
  readonly view: NodeConfig;
  replace(load: Load): void;
  clone(): { util: ConfigUtil; view: NodeConfig };
  setModuleDefaults(name: string, given: object): Values;
  attach<T extends Values>(table: T, depth?: number): T;
}

/** A listener for new versions of the values. */
type ChangeListener = (change: ReloadResult) => void;

/** The functions of `config.util`. */
export class ConfigUtil {
  readonly #owner: Shown;
  #live: SuperConfig | undefined;
  #version = 1;
  readonly #listeners = new Set<ChangeListener>();

  constructor(owner: Shown) {
    this.#owner = owner;
  }

  // Of node-config.

  /** A copy of the configuration, or of a part of it, as JSON has it. */
  toObject(part: unknown = this.#owner.root): unknown {
    return merging.toObject(part);
  }

  /** The result of the lookup of a variable or flag, e.g. `NODE_ENV` or `CONFIG_DIR`. */
  getEnv(name: string): unknown {
    return this.#owner.load.parameters.found(name);
  }

  /** The sources in their order: name, values and text. */
  getConfigSources(): ConfigSource[] {
    return [...this.#owner.load.sources];
  }

  /** Puts defaults of a module below what is said of it; returns its table. @throws `ERR_SUPERCONFIG_OPTION` after the first `get`. */
  setModuleDefaults(name: string, defaults: object): Values {
    return this.#owner.setModuleDefaults(name, defaults);
  }

  /** Another configuration with defaults of a module; this one stays as it is. */
  withModuleDefaults(name: string, defaults: object): NodeConfig {
    const { util, view } = this.#owner.clone();
    util.setModuleDefaults(name, defaults);
    return view;
  }

  /** The plain values of a folder, or of this configuration's own folders read again. */
  loadFileConfigs(configDir?: string, options: Partial<TreeOptions> = {}): Values {
    const own = { ...this.#owner.load.options, ...(configDir !== undefined && { configDir }), ...options };
    const load = new Load(own);
    return configDir ? load.scan() : load.scanAll().config;
  }

  /** Makes an object immutable, or some of its keys; the configuration without one. */
  makeImmutable<T extends object = Values>(object?: T, keys?: string | readonly string[], value?: unknown): T | Values {
    if (object !== undefined && keys !== undefined) return makeImmutablePartial(object, keys, value);
    return makeImmutable(object ?? this.#owner.root);
  }

  /** Gives a table `get`, `has` and `util` as hidden properties. */
  attachProtoDeep<T extends Values>(table: T, depth?: number): T {
    return this.#owner.attach(table, depth);
  }

  /** Says where `NODE_ENV` or `NODE_APP_INSTANCE` has no file; an error in strict mode. */
  runStrictnessChecks(): void {
    checkStrictness(this.#owner.load);
  }

  /** The value of a flag, else of a variable, else the default. */
  initParam(name: string, fallback?: string): string | undefined {
    return this.#owner.load.parameters.get(name, fallback);
  }

  /** The value of a flag `--NAME=value`; `false` where it is not given. */
  getCmdLineArg(name: string): string | false {
    return this.#owner.load.parameters.flag(name) ?? false;
  }

  /** The values of a text in a format, named as its extension. */
  parseString(content: string, format: string): unknown {
    return parseText(content, format);
  }

  /** The values of the variables that a mapping names. */
  substituteDeep(mapping: object, variables: Readonly<Record<string, string | undefined>>): Values {
    return substitute(mapping, variables);
  }

  /** Replaces promises in a configuration by what they settle to; to be awaited before the first `get`. */
  resolveAsyncConfigs(config: object = this.#owner.root): Promise<void> {
    return merging.resolveAsync(config === this.#owner.view ? this.#owner.root : config);
  }

  /** Without comments and blank lines. */
  stripYamlComments(text: string): string {
    return text.replace(/^\s*#.*/gm, '').replace(/^\s*[\n|\r]+/gm, '');
  }

  readonly makeImmutablePartial = makeImmutablePartial;
  readonly cloneDeep = merging.cloneDeep;
  readonly extendDeep = merging.extendDeep;
  readonly equalsDeep = merging.equalsDeep;
  readonly makeHidden = merging.makeHidden;
  readonly getPath = merging.getPath;
  readonly setPath = merging.setPath;
  readonly isObject = merging.isObject;

  // Of this package.

  /** Explains a value: each file, variable and flag that speaks of it, with line and column, and which one wins; secrets are redacted. */
  explain(path: LoosePath = ''): Explanation {
    return this.live.explain(path);
  }

  /** The same files, variables and flags as options of `loadConfig`, e.g. for a definition file of the command line. */
  definition(): LoadOptions {
    return definitionOf(this.#owner.load);
  }

  /** The same layers as a configuration of this package, loaded when it is first used. Its `token` opens it in worker threads. */
  get live(): SuperConfig {
    this.#live ??= loadConfigSync(this.definition());
    return this.#live;
  }

  /** Reads everything again, and shows it in place of what the first `get` froze. @throws What reading throws; then nothing changes. */
  reload(): ReloadResult {
    const { load } = this.#owner;
    const next = new Load(optionsOf(new Parameters())).scanAll();
    for (const [name, defaults] of Object.entries(load.moduleDefaults ?? {})) next.setModuleDefaults(name, defaults);
    const changed = changedPaths(load.config, next.config);
    if (changed.length > 0) {
      this.#version += 1;
      this.#owner.replace(next);
    }
    // What explains the values is to know them too.
    this.#live?.reloadSync();
    const result = { version: this.#version, changed };
    if (changed.length > 0) for (const listener of [...this.#listeners]) listener(result);
    return result;
  }

  /** Reloads when a file of the tree changes. A reload that fails keeps the last good values and is a process warning. Returns what ends it. */
  watch(options: WatchOptions = {}): () => void {
    const watched = loadConfigSync({ ...this.definition(), watch: options });
    const failed = (error: unknown) => process.emitWarning(`a reload failed, the last good configuration stays in use: ${(error as Error).message}`);
    watched.on('error', failed);
    watched.on('change', () => {
      try {
        this.reload();
      } catch (error) {
        failed(error);
      }
    });
    return () => watched.close();
  }

  /** Calls a listener after each reload that changes something. Returns what removes it. @throws `ERR_SUPERCONFIG_OPTION` for another event. */
  on(event: 'change', listener: ChangeListener): () => void {
    if (event !== 'change') throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `there is no event '${String(event)}'`, { hint: "there is 'change'" });
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
