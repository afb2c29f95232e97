// The migration from node-config: its directory, its mapping of variables, its environments.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { extname, join, relative, resolve } from 'node:path';
import { dir, type EnvMapping, env, type Format, file, parse, text } from '../../index.js';
import { UsageError } from '../usage-error.js';
import { FIND_PACKAGE, runChild } from './child.js';
import { Code } from './code.js';
import type { Change, OldPackage, Plan, PlannedSource } from './plan.js';

const DATA: Readonly<Record<string, Format>> = {
  '.json': 'json5',
  '.json5': 'json5',
  '.jsonc': 'jsonc',
  '.yaml': 'yaml',
  '.yml': 'yaml',
  '.toml': 'toml',
};
const PROGRAMS = ['.js', '.cjs', '.mjs', '.ts'];
const OTHERS = ['.hjson', '.cson', '.xml', '.properties', '.coffee'];
const MAPPING = 'custom-environment-variables';
const NO_DIRECTIVES = { directives: false };

const PROGRAM = `${FIND_PACKAGE}
const version = versionOf('config');
if (version === undefined) return {};
const config = from('config');
return { version, values: JSON.parse(JSON.stringify(config.util.toObject())) };`;

/** The plan for the directory that node-config reads. */
export async function planNodeConfig(cwd: string, variables: Readonly<Record<string, string | undefined>>): Promise<Plan> {
  const directory = relative(cwd, resolve(cwd, variables.NODE_CONFIG_DIR || 'config')) || '.';
  const whole = resolve(cwd, directory);
  if (!existsSync(whole)) throw new UsageError(`there is no directory ${directory}`, 'run it where node-config runs, or set NODE_CONFIG_DIR');
  const names = readdirSync(whole).sort();
  const data = names.filter((name) => extname(name) in DATA);
  const changes: Change[] = [];
  const environments = new Set<string>();
  const hosts = [hostname(), hostname().split('.')[0]];
  const shown = (name: string) => join(directory, name).split('\\').join('/');
  const locals = new Set<string>();
  for (const name of names) {
    const extension = extname(name);
    const base = name.slice(0, -extension.length || undefined);
    if (OTHERS.includes(extension)) {
      changes.push({ kind: 'rename', from: shown(name), to: `${shown(base)}.yaml`, at: 'by hand: this format is not read' });
    } else if (PROGRAMS.includes(extension) && base !== 'index') {
      changes.push({ kind: 'note', from: `${shown(name)} is a program: add module('${shown(name)}') at its place in \`sources\`, or make it data` });
    } else if (!(extension in DATA) || ['default', 'local', MAPPING].includes(base)) {
    } else if (base.startsWith('local-')) {
      locals.add(extension);
      environments.add(base.slice('local-'.length));
      changes.push({ kind: 'rename', from: shown(name), to: shown(`${base.slice('local-'.length)}.local${extension}`) });
    } else if (hosts.includes(base)) {
      changes.push({ kind: 'note', from: `${shown(name)} is of this host: add file('${shown(name)}', { optional: true }) at its place` });
    } else {
      environments.add(base);
    }
  }
  const sources: PlannedSource[] = [{ source: dir(directory, NO_DIRECTIVES), helper: 'dir', arguments: [directory, NO_DIRECTIVES] }];
  for (const extension of locals) {
    // Read by its old name until it is renamed.
    const options = { optional: true, ...NO_DIRECTIVES };
    const path = shown(`local-{profile}${extension}`);
    sources.push({ source: file(path, options), helper: 'file', arguments: [path, options] });
  }
  if (variables.NODE_CONFIG) {
    const options = { format: 'json' as const, name: 'NODE_CONFIG', ...NO_DIRECTIVES };
    sources.push({ source: text(variables.NODE_CONFIG, options), helper: 'text', arguments: [new Code("process.env.NODE_CONFIG ?? '{}'"), options] });
  } else {
    changes.push({ kind: 'note', from: "NODE_CONFIG is not read: where a deployment sets it, add text(process.env.NODE_CONFIG ?? '{}', { format: 'json' })" });
  }
  for (const name of data.filter((name) => name.slice(0, -extname(name).length) === MAPPING)) {
    const mapping = mappingOf(parse(readFileSync(join(whole, name), 'utf8'), DATA[extname(name)] as Format), [], changes);
    const options = { mapping, infer: false, empty: 'unset' as const, ...NO_DIRECTIVES };
    sources.push({ source: env(false, options), helper: 'env', arguments: [false, options] });
    changes.push({ kind: 'remove', from: shown(name), at: 'it is in the definition now' });
  }
  for (const name of ['development', ...(variables.NODE_CONFIG_ENV || variables.NODE_ENV || '').split(',')]) if (name !== '') environments.add(name);
  return {
    sources,
    options: { cwd },
    profileCode: "(process.env.NODE_CONFIG_ENV || process.env.NODE_ENV || 'development').split(',')",
    changes,
    old: await oldValues(cwd, whole, [...environments].sort(), variables),
  };
}

async function oldValues(cwd: string, directory: string, environments: string[], variables: Readonly<Record<string, string | undefined>>): Promise<OldPackage> {
  const old: OldPackage & { outcomes: OldPackage['outcomes'][number][] } = { name: 'config', outcomes: [] };
  for (const environment of environments) {
    const { NODE_CONFIG_ENV: _, ...others } = variables;
    const env = { ...others, NODE_ENV: environment, NODE_CONFIG_DIR: directory, SUPPRESS_NO_CONFIG_WARNING: '1' };
    const outcome = await runChild(PROGRAM, undefined, { cwd, env });
    if ('error' in outcome) {
      old.version ??= 'of an unknown version';
      old.outcomes.push({ environment, error: outcome.error });
      continue;
    }
    const { version, values } = outcome.sent as { version?: string; values?: object };
    if (version === undefined) return old;
    old.version = version;
    old.outcomes.push({ environment, ...(values && { values }) });
  }
  return old;
}

/** node-config's mapping as `env` takes it: what it says nothing of is text. */
function mappingOf(given: unknown, path: readonly string[], changes: Change[]): EnvMapping {
  const mapping: Record<string, EnvMapping[string]> = {};
  for (const [key, value] of Object.entries((given ?? {}) as Record<string, unknown>)) {
    const { __name: name, __format: format } = (value ?? {}) as { __name?: unknown; __format?: unknown };
    const isKey = /^[^.[\]"']+$/.test(key);
    if (isKey && typeof value === 'string') mapping[key] = { name: value, format: 'string' };
    else if (isKey && typeof name === 'string' && (format === 'json' || format === 'number' || format === 'boolean')) mapping[key] = { name, format };
    else if (isKey && typeof name === 'string') mapping[key] = { name, format: 'string' };
    else if (isKey && typeof value === 'object' && value !== null && name === undefined) mapping[key] = mappingOf(value, [...path, key], changes);
    else changes.push({ kind: 'note', from: `${MAPPING}: ${[...path, key].join('.')} is not moved` });
  }
  return mapping;
}
