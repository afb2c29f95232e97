// The environment of a load, captured on the thread that starts it.
import { unpairedSurrogate } from '../internal/unicode.js';
import { kindOf, optionError } from '../internal/validate.js';
import type { Environment, LoadRequest } from './load-request.js';
import type { SourceEntry } from './protocol.js';
import { isDecoded } from './replacement-character.js';

/** Which variables a load can need. */
interface Filter {
  /** By any name: references, custom sources and `.env` files look up what they like. */
  all: boolean;
  readonly prefixes: string[];
  /** Perhaps some of them twice: the addon takes a variable once. */
  readonly names: string[];
}

/** What Node shows for what it cannot decode; a name that it cannot decode has no value. */
const REPLACEMENT = '\ufffd';

/** The variables that tell where the directories of users are. */
const DIRECTORIES = ['XDG_CONFIG_DIRS', 'XDG_CONFIG_HOME', 'ProgramData', 'PROGRAMDATA', 'APPDATA'];

/** An environment whose names and values are text. @throws `ERR_SUPERCONFIG_OPTION` */
export function checkEnvironment(given: Environment): Environment {
  for (const [name, value] of Object.entries(given)) {
    if (unpairedSurrogate(name) >= 0 || (typeof value === 'string' && unpairedSurrogate(value) >= 0)) {
      throw optionError(`the environment's ${name} holds half of a surrogate pair`);
    }
  }
  return given;
}

/**
 * Copies of `process.env`, as it is on this thread now, what a load can need. Whoever has replaced or changed it is seen, and Node
 * locks it while a worker that shares it writes. Costs a look-up for each name; with a prefix the names of all variables too.
 *
 * Gives the text that the addon reads, each part ended by NUL: the number of variables, that of names which are left out because they are
 * not UTF-8, then name and value of each variable, then the names that are left out.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` for a variable of a replaced `process.env` that cannot be text.
 */
export function captureEnvironment(request: LoadRequest): string {
  const { env } = process;
  const names = namesOf(env, filterOf(request));
  const captured = capture(env, names, false);
  // What is nearly always missing is looked for once, in all of it.
  return captured.isWellFormed() && !captured.includes(REPLACEMENT) ? captured : capture(env, [...new Set(names)], true);
}

function capture(env: NodeJS.ProcessEnv, names: readonly string[], isChecked: boolean): string {
  let [count, skippedCount] = [0, 0];
  let [variables, skipped] = ['', ''];
  for (const name of names) {
    const value = textOf(env, name);
    if (value === undefined ? name.includes(REPLACEMENT) : isChecked && !isDecoded(name, value)) {
      skipped += `${name.toWellFormed()}\0`;
      skippedCount++;
    } else if (value !== undefined) {
      variables += `${name}\0${value}\0`;
      count++;
    }
  }
  return `${count}\0${skippedCount}\0${variables}${skipped}`;
}

function filterOf({ options, sources }: LoadRequest): Filter {
  const filter: Filter = { all: options.interpolate === true, prefixes: [], names: [] };
  if (options.profiles === undefined) filter.names.push('SUPERCONFIG_PROFILE', 'NODE_ENV');
  if (options.home === undefined && sources.some(needsHome)) filter.names.push('HOME', 'USERPROFILE');
  for (const source of sources) {
    if (source.kind === 'discover') filter.names.push(...DIRECTORIES);
    else if (source.kind === 'env') addVariables(filter, source);
    else if (source.kind === 'dotenv' || source.kind === 'custom') filter.all = true;
  }
  return filter;
}

/** Whether a source can ask for the home directory. Most files are named without it, and each look-up is a call into Node. */
function needsHome({ kind, path, pattern = path, fileSuffix, mapping }: SourceEntry): boolean {
  if (kind === 'file' || kind === 'dir' || kind === 'glob') return typeof pattern === 'string' && pattern.startsWith('~');
  // A variable can name a file.
  if (kind === 'env') return fileSuffix !== undefined || mapping !== undefined;
  return kind === 'discover' || kind === 'dotenv' || kind === 'custom';
}

/** Adds the variables of an `env` source. The addon checks its options, so they may be anything here. */
function addVariables(filter: Filter, { prefix, mapping }: SourceEntry & { prefix?: unknown; mapping?: unknown }): void {
  if (typeof prefix === 'string' && prefix !== '') filter.prefixes.push(prefix);
  else if (prefix !== false) filter.all = true;
  const mappings = new Set([mapping]);
  for (const mapped of mappings) {
    if (typeof mapped === 'string') filter.names.push(mapped, `${mapped}_FILE`);
    else if (typeof mapped === 'object' && mapped !== null) for (const part of Object.values(mapped)) mappings.add(part);
  }
}

function namesOf(env: NodeJS.ProcessEnv | undefined, { all, prefixes, names }: Filter): readonly string[] {
  if (env === undefined || env === null) return [];
  if (!all && prefixes.length === 0) return names;
  // Asking for the enumerable ones alone would look up each of them.
  const own = Object.getOwnPropertyNames(env);
  if (all) return own;
  // Most programs load once, before V8 has compiled a loop: `filter` goes through the names by itself. That a name begins otherwise, as most
  // do, its first letter tells in a fifth of the time.
  for (const prefix of prefixes) {
    const first = prefix.charCodeAt(0);
    for (const name of own.filter((name) => name.charCodeAt(0) === first && name.startsWith(prefix))) names.push(name);
  }
  return names;
}

/** The value of a variable as text, which it always is unless `process.env` has been replaced. */
function textOf(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value: unknown = env[name];
  if (typeof value === 'string' || value === undefined) return value as string | undefined;
  if (value === null || !Object.hasOwn(env, name)) return undefined;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw optionError(`the variable ${name} of \`process.env\` is text, not ${kindOf(value)}`);
}
