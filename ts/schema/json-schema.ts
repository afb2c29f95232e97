// Schemas as JSON Schema, in whichever way their library converts them.
import { arktypeJsonSchema } from './arktype.js';
import { zodJsonSchema } from './zod.js';

type JsonSchema = Readonly<Record<string, unknown>>;

/** The conversion of Standard JSON Schema, which Valibot and others have. */
interface Convertible {
  readonly '~standard': { readonly jsonSchema?: { input?(options: object): unknown } };
}

/** Deeper ones than a configuration can be are of no use. */
const MAX_SCHEMA_DEPTH = 100;

const converted = new WeakMap<object, JsonSchema | undefined>();

/**
 * A schema as JSON Schema, where its library converts it; converted once. What has none, e.g. a date, is left open where that is possible:
 * variables then follow the layers below alone.
 */
export function jsonSchemaOf(schema: object): JsonSchema | undefined {
  if (!converted.has(schema)) converted.set(schema, convert(schema));
  return converted.get(schema);
}

// The libraries' own conversions come first: the standard one gives up where a part has no JSON Schema.
const CONVERSIONS = [
  zodJsonSchema,
  arktypeJsonSchema,
  (schema: object) => (schema as Convertible)['~standard'].jsonSchema?.input?.({ target: 'draft-2020-12' }),
];

function convert(schema: object): JsonSchema | undefined {
  for (const conversion of CONVERSIONS) {
    try {
      const json = conversion(schema);
      if (typeof json === 'object' && json !== null) return plain(json);
    } catch {
      // The next conversion may work.
    }
  }
  return undefined;
}

/** A copy of what JSON can hold; `undefined` where it nests without end or too deep. */
function plain(given: object): JsonSchema | undefined {
  const copy: unknown = JSON.parse(JSON.stringify(given, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)));
  return nestsDeeper(copy, MAX_SCHEMA_DEPTH) ? undefined : (copy as JsonSchema);
}

function nestsDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((child) => nestsDeeper(child, depth - 1));
}
