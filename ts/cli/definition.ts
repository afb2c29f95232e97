// The definition of a configuration: the options that the service passes to `loadConfig`, found or given.
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type DefinitionContext, type LoadOptions, SuperConfigError } from '../index.js';
import { UsageError } from './usage-error.js';

/** A definition, and where it was found. */
export interface Definition {
  /** Its name for people: its file from the working directory, or the flags. */
  label: string;
  /** Its file; none where flags are all there is. */
  file?: string;
  /** The directory that relative paths start from. */
  directory: string;
  options: LoadOptions;
}

/** What a definition is looked for with: what one that is a function gets, with the working directory in place of its folder. */
export type DefinitionRequest = DefinitionContext;

const NAMES = ['ts', 'mts', 'mjs', 'js', 'cjs'].map((extension) => `superconfig.config.${extension}`);

/** The definition of a reference such as `config/definition.mjs#options`, or the one that belongs to the working directory. */
export async function findDefinition(from: string | undefined, request: DefinitionRequest): Promise<Definition | undefined> {
  const { cwd } = request;
  if (from !== undefined) return definitionOf(referenceOf(from, cwd), request);
  for (const directory of directoriesUpwards(cwd)) {
    const found = NAMES.filter((name) => existsSync(join(directory, name)));
    if (found.length > 1) throw new UsageError(`${directory} has several definitions: ${found.join(', ')}`, 'keep one, or name it with --from');
    if (found[0] !== undefined) return definitionOf({ file: join(directory, found[0]), exported: undefined }, request);
    const inManifest = await definitionInManifest(join(directory, 'package.json'), request);
    if (inManifest !== undefined) return inManifest;
  }
  return undefined;
}

/** The tree of node-config of the working directory, as the drop-in reads it; profiles are its environments. */
export async function nodeConfigDefinition({ cwd, profiles }: DefinitionRequest): Promise<Definition> {
  if (profiles.length > 0) process.env.NODE_CONFIG_ENV = profiles.join(',');
  // By its place beside the command line: it reads the tree when it is imported.
  const module = await import(new URL('../node-config/index.js', import.meta.url).href);
  const { util } = (module as { default: { util: { definition(): LoadOptions; getEnv(name: string): unknown } } }).default;
  return { label: `node-config (${util.getEnv('NODE_CONFIG_ENV')})`, directory: cwd, options: { ...util.definition(), cwd } };
}

/** The working directory and those above it, up to the project's root: where `.git` is, else the topmost manifest. */
export function directoriesUpwards(cwd: string, home = homedir()): string[] {
  const all: string[] = [];
  for (let directory = cwd, above = ''; directory !== above; above = directory, directory = dirname(directory)) {
    // The home directory is no project's, nor is what is above it.
    if (all.length > 0 && !relative(directory, home).startsWith('..')) break;
    all.push(directory);
    if (existsSync(join(directory, '.git'))) return all;
  }
  const topmost = all.findLastIndex((directory) => existsSync(join(directory, 'package.json')));
  return all.slice(0, Math.max(topmost, 0) + 1);
}

/** The key `superconfig` of a manifest: a reference to a file, or the options themselves. */
async function definitionInManifest(file: string, request: DefinitionRequest): Promise<Definition | undefined> {
  if (!existsSync(file)) return undefined;
  const manifest = readJson(file, shown(file, request.cwd));
  const given = (manifest as { superconfig?: unknown } | null)?.superconfig;
  if (given === undefined) return undefined;
  const directory = dirname(file);
  if (typeof given === 'string') return definitionOf(referenceOf(given, directory), request);
  return checked(given, { label: `${shown(file, request.cwd)} (superconfig)`, file, directory }, request);
}

interface Reference {
  file: string;
  /** The export's name; the default where it is not given. */
  exported: string | undefined;
}

/** A reference to a file and, after `#`, to one of its exports. */
function referenceOf(text: string, directory: string): Reference {
  const at = text.lastIndexOf('#');
  const whole = resolve(directory, text);
  if (at < 0 || existsSync(whole)) return { file: whole, exported: undefined };
  return { file: resolve(directory, text.slice(0, at)), exported: text.slice(at + 1) || undefined };
}

async function definitionOf({ file, exported }: Reference, request: DefinitionRequest): Promise<Definition> {
  const label = shown(file, request.cwd) + (exported === undefined ? '' : `#${exported}`);
  const value = await importExport({ file, exported }, label);
  return checked(value, { label, file, directory: dirname(file) }, request);
}

async function checked(given: unknown, found: Omit<Definition, 'options'>, request: DefinitionRequest): Promise<Definition> {
  const { directory, label } = found;
  const context = { cwd: directory, env: request.env, profiles: request.profiles, argv: request.argv };
  const options: unknown = typeof given === 'function' ? await given(context) : await given;
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    const hint = 'it gives what the service passes to `loadConfig`: { sources: [...] }';
    throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `${label}: a definition is an object of options, or a function that returns one`, { hint });
  }
  const { cwd = '.' } = options as LoadOptions;
  if (typeof cwd !== 'string') throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `${label}: \`cwd\` is a path`);
  return { ...found, options: { ...(options as LoadOptions), cwd: resolve(directory, cwd) } };
}

function readJson(file: string, label: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (thrown) {
    throw new SuperConfigError('ERR_SUPERCONFIG_PARSE', `${label}: ${(thrown as Error).message}`, { origin: { file }, cause: thrown });
  }
}

/** The export that `--schema` refers to. */
export async function importReference(text: string, cwd: string): Promise<unknown> {
  const reference = referenceOf(text, cwd);
  return importExport(reference, shown(reference.file, cwd) + (reference.exported === undefined ? '' : `#${reference.exported}`));
}

/** An export of a module of JavaScript or TypeScript, or a document of JSON. */
async function importExport({ file, exported }: Reference, label: string): Promise<unknown> {
  if (!existsSync(file)) throw new SuperConfigError('ERR_SUPERCONFIG_NOT_FOUND', `${label}: there is no such file`, { origin: { file } });
  if (file.endsWith('.json')) return memberOf(readJson(file, label), exported, label);
  let members: Readonly<Record<string, unknown>>;
  try {
    members = await import(pathToFileURL(file).href);
  } catch (thrown) {
    const code = (thrown as { code?: unknown } | null | undefined)?.code;
    if ((code === 'ERR_UNKNOWN_FILE_EXTENSION' && /\.[mc]?tsx?$/.test(basename(file))) || code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') {
      const [problem, hint] =
        code === 'ERR_UNKNOWN_FILE_EXTENSION'
          ? ['this runtime takes no TypeScript', 'use Node 22.18 or newer, or write the definition in JavaScript']
          : ['it has syntax that needs more than its types stripped', 'use no enums, namespaces or parameter properties in it'];
      throw new SuperConfigError('ERR_SUPERCONFIG_FORMAT', `${label}: ${problem}`, { origin: { file }, hint, cause: thrown });
    }
    throw thrown;
  }
  if (exported !== undefined) return memberOf({ ...(members.default as object | undefined), ...members }, exported, label);
  const { default: value } = members as { default?: { __esModule?: unknown; default?: unknown } };
  if (value === undefined) {
    const names = Object.keys(members).map((name) => `${label}#${name}`);
    const hint = names.length > 0 ? `it has others: --from ${names.join(', --from ')}` : 'it exports nothing';
    throw new SuperConfigError('ERR_SUPERCONFIG_SOURCE', `${label}: it has no default export`, { origin: { file }, hint });
  }
  // What was translated to CommonJS has its default export below that of the module.
  return value !== null && value.__esModule === true ? value.default : value;
}

function memberOf(members: unknown, name: string | undefined, label: string): unknown {
  if (name === undefined) return members;
  const value = Object.hasOwn(Object(members), name) ? (members as Record<string, unknown>)[name] : undefined;
  if (value !== undefined) return value;
  const names = Object.keys(members ?? {}).filter((other) => other !== 'default');
  throw new SuperConfigError('ERR_SUPERCONFIG_SOURCE', `${label}: there is no such export`, {
    hint: names.length > 0 ? `it exports ${names.join(', ')}` : 'it exports nothing',
  });
}

/** A path for people: from the working directory where that is shorter than from the root. */
export function shown(path: string, cwd: string): string {
  const fromHere = relative(cwd, path);
  return fromHere === '' || isAbsolute(fromHere) || fromHere.length > path.length ? path : fromHere;
}
