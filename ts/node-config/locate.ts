// The names of the files of a tree, and the order in which they apply.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { foldersOf, type TreeOptions } from './parameters.js';

/** The extensions, in the order in which files of one name apply. */
export const EXTENSIONS = [
  'js',
  'cjs',
  'mjs',
  'ts',
  'json',
  'jsonc',
  'json5',
  'hjson',
  'toml',
  'coffee',
  'yaml',
  'yml',
  'cson',
  'properties',
  'xml',
] as const satisfies string[];

/** The name, without extension, of the file that maps variables. */
const MAPPING = 'custom-environment-variables';

/** The names, without extension, of the files that hold values; a name that is repeated applies where it is last. */
function baseNames({ nodeEnv, hostName, appInstance }: TreeOptions): string[] {
  const names = ['default', ...nodeEnv];
  const [short = ''] = hostName.split('.');
  for (const environment of hostName ? nodeEnv : []) {
    names.push(short, `${short}-${environment}`);
    if (hostName !== short) names.push(hostName, `${hostName}-${environment}`);
  }
  for (const environment of nodeEnv) names.push('local', `local-${environment}`);
  return appInstance ? names.flatMap((name) => [name, `${name}-${appInstance}`]) : names;
}

/** The names with each extension, in the order in which they apply. */
function inOrder(names: readonly string[], extensions: readonly string[]): string[] {
  const files = new Set<string>();
  for (const name of names) {
    for (const extension of extensions) {
      const file = `${name}.${extension}`;
      files.delete(file);
      files.add(file);
    }
  }
  return [...files];
}

/** The files of the given names that are there, in the order of the names, and of each in the order of the folders. */
function locate(configDir: string, names: readonly string[]): string[] {
  const folders = foldersOf(configDir).map((folder) => ({ folder, entries: new Set(entriesOf(folder)) }));
  return names.flatMap((name) => folders.filter(({ entries }) => entries.has(name)).map(({ folder }) => join(folder, name)));
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // As if it were empty: one of several need not be there.
    return [];
  }
}

/** Every name that a file with values can have, in the order in which they apply: none that leads to another folder. */
export function candidates(options: TreeOptions, extensions: readonly string[] = EXTENSIONS): string[] {
  return inOrder(
    baseNames(options).filter((name) => !/[/\\\0]/.test(name)),
    extensions,
  );
}

/** The files that hold values, in the order in which they apply. */
export function locateFiles(options: TreeOptions): string[] {
  return locate(options.configDir, candidates(options));
}

/** The files that map variables to paths, in the order in which they apply. */
export function locateMappings({ configDir }: TreeOptions): string[] {
  return locate(configDir, inOrder([MAPPING], EXTENSIONS));
}
