import { guard } from './errors.js';
import { optionsOf, text, texts } from './options.js';
import { checkDocument } from './surrogates.js';
import { encode } from './values.js';

/** A format's name. */
export type Format = 'json' | 'jsonc' | 'json5' | 'toml' | 'yaml' | 'dotenv' | 'ini';

/** `strict` makes a file that others can write an error. */
export type Trust = 'strict' | 'warn';

/** One source of a configuration, made by `file`, `env` and the other helpers. */
export interface Source {
  /** The kind of the source. */
  readonly kind: 'defaults' | 'overrides' | 'file' | 'glob' | 'dir' | 'discover' | 'text' | 'dotenv' | 'env' | 'args' | 'custom';
  /** What the source is made of, as it crosses to the addon. */
  readonly [option: string]: unknown;
}

/** What every source that is a layer takes. */
export interface SourceOptions {
  /** Only fill what the layers below leave open; a `null` there stays. */
  join?: boolean;
  /** `false` makes `_add` and `_remove` keys ordinary. */
  directives?: boolean;
}

/** Options of values given in code. */
export interface ValueOptions extends SourceOptions {
  /** The layer's name in `explain`; `defaults` or `overrides` otherwise. */
  name?: string;
}

/** Options of `file`. */
export interface FileOptions extends SourceOptions {
  /** A file that is not there is skipped. */
  optional?: boolean;
  /** The format, where the extension does not tell. */
  format?: Format;
  /** `nested`: the file's top-level tables are profiles. */
  profiles?: 'nested';
  /** Whether a file that others can write is an error. */
  trust?: Trust;
}

/** Options of `glob`. */
export interface GlobOptions extends SourceOptions {
  /** The format of all the files, where their extensions do not tell. */
  format?: Format;
  /** Whether a file that others can write is an error. */
  trust?: Trust;
}

/** Options of `dir`. */
export interface DirOptions extends SourceOptions {
  /** A directory that is not there is skipped. */
  optional?: boolean;
  /** Whether a file that others can write is an error. */
  trust?: Trust;
}

/** Options of `discover`. */
export interface DiscoverOptions extends SourceOptions {
  /** Whether a file that others can write is an error; a warning otherwise. */
  trust?: Trust;
}

/** Options of `text`. */
export interface TextOptions extends SourceOptions {
  /** The format; told from the content otherwise. */
  format?: Format;
  /** The layer's name in `explain` and in errors; `text` otherwise. */
  name?: string;
}

/** Options of `env`. */
export interface EnvOptions extends SourceOptions {
  /** Splits a name into segments; `__` by default. */
  separator?: string;
  /** Variables read by name: path to variable. */
  mapping?: Readonly<Record<string, string>>;
  /** Whether `NAME_FILE` names a file to read the value from. */
  fileSuffix?: boolean;
}

function values(kind: 'defaults' | 'overrides', value: unknown, options: ValueOptions | undefined): Source {
  return { ...optionsOf(options, kind), kind, ...encode(value, kind) };
}

/** Values given in code, to stand below the others. They are copied now. */
export function defaults(value: object, options?: ValueOptions): Source {
  return guard(defaults, () => values('defaults', value, options));
}

/** Values given in code, to stand above the others. They are copied now. */
export function overrides(value: object, options?: ValueOptions): Source {
  return guard(overrides, () => values('overrides', value, options));
}

/** One file; `{profile}` in its path stands for each profile in turn. */
export function file(path: string, options?: FileOptions): Source {
  return guard(file, () => ({ ...optionsOf(options, 'file'), kind: 'file', path: text(path, "a file's path") }));
}

/** The files that match a pattern, sorted by path; none is fine. */
export function glob(pattern: string, options?: GlobOptions): Source {
  return guard(glob, () => ({ ...optionsOf(options, 'glob'), kind: 'glob', pattern: text(pattern, 'a pattern') }));
}

/** A directory with `default`, each profile, `local` and each profile's local file. */
export function dir(path: string, options?: DirOptions): Source {
  return guard(dir, () => ({ ...optionsOf(options, 'dir'), kind: 'dir', path: text(path, "a directory's path") }));
}

/**
 * The files of an application that the system, the user and the project have, the project's on top; none need be there.
 * `config.layers` tells where it looked. Files that others could have written warn `insecure-permissions`.
 */
export function discover(name: string, options?: DiscoverOptions): Source {
  return guard(discover, () => ({ ...optionsOf(options, 'discover'), kind: 'discover', name: text(name, "an application's name") }));
}

/** A document given as text. @throws `ERR_SUPERCONFIG_PARSE` for half of a surrogate pair in it. */
export function textSource(content: string, options?: TextOptions): Source {
  if (typeof content === 'string') checkDocument(content, options?.name ?? 'text', textSource);
  return guard(textSource, () => ({ ...optionsOf(options, 'text'), kind: 'text', text: text(content, 'a document') }));
}

/** `.env` files; they supply variables to `env`. */
export function dotenv(): Source {
  return { kind: 'dotenv' };
}

/** Environment variables: with a prefix those named so, without one those whose path is known below. */
export function env(prefix?: string, options?: EnvOptions): Source {
  return guard(env, () => ({ ...optionsOf(options, 'env'), kind: 'env', ...(prefix === undefined ? {} : { prefix: text(prefix, 'a prefix') }) }));
}

/** Flags as `--server.port=9000` and `--set server.port=9000`; by default those that the process was started with. */
export function args(argv?: readonly string[], options?: SourceOptions): Source {
  return guard(args, () => ({ ...optionsOf(options, 'args'), kind: 'args', ...(argv !== undefined && { argv: texts(argv, 'flags') }) }));
}
