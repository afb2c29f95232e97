// Values, places and names as people read them.
import type { Candidate, Explanation, Origin, SchemaSummary } from '../../index.js';
import { toJson } from './json.js';
import type { Terminal } from './terminal.js';

/** The longest value in a line, in characters. */
const LONGEST = 60;

/** A value in one line, shortened where it is long. */
export function valueText(value: unknown, terminal: Terminal, longest = LONGEST): string {
  if (value === undefined) return '';
  const text = toJson(value, { isCompact: true });
  return text.length <= longest ? text : `${text.slice(0, longest)}${terminal.symbols.ellipsis}`;
}

/** An origin, or a candidate, which names its layer so. */
type Place = Origin & { name?: string };

/** Where a value is written: `config/default.toml:14:9`, `APP_PORT`, `.env:3:1 APP_PORT`, or the layer's name. */
export function placeText(origin: Place): string {
  return [positionText(origin), origin.variable].filter((part) => part !== undefined).join(' ') || nameOf(origin);
}

/** The file, or the layer of a text, with line and column; `undefined` of a variable, and of what is in no text. */
export function positionText(origin: Place): string | undefined {
  const { file, line, column, variable } = origin;
  if (file === undefined && (line === undefined || variable !== undefined)) return undefined;
  return [file ?? nameOf(origin), line, column].filter((part) => part !== undefined).join(':');
}

/** The layer's name, and of a store the key in it. */
function nameOf({ name, source, key }: Place): string {
  return [name ?? source, key].filter((part) => part !== undefined).join(' ');
}

/** The type of a path: the schema's, else that of its value. */
export function typeText({ schema, value }: Explanation): string {
  if (schema?.type !== undefined) return schema.type;
  if (value === undefined) return '';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  if (typeof value === 'bigint') return 'integer';
  return typeof value === 'object' ? 'table' : typeof value;
}

/** The value where nothing else sets one: the schema's default, or that of the lowest layer of `defaults`. */
export function defaultOf({ schema, candidates }: Explanation): unknown {
  return schema?.default ?? candidates.find(({ kind }) => kind === 'defaults')?.value;
}

/** What a schema says, in one line: `integer 1–100, "Largest number of connections"`. */
export function schemaText({ type, minimum, maximum, values, description, required }: SchemaSummary, terminal: Terminal): string {
  const range = minimum === undefined && maximum === undefined ? '' : `${minimum ?? ''}${terminal.symbols.dash}${maximum ?? ''}`;
  const kind = [type, range].filter(Boolean).join(' ');
  const listed = values === undefined ? '' : `one of ${values.map((value) => toJson(value, { isCompact: true })).join(', ')}`;
  return [kind, listed, required ? 'required' : '', description === undefined ? '' : JSON.stringify(description)].filter(Boolean).join(', ');
}

/** What a contribution did, as a sign before its value. */
export const ACTION_SIGNS: Readonly<Record<Candidate['action'], string>> = { set: '', add: '+', remove: '-', fill: '' };
