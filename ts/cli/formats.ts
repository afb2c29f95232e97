// The formats of documents, as command lines and names of files say them.
import type { Format } from '../index.js';

/** The formats that are written. */
export const WRITTEN = ['yaml', 'toml', 'json', 'jsonc', 'json5', 'dotenv'] as const satisfies readonly Format[];

/** The formats that are read. */
export const READ = [...WRITTEN, 'ini'] as const satisfies readonly Format[];

const EXTENSIONS: Readonly<Record<string, Format>> = {
  json: 'json',
  jsonc: 'jsonc',
  json5: 'json5',
  toml: 'toml',
  yaml: 'yaml',
  yml: 'yaml',
  ini: 'ini',
  env: 'dotenv',
};

/** The format of a file by its name. */
export function formatOf(name: string): Format | undefined {
  const base = name.split(/[\\/]/).at(-1) ?? '';
  if (/^\.env(?:\.|$)/.test(base)) return 'dotenv';
  return EXTENSIONS[/\.([^.]+)$/.exec(base)?.[1]?.toLowerCase() ?? ''];
}
