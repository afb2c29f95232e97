// Schemas as JSON Schema, in whichever way their library converts them.
import { reasonOf } from '../engine/custom-source.js';
import type { Guidance } from '../engine/load-request.js';
import { arktypeJsonSchema } from './arktype.js';
import { valibotJsonSchema } from './valibot.js';
import { zodJsonSchema } from './zod.js';

/** The conversion of Standard JSON Schema. */
interface Convertible {
  readonly '~standard': { readonly jsonSchema?: { input?(options: object): unknown } };
}

/** Deeper ones than a configuration can be are of no use. */
const MAX_SCHEMA_DEPTH = 100;

const converted = new WeakMap<object, Guidance>();

/**
 * A schema as JSON Schema, where its library converts it, or the reason why that fails; converted once. What has none, e.g. a date, is left
 * open where that is possible: variables then follow the layers below alone.
 */
export function guidanceOf(schema: object): Guidance {
  const known = converted.get(schema);
  if (known !== undefined) return known;
  const guidance = convert(schema);
  converted.set(schema, guidance);
  return guidance;
}

// The libraries' own conversions come first: the standard one gives up where a part has no JSON Schema.
const CONVERSIONS = [
  zodJsonSchema,
  arktypeJsonSchema,
  (schema: object) => (schema as Convertible)['~standard'].jsonSchema?.input?.({ target: 'draft-2020-12' }),
  valibotJsonSchema,
];

function convert(schema: object): Guidance {
  let failure: string | undefined;
  for (const conversion of CONVERSIONS) {
    try {
      const json = conversion(schema);
      if (typeof json !== 'object' || json === null) continue;
      const copy = plain(json);
      if (copy !== undefined) return { schema: copy };
      failure ??= `it nests deeper than ${MAX_SCHEMA_DEPTH} levels`;
    } catch (thrown) {
      // The next conversion may work.
      failure ??= reasonOf(thrown);
    }
  }
  return failure === undefined ? {} : { failure };
}

/** A copy of what JSON can hold; `undefined` where it nests without end or too deep. */
function plain(given: object): object | undefined {
  const copy: unknown = JSON.parse(JSON.stringify(given, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)));
  return nestsDeeper(copy, MAX_SCHEMA_DEPTH) ? undefined : (copy as object);
}

function nestsDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((child) => nestsDeeper(child, depth - 1));
}
