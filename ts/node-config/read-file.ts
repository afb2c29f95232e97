// Reading one file of a tree: data by the engine, programs by the runtime.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { type Format, isSuperConfigError, parse, SuperConfigError } from '../index.js';
import { defer, raw } from './deferred.js';
import * as values from './merge.js';

/** The engine's format for each extension; `.json` may have comments, as node-config reads it. */
export const DATA: Readonly<Record<string, Format>> = { json: 'json5', jsonc: 'json5', json5: 'json5', toml: 'toml', yaml: 'yaml', yml: 'yaml' };
const PROGRAMS = ['js', 'cjs', 'mjs', 'ts'];
/** The formats that are not read. */
const OTHERS = ['hjson', 'cson', 'xml', 'properties', 'coffee', 'iced'];
/** How a file begins that git-crypt has locked. */
const LOCKED = /^.GITCRYPT/;
/** How TOML writes a date with a time and an offset. */
const DATE_TIME = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)$/;

/** A source of values, as `getConfigSources` lists it. */
export interface ConfigSource {
  /** The file, or `$NODE_CONFIG`. */
  name: string;
  /** Its values. */
  parsed: unknown;
  /** Its text. */
  original?: string;
}

/** The extension of a file, without the dot. */
export function extensionOf(file: string): string {
  return extname(file).slice(1);
}

/** Whether a file is a program. */
export function isProgram(file: string): boolean {
  return PROGRAMS.includes(extensionOf(file));
}

/**
 * The values of a text in a format by its extension; numbers are numbers whatever their size, and dates of TOML are dates.
 *
 * @throws `ERR_SUPERCONFIG_PARSE`, with the file, line and column; `ERR_SUPERCONFIG_FORMAT` for a format that is not read.
 */
export function parseText(content: string, extension: string, file?: string): unknown {
  const origin = { kind: 'file', ...(file !== undefined && { source: file, file }) };
  if (extension === 'boolean') return content === 'true';
  if (extension === 'number') return Number.isNaN(Number(content)) ? undefined : Number(content);
  const format = Object.hasOwn(DATA, extension) ? DATA[extension] : undefined;
  if (format === undefined) {
    if (!OTHERS.includes(extension)) return undefined;
    throw new SuperConfigError(
      'ERR_SUPERCONFIG_FORMAT',
      `${file === undefined ? '' : `${file}: `}\`${extension}\` is a format that superconfig/node-config does not read`,
      {
        origin,
        hint: 'it reads json, jsonc, json5, toml, yaml, js, cjs, mjs and ts: convert it once, to `.json5` for one',
      },
    );
  }
  try {
    const parsed = asNumbers(parse(content, format));
    return format === 'toml' ? withDates(parsed, content) : parsed;
  } catch (thrown) {
    if (!isSuperConfigError(thrown)) throw thrown;
    const { code, message, path, hint, snippet, origin: at } = thrown;
    const details = { ...(path !== undefined && { path }), ...(hint !== undefined && { hint }), ...(snippet !== undefined && { snippet }) };
    const where = file === undefined ? '' : `Cannot parse config file: '${file}': `;
    throw new SuperConfigError(code, `${where}${message}`, { ...details, origin: { ...at, ...origin }, cause: thrown });
  }
}

/** Reads a file; nothing where it is not there, or locked and to be skipped. */
export function readFile(file: string, isLockedError: boolean): { parsed: unknown; original: string } | undefined {
  let original: string;
  try {
    original = readFileSync(file, 'utf8').replace(/^\ufeff/, '');
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    const origin = { kind: 'file', source: file, file };
    throw new SuperConfigError('ERR_SUPERCONFIG_IO', `Config file ${file} cannot be read. Error code is: ${code}. Error message is: ${message}`, {
      origin,
      cause: thrown,
    });
  }
  if (LOCKED.test(original)) {
    if (!isLockedError) {
      console.error(`WARNING: ${file} is a git-crypt file and CONFIG_SKIP_GITCRYPT is set. skipping.`);
      return undefined;
    }
    console.error(`ERROR: ${file} is a git-crypt file and CONFIG_SKIP_GITCRYPT is not set.`);
  }
  const read = isProgram(file) ? runProgram(file) : parseText(original, extensionOf(file), file);
  const parsed = typeof read === 'function' ? read({ defer, raw, util: values }) : read;
  return { parsed, original };
}

/** What a program exports; CommonJS is run anew each time. */
function runProgram(file: string): unknown {
  const require = createRequire(join(process.cwd(), 'package.json'));
  try {
    delete require.cache[require.resolve(file)];
    const exported = require(file);
    const isDefault = file.endsWith('.ts') ? exported?.default : exported?.__esModule && typeof exported.default === 'object' && exported.default !== null;
    return isDefault ? exported.default : exported;
  } catch (thrown) {
    const { code, message } = Object(thrown) as Partial<NodeJS.ErrnoException>;
    const origin = { kind: 'file', source: file, file };
    if (file.endsWith('.ts') && ['ERR_UNKNOWN_FILE_EXTENSION', 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING'].includes(code ?? '')) {
      throw new SuperConfigError('ERR_SUPERCONFIG_FORMAT', `${file}: this runtime takes no TypeScript`, {
        origin,
        hint: 'use Node 22.18 or newer, or a loader such as tsx or ts-node, or write the file in JavaScript',
        cause: thrown,
      });
    }
    if (isSuperConfigError(thrown)) throw thrown;
    throw new SuperConfigError('ERR_SUPERCONFIG_SOURCE', `Cannot parse config file: '${file}': ${message ?? thrown}`, { origin, cause: thrown });
  }
}

/** The values of a text of JSON, with numbers whatever their size. @throws `ERR_SUPERCONFIG_PARSE`, and `ERR_SUPERCONFIG_LIMIT` for what nests too deeply. */
export function parseJson(content: string): unknown {
  return asNumbers(parse(content, 'json'));
}

/** The same values with numbers in place of what is too large for one to be exact. */
function asNumbers(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  for (const key of Object.keys(value)) {
    const element = (value as values.Values)[key];
    if (typeof element === 'bigint' || typeof element === 'object') (value as values.Values)[key] = asNumbers(element);
  }
  return value;
}

/** Texts and comments of TOML: what is in quotes is no date. */
const QUOTED = /"""(?:[^"\\]+|\\[\s\S]|"{1,2}(?!"))*"{3,5}|'''(?:[^']+|'{1,2}(?!'))*'{3,5}|"(?:[^"\\\n]+|\\.)*"|'[^'\n]*'|#[^\n]*/g;
/** Begins each text in quotes, so that it is told from a date. */
const MARK = '\ue000';

/** The same values with dates where the text has dates with a time and an offset, and no quotes around them. Costs a second parse. */
function withDates(parsed: unknown, content: string): unknown {
  if (!hasDates(parsed)) return parsed;
  const marked = content.replace(QUOTED, (token) => {
    if (token.startsWith('#')) return token;
    const [quotes = ''] = token.match(/^("""|''')\r?\n|^("""|'''|["'])/) ?? [];
    return quotes + MARK + token.slice(quotes.length);
  });
  const unmarked = (text: string) => (text.startsWith(MARK) ? text.slice(MARK.length) : text);
  const visit = (value: unknown): unknown => {
    if (typeof value === 'string') return DATE_TIME.test(value) ? new Date(value) : unmarked(value);
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, element]) => [unmarked(key), visit(element)]));
  };
  return visit(asNumbers(parse(marked, 'toml')));
}

function hasDates(value: unknown): boolean {
  if (typeof value === 'string') return DATE_TIME.test(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasDates);
}
