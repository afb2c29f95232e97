// The migration from convict: the schema of a module that uses it, and the files that it loads.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { defaults, type EnvMapping, env, file } from '../../index.js';
import { UsageError } from '../usage-error.js';
import { FIND_PACKAGE, runChild } from './child.js';
import type { Change, Plan, PlannedSource } from './plan.js';

/** Where a module with the configuration usually is. */
const PLACES = ['config', 'config/index', 'src/config', 'src/config/index', 'lib/config', 'server/config'];
const EXTENSIONS = ['.js', '.cjs', '.mjs', '.ts'];

/** Records what instances of convict are made of and load, and gives that of the last one. */
const PROGRAM = `${FIND_PACKAGE}
const version = versionOf('convict');
if (version === undefined) return {};
const instances = [];
const path = from.resolve('convict');
const real = from('convict');
const observed = Object.assign((...given) => {
  const config = real(...given);
  const noted = { config, files: [], values: 0 };
  instances.push(noted);
  const { loadFile, load } = config;
  config.loadFile = (paths) => { noted.files.push(...[].concat(paths)); return loadFile.call(config, paths); };
  config.load = (values) => { noted.values++; return load.call(config, values); };
  return config;
}, real);
require.cache[path].exports = observed;
const { pathToFileURL } = require('node:url');
await import(pathToFileURL(input));
const last = instances.at(-1);
if (last === undefined) return { version };
const fields = [];
const visit = (node, path) => {
  const properties = node._cvtProperties ?? node.properties;
  if (properties !== undefined) return Object.entries(properties).forEach(([key, child]) => visit(child, [...path, key]));
  const { default: value, format, env, arg, sensitive, doc } = node;
  fields.push({ path, default: value, format: typeof format === 'function' ? format.name || 'a function' : format, env, arg, sensitive, doc });
};
visit(last.config.getSchema(), []);
const { resolve } = require('node:path');
return JSON.parse(JSON.stringify({ version, fields, files: last.files.map((file) => resolve(file)), loads: last.values, values: last.config.getProperties() }));`;

interface Field {
  path: string[];
  default?: unknown;
  format?: unknown;
  env?: string;
  arg?: string;
  sensitive?: boolean;
}

interface Loaded {
  version?: string;
  fields?: Field[];
  files: string[];
  loads: number;
  values: object;
}

/** The plan for a module that makes a configuration of convict. */
export async function planConvict(cwd: string, given: string | undefined, variables: Readonly<Record<string, string | undefined>>): Promise<Plan> {
  const module = given === undefined ? findModule(cwd) : resolve(cwd, given);
  if (module === undefined || !existsSync(module)) {
    throw new UsageError(
      given === undefined ? 'no module with convict is found here' : `there is no ${given}`,
      'name it: superconfig migrate convict src/config.js',
    );
  }
  const run = async (environment: string) => runChild(PROGRAM, module, { cwd, env: { ...variables, ...(environment !== '' && { NODE_ENV: environment }) } });
  const shown = relative(cwd, module);
  const first = await run('');
  if ('error' in first) throw new UsageError(`${shown} does not load: ${first.error}`);
  const { version, fields, loads } = first.sent as Loaded;
  if (version === undefined) throw new UsageError('convict is not installed here', 'its schema can be read only by itself: npm install convict');
  if (fields === undefined) throw new UsageError(`${shown} makes no configuration of convict`);
  const selector = fields.find(({ env }) => env === 'NODE_ENV');
  const named = Array.isArray(selector?.format) ? selector.format.filter((name) => typeof name === 'string') : [];
  const environments = [...new Set([String(selector?.default ?? ''), ...named, ...filesBeside(first.sent as Loaded, selector)])].filter((name) => name !== '');
  const loaded = new Map<string, Loaded>();
  const outcomes: Plan['old']['outcomes'][number][] = [];
  for (const environment of environments.length === 0 ? [''] : environments.sort()) {
    const outcome = await run(environment);
    if ('error' in outcome) {
      outcomes.push({ environment, error: outcome.error });
      continue;
    }
    loaded.set(environment, outcome.sent as Loaded);
    outcomes.push({ environment, values: (outcome.sent as Loaded).values });
  }
  const secrets = fields.filter(({ sensitive }) => sensitive === true).map(({ path }) => path.join('.'));
  const changes = changesOf(fields, loads, shown);
  return {
    sources: sourcesOf(fields, loaded, cwd),
    options: { cwd, ...(secrets.length > 0 && { secrets }) },
    ...(environments.length > 0 && { profileCode: `process.env.NODE_ENV || '${selector?.default ?? 'development'}'` }),
    changes,
    old: { name: 'convict', version, outcomes },
  };
}

function findModule(cwd: string): string | undefined {
  const places = PLACES.flatMap((place) => EXTENSIONS.map((extension) => join(cwd, place + extension)));
  return places.find((path) => existsSync(path) && /['"]convict['"]/.test(readFileSync(path, 'utf8')));
}

/** The names of the files beside those that are loaded for an environment. */
function filesBeside({ files }: Loaded, selector: Field | undefined): string[] {
  const current = String(process.env.NODE_ENV ?? selector?.default ?? '');
  return files
    .filter((path) => current !== '' && basename(path, extname(path)) === current)
    .flatMap((path) => {
      const others = existsSync(dirname(path)) ? readdirSync(dirname(path)) : [];
      return others.filter((name) => extname(name) === extname(path) && !/^(default|local)\./.test(name)).map((name) => basename(name, extname(name)));
    });
}

function sourcesOf(fields: readonly Field[], loaded: ReadonlyMap<string, Loaded>, cwd: string): PlannedSource[] {
  const values = treeOf(fields.flatMap(({ path, default: value }) => (value === undefined ? [] : [[path, value] as const])));
  const sources: PlannedSource[] = [{ source: defaults(values, { directives: false }), helper: 'defaults', arguments: [values, { directives: false }] }];
  const patterns = new Map<string, Set<string>>();
  for (const [environment, { files }] of loaded) {
    for (const path of files) {
      const name = basename(path);
      const pattern =
        environment !== '' && name.split('.').includes(environment)
          ? name
              .split('.')
              .map((part) => (part === environment ? '{profile}' : part))
              .join('.')
          : name;
      const shown = relative(cwd, join(dirname(path), pattern))
        .split('\\')
        .join('/');
      patterns.set(shown, (patterns.get(shown) ?? new Set()).add(environment));
    }
  }
  for (const [pattern, of] of patterns) {
    const isEverywhere = !pattern.includes('{profile}') && of.size === loaded.size;
    const options = { ...(!isEverywhere && { optional: true }), ...(pattern.endsWith('.json') && { format: 'json5' as const }), directives: false };
    sources.push({ source: file(pattern, options), helper: 'file', arguments: [pattern, options] });
  }
  const mapping = treeOf(
    fields.flatMap(({ path, env: name, default: value }) =>
      name === undefined ? [] : [[path, typeof value === 'string' ? { name, format: 'string' } : name] as const],
    ),
  );
  if (Object.keys(mapping).length > 0) {
    const options = { mapping: mapping as EnvMapping, directives: false };
    sources.push({ source: env(false, options), helper: 'env', arguments: [false, options] });
  }
  return sources;
}

function treeOf(entries: readonly (readonly [readonly string[], unknown])[]): object {
  const tree: Record<string, unknown> = {};
  for (const [path, value] of entries) {
    let node = tree;
    for (const key of path.slice(0, -1)) {
      if (!Object.hasOwn(node, key)) node[key] = {};
      node = node[key] as Record<string, unknown>;
    }
    node[path.at(-1) as string] = value;
  }
  return tree;
}

function changesOf(fields: readonly Field[], loads: number, module: string): Change[] {
  const changes: Change[] = [];
  for (const { path, format, arg } of fields) {
    const name = path.join('.');
    if (arg !== undefined) changes.push({ kind: 'rename', from: `--${arg}=…`, to: `--${name}=…`, at: 'with args() as the last source' });
    const known =
      typeof format === 'string'
        ? ZOD[format]
        : Array.isArray(format) && format.every((one) => typeof one === 'string')
          ? `z.enum([${format.map((one) => `'${one}'`).join(', ')}])`
          : undefined;
    if (known !== undefined)
      changes.push({ kind: 'replace', at: name, from: `format: ${Array.isArray(format) ? 'a list' : `'${format}'`}`, to: `${known} in the schema` });
    else if (typeof format === 'string' && format !== '*')
      changes.push({ kind: 'note', from: `${name}: its format ${format} is not moved; check it in the schema` });
  }
  if (loads > 0) changes.push({ kind: 'note', from: `${module} calls load() with values: add them with overrides() at the same place` });
  return changes;
}

/** Formats of convict's own as Zod has them. */
const ZOD: Readonly<Record<string, string>> = {
  port: 'z.number().int().min(0).max(65535)',
  int: 'z.number().int()',
  nat: 'z.number().int().min(0)',
  integer: 'z.number().int()',
  url: 'z.url()',
  email: 'z.email()',
  ipaddress: 'z.union([z.ipv4(), z.ipv6()])',
};
