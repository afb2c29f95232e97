// One side of a comparison: a profile, a file, a directory, a reference of git, a saved output, or what is loaded now.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { defaults, dir, file, findProfiles, type LoadOptions, loadConfig, type Origin, parse, type Source, type SuperConfig } from '../../index.js';
import type { Context } from '../context.js';
import { schemaOf } from '../schema/schema-of.js';
import { UsageError } from '../usage-error.js';
import { GitTree } from './git-tree.js';

/** What is compared. */
export type SideSpec = { kind: 'now' } | { kind: 'given'; text: string } | { kind: 'path'; path: string } | { kind: 'git'; ref: string; path?: string };

/** A loaded side. */
export interface Side {
  config: SuperConfig;
  /** Its name for people. */
  label: string;
  /** The origins that a saved output has noted, by path. */
  origins?: Readonly<Record<string, Origin>>;
}

/** Loads a side; what it writes for that is removed afterwards. */
export async function loadSide(spec: SideSpec, context: Context): Promise<Side> {
  if (spec.kind === 'git') return loadFromGit(spec.ref, spec.path, context);
  if (spec.kind === 'now') return { config: await loadConfig(await loadable(context)), label: 'what is loaded now' };
  if (spec.kind === 'path') return loadPath(spec.path, context.cwd, context);
  const { text } = spec;
  const path = resolve(context.cwd, text);
  if (!existsSync(path)) return loadProfiles(text, context);
  // A directory such as `staging` may have the name of a profile: the profile is meant where there is one, the path can be written ./staging.
  const isPlain = !/[\\/.]/.test(text);
  if (isPlain && statSync(path).isDirectory() && (await profilesOf(context)).includes(text)) return loadProfiles(text, context);
  return loadPath(text, context.cwd, context);
}

/** The definition's options without what is for services only. */
async function loadable(context: Context): Promise<LoadOptions> {
  const { watch: _, name: __, ...options } = (await context.definition()).options;
  return options;
}

async function profilesOf(context: Context): Promise<string[]> {
  return hasDefinition(context, (options) => findProfiles(options), []);
}

/** What comes of the definition, or something else where there is none. */
async function hasDefinition<T>(context: Context, use: (options: LoadOptions) => T, none: T): Promise<T> {
  let options: LoadOptions;
  try {
    options = await loadable(context);
  } catch (thrown) {
    if (thrown instanceof UsageError) return none;
    throw thrown;
  }
  return use(options);
}

async function loadProfiles(text: string, context: Context): Promise<Side> {
  const options = await loadable(context);
  const [wanted, known] = [text.split(',').filter((name) => name !== ''), findProfiles(options)];
  const strange = wanted.find((name) => !known.includes(name));
  if (strange !== undefined || wanted.length === 0) {
    const hint = known.length === 0 ? 'there are no profiles' : `the profiles are ${known.join(', ')}`;
    throw new UsageError(`${strange ?? 'an empty name'} is neither a profile nor a path`, hint);
  }
  return { config: await loadConfig({ ...options, profile: wanted }), label: text };
}

/** A file, a directory, or a saved `print --json`, by the rules of the definition where there is one. */
async function loadPath(path: string, cwd: string, context: Context): Promise<Side> {
  const load = async (source: Source, profile: readonly string[] = []) =>
    loadConfig({ ...(await hasDefinition(context, rulesOf, {})), cwd, sources: [source], profile });
  const whole = resolve(cwd, path);
  if (!existsSync(whole)) throw new UsageError(`there is no ${path}`);
  if (statSync(whole).isDirectory()) return { config: await load(dir(path), context.profiles), label: path };
  const saved = path.endsWith('.json') ? savedOutput(readFileSync(whole, 'utf8')) : undefined;
  if (saved === undefined) return { config: await load(file(path)), label: path };
  const config = await load(defaults(saved.values, { name: path, directives: false }));
  return { config, label: path, ...(saved.origins && { origins: saved.origins }) };
}

/** The strategies of arrays and what is secret. The schema checks nothing here, but its marks of secrets hold. */
function rulesOf({ arrays, secrets, schema, limits }: LoadOptions): Omit<LoadOptions, 'sources'> {
  const converted = schemaOf(schema);
  const marks = { version: 1 as const, vendor: 'superconfig', validate: (value: unknown) => ({ value }), jsonSchema: { input: () => converted } };
  return { ...(arrays && { arrays }), ...(secrets && { secrets }), ...(limits && { limits }), ...(converted && { schema: { '~standard': marks } }) };
}

/** The values and origins of a document that `print --json` has written. */
function savedOutput(text: string): { values: object; origins?: Record<string, Origin> } | undefined {
  try {
    const { format, command, values, origins } = parse(text, 'json');
    return Number(format) === 1 && command === 'print' ? { values, ...(origins && { origins }) } : undefined;
  } catch {
    return undefined;
  }
}

async function loadFromGit(ref: string, path: string | undefined, context: Context): Promise<Side> {
  const { cwd } = context;
  const tree = new GitTree(ref, cwd);
  try {
    if (path !== undefined) {
      tree.write(resolve(cwd, path));
      const side = await loadPath(isAbsolute(path) ? tree.placeOf(path) : path, tree.makeDirectory(cwd), context);
      return { ...side, label: `git:${ref} ${path}` };
    }
    const options = await loadable(context);
    const base = options.cwd ?? cwd;
    tree.write(tree.root);
    tree.copyIgnored(await filesNow(options, base));
    const sources = options.sources.map((source) => moved(source, tree));
    return { config: await loadConfig({ ...options, sources, cwd: tree.makeDirectory(base) }), label: `git:${ref}` };
  } finally {
    tree.close();
  }
}

/** The files that are read now; none where that fails, which the other side says. */
async function filesNow(options: LoadOptions, base: string): Promise<string[]> {
  try {
    const config = await loadConfig(options);
    const files = config.layers.flatMap(({ status, file }) => (status === 'found' && file !== undefined ? [resolve(base, file)] : []));
    config.close();
    return files;
  } catch {
    return [];
  }
}

/** A source whose absolute path leads into the tree. */
function moved(source: Source, tree: GitTree): Source {
  const { path } = source as { path?: unknown };
  if (typeof path === 'string' && isAbsolute(path)) return { ...source, path: tree.placeOf(path) } as Source;
  if (Array.isArray(path)) return { ...source, path: path.map((one) => (typeof one === 'string' && isAbsolute(one) ? tree.placeOf(one) : one)) } as Source;
  return source;
}
