// The same tree as sources of this package: for provenance, live values and the command line.
import { watch } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { type CustomSource, defaults, type EnvMapping, env, file, type LoadOptions, type Source, source, text } from '../index.js';
import { isPromise } from './deferred.js';
import type { Load } from './load.js';
import { substitute } from './load.js';
import { candidates, EXTENSIONS, locateMappings } from './locate.js';
import { getPath, isObject, type Values } from './merge.js';
import { foldersOf } from './parameters.js';
import { DATA, extensionOf, isProgram, readFile } from './read-file.js';

/**
 * The tree of a load as options for `loadConfig`: each file, variable and flag a layer of its own, in the same order. Of programs only
 * data crosses; in place of a function stands its name.
 */
export function definitionOf(load: Load): LoadOptions {
  const { options, sources, config } = load;
  const layers: Source[] = [];
  if (load.moduleDefaults !== undefined) layers.push(defaults(toData(load.moduleDefaults, config) as object, { name: 'Module Defaults', directives: false }));
  const programs = new Set(sources.map(({ name }) => name).filter(isProgram));
  const folders = foldersOf(options.configDir);
  for (const name of candidates(
    options,
    EXTENSIONS.filter((extension) => extension in DATA || programs.size > 0),
  )) {
    const format = DATA[extensionOf(name)];
    for (const folder of folders) {
      const path = join(folder, name);
      if (format !== undefined) layers.push(file(shown(path), { format, optional: true, directives: false }));
      else if (programs.has(path)) layers.push(programSource(path, load));
    }
  }
  for (const { name, parsed } of sources) {
    if (name === '$NODE_CONFIG' || name === '--NODE_CONFIG argument') {
      layers.push(text(JSON.stringify(parsed), { format: 'json', name, directives: false }));
    }
  }
  for (const path of locateMappings(options)) layers.push(mappingSource(path));
  return { cwd: process.cwd(), sources: layers, profile: [] };
}

/** A path from the working directory, where it is below that. */
function shown(path: string): string {
  const below = relative(process.cwd(), path);
  return below.startsWith('..') || isAbsolute(below) ? path : below;
}

/** A layer of what a program exports. */
function programSource(path: string, load: Load): Source {
  const program: CustomSource = {
    name: shown(path),
    load: () => (toData(readFile(path, load.options.gitCrypt)?.parsed ?? {}, load.config) ?? {}) as object,
    watch(_context, changed) {
      const watcher = watch(dirname(path), { persistent: false }, (_event, name) => {
        if (name === basename(path)) changed();
      });
      return () => watcher.close();
    },
  };
  return source(program, { directives: false });
}

/** A layer of the variables that a mapping names: by the engine where its formats are the same, so that it can name the variable. */
function mappingSource(path: string): Source {
  const mapping = readFile(path, true)?.parsed ?? {};
  const mapped = toMapping(mapping);
  if (mapped !== undefined) return env(false, { mapping: mapped, infer: false, empty: 'unset', directives: false });
  return source({ name: shown(path), load: ({ env }) => toData(substitute(readFile(path, true)?.parsed ?? {}, env), {}) as object }, { directives: false });
}

/** A mapping as `env` takes it; nothing where that would read something else. */
function toMapping(mapping: unknown): EnvMapping | undefined {
  const tree: Values = {};
  for (const [key, value] of Object.entries(mapping as Values)) {
    if (/[.[\]"']|^\d+$|^$/.test(key)) return undefined;
    if (typeof value === 'string') tree[key] = { name: value, format: 'string' };
    else if (!isObject(value)) return undefined;
    else if ('__name' in value) {
      const { __name: name, __format: format } = value;
      const given = process.env[name];
      const isSame = isSameInBoth(given ?? '', format);
      if (!isSame || Object.keys(value).length > 2) return undefined;
      tree[key] = { name, format };
    } else {
      const below = toMapping(value);
      if (below === undefined) return undefined;
      tree[key] = below;
    }
  }
  return tree as EnvMapping;
}

/** Whether the engine reads a text in a format of node-config's as it does; an empty one counts as unset in both. */
function isSameInBoth(text: string, format: unknown): boolean {
  if (format === 'json') return text === '' || isJson(text);
  if (format === 'number') return /^(-?(0|[1-9]\d*)(\.\d+)?)?$/.test(text);
  return format === 'boolean' && /^(true|false)?$/.test(text);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The data in a value of a program: what is computed or raw as it is in the end, a function by its name. */
function toData(value: unknown, config: Values, path: string[] = [], above = new Set<unknown>()): unknown {
  if (typeof value === 'function') return `[Function: ${value.name || 'anonymous'}]`;
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value;
  if (isPromise(value)) return '[Promise]';
  if (above.has(value) || above.size > 64) return '[Circular]';
  above.add(value);
  try {
    if (Array.isArray(value)) return value.map((item, at) => toData(item, config, [...path, String(at)], above));
    if (Object.prototype.toString.call(value) !== '[object Object]') return String(value);
    if (isWrapped(value)) {
      const final = getPath(config, path);
      return isWrapped(final) ? undefined : toData(final, config, path, above);
    }
    return Object.fromEntries(Object.keys(value).map((key) => [key, toData((value as Values)[key], config, [...path, key], above)]));
  } finally {
    above.delete(value);
  }
}

/** Whether a value stands for another one. */
function isWrapped(value: unknown): boolean {
  return isObject(value) && typeof value.resolve === 'function';
}
