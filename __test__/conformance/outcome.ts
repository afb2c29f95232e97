// Outcomes that the tests of formats compare, and one notation for numbers.

import { isDeepStrictEqual } from 'node:util';
import type { Format } from '../../ts/api/sources.ts';
import { native } from '../../ts/engine/addon.ts';
import { toValue } from '../../ts/engine/codec.ts';
import { isSuperConfigError, parse } from '../../ts/index.ts';

/** What reading a text came to: a value or a message. */
export type Outcome = { value: unknown } | { error: string };

export function outcome(read: () => unknown): Outcome {
  try {
    return { value: read() };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

/** What a reader makes of a text; any failure but a `PARSE` or `LIMIT` error is one of the library. */
function read(reader: () => unknown): Outcome {
  try {
    return { value: reader() };
  } catch (error) {
    if (isSuperConfigError(error) && ['ERR_SUPERCONFIG_PARSE', 'ERR_SUPERCONFIG_LIMIT'].includes(error.code)) return { error: error.message };
    throw error;
  }
}

/** Reads a text. JSON that `JSON.parse` may read is read by the engine too, as loads do, which has to come to the same. */
export function own(text: string, format: Format): Outcome {
  const found = read(() => parse(text, format));
  if (format !== 'json' || !('value' in found)) return found;
  const engine = read(() => toValue(native().parse(text, format, true), false));
  if (!isDeepStrictEqual(found, engine) || order(found) !== order(engine)) throw new Error(`the engine reads ${JSON.stringify(text)} in another way`);
  return found;
}

/** The keys of a value in their order. */
function order(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? String(part) : part));
}

/** A value with every number as text, so that `1n` is `1`, `-0` is not `0` and `NaN` is itself; tables with sorted keys. */
export function comparable(value: unknown): unknown {
  if (typeof value === 'bigint') return `number ${value}`;
  if (typeof value === 'number') return `number ${Object.is(value, -0) ? '-0' : Number.isInteger(value) ? BigInt(value) : value}`;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.keys(value).map((key) => [key, comparable((value as Record<string, unknown>)[key])] as const);
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
