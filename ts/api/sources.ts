// The helpers that make sources, which are the builder's verbs as well.
import { encode, optionsOf } from '../engine/codec.js';
import { guard } from '../engine/native-error.js';
import type { SourceEntry } from '../engine/protocol.js';
import { checkDocument } from '../internal/unicode.js';
import { optionError, stringOf, stringsOf } from '../internal/validate.js';

/**
 * A format's name.
 *
 * @example
 * ```ts
 * const format: Format = 'yaml';
 * parse('port: 8080', format); // { port: 8080 }
 * ```
 */
export type Format = 'json' | 'jsonc' | 'json5' | 'toml' | 'yaml' | 'dotenv' | 'ini';

/**
 * The answer to a file that others can write or another user, not root, owns: `warn` gives the warning `insecure-permissions`,
 * `strict` makes it `ERR_SUPERCONFIG_TRUST`, also for links and directories on its way, `.env` files and files that values name.
 *
 * @example
 * ```ts
 * const trust: Trust = 'strict';
 * loadConfigSync({ sources: [dir('config', { trust })] }).get('server.port'); // 8080
 * ```
 */
export type Trust = 'strict' | 'warn';

/**
 * One source of a configuration, made by `file`, `env` and the other helpers.
 *
 * @example
 * ```ts
 * const sources: Source[] = [file('app.toml'), env('APP')];
 * loadConfigSync({ sources }).get('server.port'); // 8081
 * ```
 */
export interface Source extends SourceEntry {
  /** The kind of the source. */
  readonly kind: 'defaults' | 'overrides' | 'file' | 'glob' | 'dir' | 'discover' | 'text' | 'dotenv' | 'env' | 'args' | 'derive' | 'custom';
}

/**
 * The options of every source that is a layer.
 *
 * @example
 * ```ts
 * const options: SourceOptions = { join: true };
 * loadConfigSync({ sources: [file('app.toml'), defaults({ server: { port: 80, host: '::1' } }, options)] }).get('server'); // { port: 8081, host: '::1' }
 * ```
 */
export interface SourceOptions {
  /** Only fill what the layers below leave open; a `null` there stays. */
  join?: boolean;
  /** `false` makes `_add` and `_remove` keys ordinary. */
  directives?: boolean;
}

/**
 * Options of values given in code.
 *
 * @example
 * ```ts
 * const options: ValueOptions = { name: 'built in' };
 * loadConfigSync({ sources: [defaults({ port: 80 }, options)] }).explain('port').winner?.name; // 'built in'
 * ```
 */
export interface ValueOptions extends SourceOptions {
  /** The layer's name in `explain`; `defaults` or `overrides` otherwise. */
  name?: string;
}

/**
 * Options of `file`.
 *
 * @example
 * ```ts
 * const options: FileOptions = { optional: true, format: 'yaml', trust: 'strict' };
 * loadConfigSync({ sources: [file('local.conf', options)] }).current; // {}
 * ```
 */
export interface FileOptions extends SourceOptions {
  /** A file that is not there is skipped. */
  optional?: boolean;
  /** The format, where the extension is not one of a format. */
  format?: Format;
  /** `nested`: the file's top-level tables are profiles. */
  profiles?: 'nested';
  /** Whether a file that others can write is an error. */
  trust?: Trust;
}

/**
 * Options of `glob`.
 *
 * @example
 * ```ts
 * const options: GlobOptions = { format: 'json5' };
 * loadConfigSync({ sources: [glob('conf.d/*', options)] }).get('cache.size'); // 64
 * ```
 */
export interface GlobOptions extends SourceOptions {
  /** The format of all files, where their extensions are not those of a format. */
  format?: Format;
  /** Whether a file that others can write is an error. */
  trust?: Trust;
}

/**
 * Options of `dir`.
 *
 * @example
 * ```ts
 * const options: DirOptions = { optional: true };
 * loadConfigSync({ sources: [dir('settings', options)] }).current; // {}
 * ```
 */
export interface DirOptions extends SourceOptions {
  /** A directory that is not there is skipped. */
  optional?: boolean;
  /** The format of all its files, whatever their extensions say: `json5` for `.json` with comments. */
  format?: Format;
  /** Whether a file that others can write is an error. */
  trust?: Trust;
}

/**
 * Options of `discover`.
 *
 * @example
 * ```ts
 * const options: DiscoverOptions = { trust: 'strict' };
 * loadConfigSync({ sources: [discover('myapp', options)] }).get('theme'); // 'dark'
 * ```
 */
export interface DiscoverOptions extends SourceOptions {
  /** Whether a file that others can write is an error; a warning otherwise. */
  trust?: Trust;
}

/**
 * Options of `text`.
 *
 * @example
 * ```ts
 * const options: TextOptions = { format: 'toml', name: 'inline' };
 * loadConfigSync({ sources: [text('port = 80', options)] }).explain('port').winner?.name; // 'inline'
 * ```
 */
export interface TextOptions extends SourceOptions {
  /** The format; detected from the content without it. */
  format?: Format;
  /** The layer's name in `explain` and in errors; `text` otherwise. */
  name?: string;
}

/**
 * Options of `dotenv`.
 *
 * @example
 * ```ts
 * const options: DotenvOptions = { path: ['.env.shared', '.env.{profile}'], optional: true };
 * loadConfigSync({ sources: [dotenv(options), env('APP')], profile: 'test' }).current; // {}
 * ```
 */
export interface DotenvOptions {
  /**
   * One file or several, later ones winning, in place of `.env`, `.env.local` and those of the profiles; `{profile}` in a path stands for
   * each profile in turn.
   */
  path?: string | readonly string[];
  /** Files of `path` that are not there are skipped. */
  optional?: boolean;
  /**
   * Whether the variables of all `.env` files are put into `process.env` once the configuration is loaded, for libraries that read them
   * there: each that is not set. A reload sets none, and does not take for set what was put there.
   */
  export?: boolean;
}

/**
 * Options of `env`.
 *
 * @example
 * ```ts
 * const options: EnvOptions = { separator: '.', mapping: { 'db.password': 'DATABASE_PASSWORD' } };
 * const variables = { 'APP.SERVER.PORT': '80', DATABASE_PASSWORD: 'x' };
 * loadConfigSync({ env: variables, sources: [env('APP', options)] }).current; // { server: { port: 80 }, db: { password: 'x' } }
 * ```
 */
export interface EnvOptions extends SourceOptions {
  /** Splits a name into segments; `__` by default. */
  separator?: string;
  /** Variables read by name, in addition to those with the prefix. */
  mapping?: EnvMapping;
  /** Whether `NAME_FILE` names a file to read the value from. */
  fileSuffix?: boolean;
  /** Whether text that nothing gives a type becomes a number, a boolean, `null` or JSON where it spells one; `true` by default. */
  infer?: boolean;
  /**
   * `keep`, the default: an empty variable sets text and new keys to `''` and leaves anything else alone, with the warning `empty-value`.
   * `unset`: it counts as not set.
   */
  empty?: 'keep' | 'unset';
}

/**
 * Variables by the paths that they set, as a list of paths or as a tree. A path has the name of a variable; several names, of which the
 * first that is set counts; or a name and the format of its text.
 *
 * @example
 * ```ts
 * const mapping: EnvMapping = { 'db.host': 'PGHOST', server: { port: ['APP_PORT', 'PORT'] }, features: { name: 'FEATURES', format: 'json' } };
 * const variables = { PGHOST: 'db.local', PORT: '80', FEATURES: '["search"]' };
 * loadConfigSync({ env: variables, sources: [env(false, { mapping })] }).current; // { db: { host: 'db.local' }, server: { port: 80 }, features: ['search'] }
 * ```
 */
export interface EnvMapping {
  readonly [path: string]: string | readonly string[] | FormattedVariable | EnvMapping;
}

/**
 * A variable whose text is read in one way, whatever type its path has.
 *
 * @example
 * ```ts
 * const build: FormattedVariable = { name: 'BUILD', format: 'string' };
 * loadConfigSync({ env: { BUILD: '20251101' }, sources: [env(false, { mapping: { build } })] }).get('build'); // '20251101'
 * ```
 */
export interface FormattedVariable {
  /** The variable's name. */
  readonly name: string;
  /** The format that its text is read in: as any JSON, verbatim, as a number, or as `true false 1 0 yes no on off` in any case. */
  readonly format: 'json' | 'string' | 'number' | 'boolean';
}

/** A source of a kind: what it is made of beside its options. */
function made(kind: Source['kind'], content: object, options: object | undefined): Source {
  if (options === undefined) return { kind, ...content };
  const given = optionsOf(options, kind);
  for (const part of ['kind', ...Object.keys(content)]) {
    if (Object.hasOwn(given, part)) throw optionError(`\`${part}\` is not an option of \`${kind}\``);
  }
  return { ...given, kind, ...content };
}

/**
 * Values given in code, copied now; usually the first source, below all others.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` for what is not a configuration value.
 * @example
 * ```ts
 * loadConfigSync({ sources: [defaults({ port: 80 })] }).get('port'); // 80
 * ```
 */
export function defaults(value: object, options?: ValueOptions): Source {
  return guard(defaults, () => made('defaults', { values: encode(value, 'defaults') }, options));
}

/**
 * Values given in code, copied now; they win over the sources before them.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` for what is not a configuration value.
 * @example
 * ```ts
 * loadConfigSync({ sources: [file('app.toml'), overrides({ server: { port: 80 } })] }).get('server.port'); // 80
 * ```
 */
export function overrides(value: object, options?: ValueOptions): Source {
  return guard(overrides, () => made('overrides', { values: encode(value, 'overrides') }, options));
}

/**
 * One file, relative to `cwd`; `{profile}` in its path stands for each profile in turn. The extension decides the format, else the
 * content does.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` for a path that is no string. On loading: `ERR_SUPERCONFIG_NOT_FOUND` for a missing file that is
 * not `optional`, `ERR_SUPERCONFIG_IO` for one that cannot be read, `ERR_SUPERCONFIG_PARSE` with the position, `ERR_SUPERCONFIG_FORMAT`
 * for an unknown format, `ERR_SUPERCONFIG_LIMIT`, `ERR_SUPERCONFIG_TRUST`.
 * @example
 * ```ts
 * loadConfigSync({ sources: [file('app.toml'), file('app.{profile}.toml', { optional: true })] }).get('server.port'); // 8081
 * ```
 */
export function file(path: string, options?: FileOptions): Source {
  return guard(file, () => made('file', { path: stringOf(path, "a file's path") }, options));
}

/**
 * The files that match a pattern, sorted by path; no match is fine.
 *
 * `*` stands for any part of a name, `?` for one character, `[a-z]` and `[!a-z]` for one of these or another, `{a,b}` for `a` or `b`,
 * and `**` for any number of directories; `{profile}` stands for each profile in turn. Names that begin with a dot match only where the
 * dot is written, and a special character is itself in brackets: `[*]`. Each file counts once, whatever links lead to it.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` for a pattern that is no string. On loading: `ERR_SUPERCONFIG_OPTION` for a malformed pattern, and
 * what `file` throws for each file.
 * @example
 * ```ts
 * loadConfigSync({ sources: [glob('conf.d/*.json')] }).get('cache.size'); // 64
 * ```
 */
export function glob(pattern: string, options?: GlobOptions): Source {
  return guard(glob, () => made('glob', { pattern: stringOf(pattern, 'a pattern') }, options));
}

/**
 * A directory with the files `default`, of each profile, `local` and of each profile locally, each in any format.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` for a path that is no string. On loading: `ERR_SUPERCONFIG_NOT_FOUND` for a missing directory that
 * is not `optional`, and what `file` throws for each file.
 * @example
 * ```ts
 * loadConfigSync({ sources: [dir('config')], profile: 'production' }).get('server.host'); // '0.0.0.0'
 * ```
 */
export function dir(path: string, options?: DirOptions): Source {
  return guard(dir, () => made('dir', { path: stringOf(path, "a directory's path") }, options));
}

/**
 * The files of an application in the directories of the system, the user and the project, the project's winning: `/etc/NAME/config.*`,
 * `~/.config/NAME/config.*`, `~/.NAMErc`, `package.json` (key `NAME`), `NAME.config.*` and others, each with its profiles' variants.
 * None has to exist; `config.layers` lists the paths that were searched.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` for a name that is no string. On loading: `ERR_SUPERCONFIG_OPTION` for a name that cannot be part
 * of a file name, `ERR_SUPERCONFIG_TRUST` with `trust: 'strict'` for a file that others can write or another user owns.
 * @example
 * ```ts
 * const config = loadConfigSync({ sources: [discover('myapp')] });
 * config.get('theme'); // 'dark'
 * config.layers.filter((layer) => layer.status === 'found').length; // 1
 * ```
 */
export function discover(name: string, options?: DiscoverOptions): Source {
  return guard(discover, () => made('discover', { name: stringOf(name, "an application's name") }, options));
}

/**
 * A document given as text; without a format its content decides.
 *
 * @throws `ERR_SUPERCONFIG_PARSE` for half of a surrogate pair, `ERR_SUPERCONFIG_OPTION` for what is no string. On loading:
 * `ERR_SUPERCONFIG_PARSE` with the position, `ERR_SUPERCONFIG_FORMAT`, `ERR_SUPERCONFIG_LIMIT`.
 * @example
 * ```ts
 * loadConfigSync({ sources: [text('port = 80', { format: 'toml' })] }).get('port'); // 80
 * ```
 */
export function text(content: string, options?: TextOptions): Source {
  return guard(text, () => {
    if (typeof content === 'string') checkDocument(content, options?.name ?? 'text');
    return made('text', { text: stringOf(content, 'a document') }, options);
  });
}

/**
 * The files `.env`, `.env.local`, `.env.{profile}` and `.env.{profile}.local`, or those of `path`, later ones winning, the real
 * environment above all. They are no layer themselves: `env` makes values of their variables.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` for what are no options. On loading: the same for an unknown option or one of another kind,
 * `ERR_SUPERCONFIG_NOT_FOUND` for a missing file of `path` that is not `optional`, `ERR_SUPERCONFIG_PARSE` with the position, `ERR_SUPERCONFIG_INTERPOLATION` for a cycle, `ERR_SUPERCONFIG_LIMIT`.
 * @example
 * ```ts
 * loadConfigSync({ sources: [dotenv(), env('APP')] }).get('server.port'); // 9000
 * ```
 */
export function dotenv(options?: DotenvOptions): Source {
  return guard(dotenv, () => made('dotenv', {}, options));
}

/**
 * Environment variables: with a prefix those whose names begin with it, without one those whose path is known below, with `false` those
 * of `mapping` alone. A value takes the type of the one below it, or of the schema.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` for a prefix that is neither a string nor `false`. On loading: the same for what is no mapping, `ERR_SUPERCONFIG_ENV` for what is ambiguous, contradicts
 * another variable or does not fit, all in one error.
 * @example
 * ```ts
 * loadConfigSync({ env: { APP_LOG__LEVEL: 'debug' }, sources: [dir('config'), env('APP')] }).get('log.level'); // 'debug'
 * ```
 */
export function env(prefix?: string | false, options?: EnvOptions): Source {
  const given = () => (prefix === undefined ? {} : { prefix: prefix === false ? false : stringOf(prefix, 'a prefix') });
  return guard(env, () => made('env', given(), options));
}

/**
 * Command-line flags, as `--server.port=9000` and `--set server.port=9000`; by default those of the builder's options, else of the
 * process.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` for what is not an array of strings. On loading: `ERR_SUPERCONFIG_ARGS` for what is ambiguous,
 * contradicts another flag or does not fit, all in one error.
 * @example
 * ```ts
 * loadConfigSync({ sources: [dir('config'), args(['--set', 'log.level=debug'])] }).get('log.level'); // 'debug'
 * ```
 */
export function args(argv?: readonly string[], options?: SourceOptions): Source {
  return guard(args, () => made('args', argv === undefined ? {} : { argv: stringsOf(argv, 'flags') }, options));
}
