// The migration from dotenv: its files, and the variables that programs read.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { dotenv, type EnvMapping, env, loadConfig, parse } from '../../index.js';
import { UsageError } from '../usage-error.js';
import { FIND_PACKAGE, runChild } from './child.js';
import type { Change, OldPackage, Plan } from './plan.js';
import { asText } from './proof.js';

/** Files that no program reads. */
const TEMPLATES = /^\.env\.(example|sample|template|dist|defaults|schema|vault)$/;

/** More files than this are not searched for uses. */
const MOST_FILES = 5_000;

const PROGRAM = `${FIND_PACKAGE}
const version = versionOf('dotenv');
if (version === undefined) return {};
const { parse } = from('dotenv');
return { version, values: input.map((files) => Object.assign({}, ...files.map((file) => parse(readFileSync(file))))) };`;

/** The plan for the `.env` files of a directory. */
export async function planDotenv(cwd: string, variables: Readonly<Record<string, string | undefined>>): Promise<Plan> {
  const files = readdirSync(cwd).filter((name) => /^\.env(\.|$)/.test(name) && !TEMPLATES.test(name));
  if (files.length === 0) throw new UsageError('there is no .env here', 'run it where dotenv runs');
  const environments = [...new Set(files.map((name) => name.split('.')[2]).filter((name) => name !== undefined && name !== 'local'))].sort() as string[];
  // The lowest first, as the conventions around dotenv have them.
  const filesOf = (environment: string) =>
    ['.env', '.env.local', ...(environment === '' ? [] : [`.env.${environment}`, `.env.${environment}.local`])].filter((name) => files.includes(name));
  const all = ['', ...environments];
  const old = await oldTexts(
    cwd,
    all,
    all.map((environment) => filesOf(environment).map((name) => resolve(cwd, name))),
  );
  const names = [...new Set(files.flatMap((name) => Object.keys(parse(readFileSync(join(cwd, name), 'utf8'), 'dotenv'))))].sort();
  const keys = keysOf(names);
  const changes: Change[] = usesOf(cwd, keys);
  const plan = (mapping: EnvMapping): Omit<Plan, 'changes' | 'old'> => ({
    sources: [
      { source: dotenv({ optional: true }), helper: 'dotenv', arguments: [{ optional: true }] },
      { source: env(false, { mapping }), helper: 'env', arguments: [false, { mapping }] },
    ],
    options: { cwd },
    ...(environments.length > 0 && { profileCode: 'process.env.NODE_ENV ?? []' }),
    isText: true,
  });
  // What does not look the same once it is a number stays text.
  const texts = await changedTexts(plan(Object.fromEntries(keys.map(([name, key]) => [key, name]))), all, old, variables, keys);
  const mapping = Object.fromEntries(keys.map(([name, key]) => [key, texts.has(name) ? { name, format: 'string' as const } : name]));
  const outcomes = old.outcomes.map(({ environment, values, error }) => {
    const real = { ...values, ...Object.fromEntries(names.flatMap((name) => (variables[name] === undefined ? [] : [[name, variables[name]]]))) };
    const byKey = Object.fromEntries(keys.flatMap(([name, key]) => (name in real ? [[key, (real as Record<string, string>)[name]]] : [])));
    return { environment, ...(values === undefined ? { error: error as string } : { values: byKey }) };
  });
  return { ...plan(mapping), changes, old: { ...old, outcomes } };
}

async function oldTexts(cwd: string, environments: string[], files: string[][]): Promise<OldPackage> {
  const outcome = await runChild(PROGRAM, files, { cwd, env: process.env });
  if ('error' in outcome)
    return { name: 'dotenv', version: 'of an unknown version', outcomes: environments.map((environment) => ({ environment, error: outcome.error })) };
  const { version, values } = outcome.sent as { version?: string; values: object[] };
  if (version === undefined) return { name: 'dotenv', outcomes: [] };
  return { name: 'dotenv', version, outcomes: environments.map((environment, at) => ({ environment, values: values[at] as object })) };
}

/** The variables whose values do not give the same text again once they have a type. */
async function changedTexts(
  { sources, options }: Omit<Plan, 'changes' | 'old'>,
  environments: readonly string[],
  old: OldPackage,
  variables: Readonly<Record<string, string | undefined>>,
  keys: readonly (readonly [string, string])[],
): Promise<Set<string>> {
  const changed = new Set<string>();
  for (const environment of environments) {
    const values = old.outcomes.find((outcome) => outcome.environment === environment)?.values as Record<string, string> | undefined;
    if (values === undefined) continue;
    try {
      const given = { ...options, env: variables, sources: sources.map(({ source }) => source), profile: environment === '' ? [] : [environment] };
      const config = await loadConfig(given);
      for (const [name, key] of keys) if (name in values && variables[name] === undefined && asText(config.get(key, null)) !== values[name]) changed.add(name);
      config.close();
    } catch {
      // The comparison says why.
    }
  }
  return changed;
}

/** A key for each variable: `DATABASE_URL` is `databaseUrl`, and where two would have one key both keep their names. */
function keysOf(names: readonly string[]): [name: string, key: string][] {
  const camel = (name: string) =>
    /^[A-Z][A-Z0-9_]*$/.test(name)
      ? name
          .toLowerCase()
          .replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
          .replace(/_+$/, '')
      : name;
  const taken = new Map<string, number>();
  for (const name of names) taken.set(camel(name), (taken.get(camel(name)) ?? 0) + 1);
  return names.filter((name) => /^[^.[\]"']+$/.test(name)).map((name) => [name, taken.get(camel(name)) === 1 ? camel(name) : name]);
}

/** The lines of programs that read a variable, or load dotenv. */
function usesOf(cwd: string, keys: readonly (readonly [string, string])[]): Change[] {
  const changes: Change[] = [];
  const byName = new Map(keys);
  for (const file of programsIn(cwd)) {
    const lines = readFileSync(join(cwd, file), 'utf8').split('\n');
    for (const [at, line] of lines.entries()) {
      const place = `${file}:${at + 1}`;
      for (const [whole, dotted, quoted] of line.matchAll(/process\.env(?:\.([A-Za-z_]\w*)|\[['"]([^'"]+)['"]\])/g)) {
        const key = byName.get((dotted ?? quoted) as string);
        if (key !== undefined) changes.push({ kind: 'replace', at: place, from: whole, to: `config.get('${key}')` });
      }
      const load = /(?:import|require\()\s*['"]dotenv(?:\/config)?(?:\.js)?['"]\)?(?:\.config\(|;|$)|import .* from ['"]dotenv['"]|\bdotenv\.config\(/.exec(
        line,
      );
      if (load !== null) changes.push({ kind: 'remove', at: place, from: load[0].replace(/;$/, '').replace(/\($/, '()') });
    }
  }
  return changes;
}

function programsIn(cwd: string): string[] {
  const found: string[] = [];
  const search = (directory: string): void => {
    for (const entry of readdirSync(join(cwd, directory), { withFileTypes: true })) {
      if (found.length >= MOST_FILES) return;
      const path = directory === '' ? entry.name : `${directory}/${entry.name}`;
      if (entry.isDirectory() && !/^(node_modules|dist|build|coverage|target|\..*)$/.test(entry.name)) search(path);
      else if (entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name) && !/^superconfig\.config\./.test(entry.name)) found.push(path);
    }
  };
  search('');
  return found.sort();
}
