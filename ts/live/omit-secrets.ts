// Entries of a store without what is secret by its name.
import { convert, type Format, parse } from '../index.js';
import type { Entry } from './mirror.js';

/** The formats of documents, by the extensions of their keys. */
const FORMATS: Record<string, Format> = { json: 'json', jsonc: 'jsonc', json5: 'json5', toml: 'toml', yaml: 'yaml', yml: 'yaml', ini: 'ini', env: 'dotenv' };

/** The entries whose path names no secret; their path is given by `pathOf`. Costs one pass of the engine over all of them. */
export function omitSecretTexts(entries: readonly Entry[], pathOf: (key: string) => readonly string[]): Entry[] {
  const rows = entries.map(({ key, value }) => pathOf(key).reduceRight<unknown>((inner, segment) => ({ [segment]: inner }), value));
  const text = JSON.stringify(rows);
  const masked = JSON.parse(convert(`{"rows":${text}}`, 'json', 'json').text).rows as unknown[];
  return entries.filter((_, at) => JSON.stringify(masked[at]) === JSON.stringify(rows[at]));
}

/** The documents without the leaves that are secret; one whose format is not known, or cannot be written, is left out where it has any. */
export function omitSecretLeaves(entries: readonly Entry[], format: Format | undefined): Entry[] {
  return entries.flatMap((entry) => {
    try {
      const own = format ?? FORMATS[/\.(\w+)$/.exec(entry.key)?.[1] ?? ''] ?? 'yaml';
      const values: unknown = JSON.parse(convert(entry.value, own, 'json', { secrets: true }).text);
      const masked: unknown = JSON.parse(convert(entry.value, own, 'json').text);
      if (JSON.stringify(values) === JSON.stringify(masked)) return [entry];
      const value = convert(JSON.stringify(without(values, masked)), 'json', own, { secrets: true }).text;
      parse(value, own);
      return [{ ...entry, value }];
    } catch {
      return [];
    }
  });
}

/** A value without the leaves that another one has differently. */
function without(value: unknown, masked: unknown): unknown {
  if (Array.isArray(value) && Array.isArray(masked)) return value.map((element, at) => without(element, masked[at]) ?? null);
  if (typeof value === 'object' && value !== null && typeof masked === 'object' && masked !== null) {
    const pairs = Object.entries(value).map(([key, inner]) => [key, without(inner, (masked as Record<string, unknown>)[key])] as const);
    return Object.fromEntries(pairs.filter(([, inner]) => inner !== undefined));
  }
  return value === masked ? value : undefined;
}
