// The options of the builder, of `loadConfig`, and of the methods of a configuration.
import type { StandardSchema } from '../../schema/standard-schema.js';
import type { Format, Source } from '../sources.js';
import type { Path } from '../typed-path.js';

/**
 * The surroundings of a configuration: directories, environment and flags; each defaults to that of the process.
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
  /** A prefix of the system's directories, for tests. */
  root?: string | undefined;
}

/**
 * The way an array merges with the one of the layers below: `replace` it, `append` or `prepend` to it, append only elements that it lacks
 * (`unique`), or merge the tables that have the same value at a key.
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
      /** The key that identifies a table. */
      by: string;
    };

/**
 * Limits on the size of documents.
 *
 * @example
 * ```ts
 * const limits: Limits = { depth: 16, documentBytes: 1_000_000 };
 * SuperConfig.builder().dir('config').limits(limits).loadSync();
 * ```
 */
export interface Limits {
  /** Levels of nesting; 128 by default, at most 512. */
  depth?: number;
  /** Bytes of one document; 64 MiB by default. */
  documentBytes?: number;
  /**
   * Nodes that one YAML document, and all expansions of one load, may produce; of an array that a layer goes through once more 16 elements
   * count as one. A million by default.
   */
  aliasNodes?: number;
  /** Bytes of text that all expansions of one load may produce together, beyond what is written; 64 MiB by default. */
  expandedBytes?: number;
}

/**
 * Options of watching files.
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
  /** Milliseconds after which files that keep changing are read all the same; 500 by default. */
  maxWaitMs?: number;
  /** Milliseconds between polls, for file systems without notifications such as network mounts; 0, off, by default. */
  poll?: number;
}

/**
 * Options of `name`.
 *
 * @example
 * ```ts
 * const options: NameOptions = { replace: true };
 * const config = SuperConfig.builder().dir('config').name('main', options).loadSync();
 * SuperConfig.attach('main').get('server.port'); // 8080
 * config.close();
 * ```
 */
export interface NameOptions {
  /** Whether the name is taken over from an open configuration that has it. */
  replace?: boolean;
}

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
  /** The strategies of arrays, by path pattern. */
  arrays?: Readonly<Record<string, ArrayStrategy>>;
  /** Whether `${…}` references are resolved. */
  interpolate?: boolean;
  /** Patterns of paths whose values are never shown. */
  secrets?: readonly string[];
  /** The key of `status.secretsFingerprint`, for replicas that are to be compared. */
  fingerprintKey?: string;
  /** The Standard Schema that checks each version; readers see what it returns. */
  schema?: StandardSchema;
  /** Limits on the size of documents. */
  limits?: Limits;
  /** Whether, and how, files are watched. */
  watch?: WatchOptions | boolean;
  /** The name for `SuperConfig.attach`, or the name and its options. */
  name?: string | readonly [name: string, options: NameOptions];
}

/**
 * Options of `changes`.
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
 * Options of `toString`.
 *
 * @example
 * ```ts
 * const options: ToStringOptions = { format: 'dotenv' };
 * config.toString(options).includes('SERVER__PORT=8080'); // true
 * ```
 */
export interface ToStringOptions {
  /** The format of the text; JSON by default. INI is only read. */
  format?: Format;
  /** Whether secrets are shown. */
  secrets?: boolean;
  /** Whether JSON and its kin are written over several lines. */
  indent?: boolean;
  /** Whether a comment above each value says where it comes from and what it overrides; JSON has no comments. */
  origins?: boolean;
  /** Whether what is as in the layers of `defaults`, and what only the schema gives, is left out. */
  changed?: boolean;
  /** Whether escapes stand for what is not ASCII; dotenv has none, and keeps its values. */
  ascii?: boolean;
}
