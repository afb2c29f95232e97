// Outcomes that the tests of formats compare, and one notation for numbers.

import type { Format } from '../../ts/api/sources.ts';
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

/** Reads a text; any failure but a `PARSE` or `LIMIT` error is one of the library. */
export function own(text: string, format: Format): Outcome {
  try {
    return { value: parse(text, format) };
  } catch (error) {
    if (isSuperConfigError(error) && ['ERR_SUPERCONFIG_PARSE', 'ERR_SUPERCONFIG_LIMIT'].includes(error.code)) return { error: error.message };
    throw error;
  }
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
