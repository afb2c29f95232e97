// Modules of JavaScript and TypeScript that export configuration, imported by the runtime.
import { isError, type SuperConfigErrorCode } from '../internal/errors.js';
import { booleanOf, isPromiseLike, kindOf, optionError, stringOf } from '../internal/validate.js';
import { builtin } from './builtin.js';
import { optionsOf } from './codec.js';
import { type CustomSource, reasonOf, type SourceContext } from './custom-source.js';
import { ModuleError } from './module-error.js';
import { checkNames } from './option-names.js';
import type { SourceEntry } from './protocol.js';

/** The modules that this thread has imported last, by file, with the digest of their text: the runtime keeps each for good. */
const imported = new Map<string, { digest: string; exports: unknown }>();

const TYPESCRIPT = /\.(?:ts|mts|cts|tsx)$/i;

/** A source whose values are the export of a module. @throws `ERR_SUPERCONFIG_OPTION` for a bad path or option. */
export function moduleSource(path: string, options: object | undefined): SourceEntry & { readonly kind: 'custom'; readonly name: string } {
  if (stringOf(path, "a module's path") === '') throw optionError("a module's path is not empty");
  const given = optionsOf(options, 'module');
  checkNames(given, ['optional', 'export', 'join', 'directives'], 'the options of `module`');
  const { optional = false, export: name = 'default', ...others } = given as { optional?: boolean; export?: string };
  const implementation = new ConfigModule(path, booleanOf(optional, 'optional'), stringOf(name, 'an export'));
  return { ...others, kind: 'custom', name: path, file: path, implementation };
}

/** Whether a source is a module whose path differs by profile. */
export function isOfProfiles({ implementation, name }: SourceEntry): boolean {
  return implementation instanceof ConfigModule && String(name).includes('{profile}');
}

/** The source of such a module for one profile. */
export function moduleOfProfile(source: SourceEntry, profile: string): SourceEntry {
  const path = String(source.name).replaceAll('{profile}', profile);
  return { ...source, name: path, file: path, implementation: (source.implementation as ConfigModule).at(path) };
}

class ConfigModule implements CustomSource {
  readonly name: string;
  readonly #isOptional: boolean;
  readonly #export: string;

  constructor(path: string, isOptional: boolean, exported: string) {
    this.name = path;
    this.#isOptional = isOptional;
    this.#export = exported;
  }

  /** The same of another path. */
  at(path: string): ConfigModule {
    return new ConfigModule(path, this.#isOptional, this.#export);
  }

  load(context: SourceContext): object | Promise<object> {
    const { resolve } = builtin('node:path');
    const path = this.name.replace(/^~(?=$|[\\/])/, context.home ?? '~');
    const file = resolve(context.cwd, path);
    const digest = this.#digestOf(file);
    if (digest === undefined) return {};
    const exports = this.#import(file, digest);
    if (!isPromiseLike(exports)) return this.#valueOf(exports, context);
    const failed = (thrown: unknown) => this.#fail(thrown);
    return Promise.resolve(exports).then((exports) => this.#valueOf(exports, context), failed);
  }

  /** The digest of the module's text, or nothing where there is none and need not be. */
  #digestOf(file: string): string | undefined {
    const { createHash } = builtin('node:crypto');
    try {
      return createHash('sha256').update(readRegularFile(file)).digest('hex').slice(0, 16);
    } catch (thrown) {
      const isMissing = ['ENOENT', 'ENOTDIR'].includes((thrown as { code?: string }).code ?? '');
      if (isMissing && this.#isOptional) return undefined;
      if (isMissing) throw this.#error('ERR_SUPERCONFIG_NOT_FOUND', 'there is no such module', thrown);
      throw this.#error('ERR_SUPERCONFIG_IO', 'it cannot be read', thrown);
    }
  }

  /** What a module exports, imported anew where its text has changed; a promise where the runtime cannot require it. */
  #import(file: string, digest: string): unknown {
    const { createRequire } = builtin('node:module');
    const require = createRequire(file);
    if (TYPESCRIPT.test(file) && !takesTypeScript(require)) throw this.#noTypeScript();
    const known = imported.get(file);
    if (known !== undefined) return known.digest === digest ? known.exports : this.#importModule(file, digest);
    try {
      // What is CommonJS is loaded anew each time.
      delete require.cache[require.resolve(file)];
      const exports: unknown = require(file);
      if (isNamespace(exports)) imported.set(file, { digest, exports });
      return exports;
    } catch (thrown) {
      const code = isError(thrown) ? (thrown as { code?: unknown }).code : undefined;
      if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && TYPESCRIPT.test(file)) throw this.#noTypeScript();
      // What holds `await`, and on older runtimes every module, can only be imported.
      if (code !== 'ERR_REQUIRE_ASYNC_MODULE' && code !== 'ERR_REQUIRE_ESM') return this.#fail(thrown);
      // It is awaited each time, so that whether `loadSync` takes it does not depend on what was loaded before.
      return this.#importModule(file, digest, (exports) => Promise.resolve(exports));
    }
  }

  /** Imports under an address that no other text of the file has had. */
  async #importModule(file: string, digest: string, kept: (exports: unknown) => unknown = (exports) => exports): Promise<unknown> {
    const { pathToFileURL } = builtin('node:url');
    const address = pathToFileURL(file);
    address.searchParams.set('superconfig', digest);
    const exports: unknown = await import(/* webpackIgnore: true */ /* @vite-ignore */ address.href);
    imported.set(file, { digest, exports: kept(exports) });
    return exports;
  }

  #valueOf(exports: unknown, context: SourceContext): object | Promise<object> {
    const value = exportOf(exports, this.#export);
    if (value === undefined) {
      const names = Object.keys((exports ?? {}) as object);
      const hint = names.length === 0 ? 'it exports nothing' : `it exports ${names.join(', ')}`;
      throw this.#error('ERR_SUPERCONFIG_SOURCE', `it has no export \`${this.#export}\``, undefined, hint);
    }
    if (typeof value === 'function') {
      try {
        const given: unknown = value(context);
        return isPromiseLike(given) ? Promise.resolve(given as Promise<object>).catch((thrown) => this.#fail(thrown)) : (given as object);
      } catch (thrown) {
        return this.#fail(thrown);
      }
    }
    if (typeof value !== 'object' || value === null) {
      throw this.#error('ERR_SUPERCONFIG_SOURCE', `its export \`${this.#export}\` is ${kindOf(value)}, not an object or a function`);
    }
    return value;
  }

  #noTypeScript(): ModuleError {
    const hint = 'use Node 22.18 or newer, Bun, Deno or a loader such as tsx, or write the module in JavaScript';
    return this.#error('ERR_SUPERCONFIG_FORMAT', 'this runtime takes no TypeScript', undefined, hint);
  }

  #fail(thrown: unknown): never {
    throw this.#error('ERR_SUPERCONFIG_SOURCE', reasonOf(thrown), thrown);
  }

  #error(code: SuperConfigErrorCode, problem: string, cause?: unknown, hint?: string): ModuleError {
    return new ModuleError(code, `${this.name}: ${problem}`, {
      origin: { kind: 'custom', source: this.name, file: this.name },
      ...(cause !== undefined && { cause }),
      ...(hint !== undefined && { hint }),
    });
  }
}

/** Reads a file. @throws For a directory, a pipe or a device, which would have to be waited for, or has no end. */
function readRegularFile(file: string): Buffer {
  const { closeSync, constants, fstatSync, openSync, readFileSync } = builtin('node:fs');
  const opened = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    if (!fstatSync(opened).isFile()) throw new Error('it is not a regular file');
    return readFileSync(opened);
  } finally {
    closeSync(opened);
  }
}

/** An export by its name. What CommonJS exports is its default, whichever way it came. */
function exportOf(exports: unknown, name: string): unknown {
  if (typeof exports !== 'object' || exports === null) return name === 'default' ? exports : undefined;
  const members = exports as Record<string, unknown>;
  const isModule = isNamespace(exports) || members.__esModule === true;
  if (name !== 'default') return members[name] ?? (isModule ? exportedBy(members.default, name) : undefined);
  if (!isModule) return exports;
  const { default: value } = members;
  return exportedBy(value, 'default') ?? value;
}

/** An export of a module of CommonJS that was translated from another one. */
function exportedBy(value: unknown, name: string): unknown {
  const isTranslated = typeof value === 'object' && value !== null && (value as { __esModule?: unknown }).__esModule === true;
  return isTranslated ? (value as Record<string, unknown>)[name] : undefined;
}

function isNamespace(exports: unknown): boolean {
  return typeof exports === 'object' && exports !== null && (exports as Record<symbol, unknown>)[Symbol.toStringTag] === 'Module';
}

/** Whether the runtime, or a loader in it, takes TypeScript. */
function takesTypeScript(require: NodeJS.Require): boolean {
  const { features, versions } = process as { features: { typescript?: unknown }; versions: { bun?: unknown; deno?: unknown } };
  // A loader such as tsx registers the extension.
  return Boolean(features.typescript || versions.bun || versions.deno || require.extensions['.ts']);
}
