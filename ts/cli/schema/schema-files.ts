// The files of a project's layers, and the schema beside them that they name.
import { readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Format } from '../../index.js';
import type { Context } from '../context.js';
import { shown } from '../definition.js';
import { loadUnchecked, selectionsOf } from '../selections.js';
import { withSchemaLine } from './schema-line.js';

/** The name of the schema where nobody gives one. */
const NAME = 'superconfig.schema.json';

/** Files of others that a layer is a part of. */
const MANIFESTS = ['package.json', 'pyproject.toml', 'Cargo.toml', 'deno.json', 'deno.jsonc'];

/** A file of a layer, and whether it could name the schema. */
export interface SchemaFile {
  file: string;
  status: 'written' | 'unchanged' | 'skipped';
  /** Why it was skipped. */
  reason?: string;
}

interface LayerFile {
  path: string;
  format: Format;
  isNested: boolean;
}

/** The files of the layers in the project, over all profiles. */
export async function layerFiles(context: Context): Promise<LayerFile[]> {
  const { directory } = await context.definition();
  const found = new Map<string, LayerFile>();
  for (const { options } of await selectionsOf(context, { hasVariables: true })) {
    const base = options.cwd ?? directory;
    const nested = options.sources.flatMap((source) => (isNested(source) ? [resolve(base, source.path)] : []));
    const config = await loadUnchecked({ ...options, interpolate: false });
    for (const { kind, status, file, format } of config.files) {
      const path = resolve(base, file ?? '');
      const isOwn = [directory, context.cwd].some((root) => isBelow(path, root));
      if (kind !== 'file' || status !== 'found' || file === undefined || format === undefined || !isOwn) continue;
      found.set(path, { path, format: format as Format, isNested: nested.includes(path) });
    }
    config.close();
  }
  return [...found.values()].filter(({ path }) => !MANIFESTS.includes(basename(path)));
}

function isNested(source: { kind: string; path?: unknown; profiles?: unknown }): source is { kind: string; path: string; profiles: 'nested' } {
  return source.kind === 'file' && source.profiles === 'nested' && typeof source.path === 'string';
}

function isBelow(path: string, directory: string): boolean {
  const way = relative(directory, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Where the schema of these files belongs: in the directory that is theirs, or above all of theirs. */
export function schemaPlace(files: readonly LayerFile[]): string {
  const [first = [], ...others] = files.map(({ path }) => dirname(path).split(sep));
  const same = first.findIndex((part, at) => others.some((other) => other[at] !== part));
  return join(first.slice(0, same < 0 ? first.length : same).join(sep) || sep, NAME);
}

/** Makes each file name the schema, as its format does. */
export function nameSchema(files: readonly LayerFile[], schema: string, context: Context): SchemaFile[] {
  return files.map(({ path, format, isNested }) => {
    const file = shown(path, context.cwd);
    if (isNested) return { file, status: 'skipped', reason: 'its tables are profiles' };
    const before = readFileSync(path, 'utf8');
    const way = relative(dirname(realpathSync(path)), realpathSync(schema))
      .split(sep)
      .join('/');
    const after = withSchemaLine(before, format, encodeURI(way.startsWith('.') ? way : `./${way}`));
    if (after === undefined) return { file, status: 'skipped', reason: `${format} has no line for a schema` };
    if (after === before) return { file, status: 'unchanged' };
    context.write(path, after);
    return { file, status: 'written' };
  });
}
