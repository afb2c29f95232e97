// The JSON Schema that a definition's schema has, for what is better with it and works without.
import { type LoadOptions, toJsonSchema } from '../../index.js';

/** A JSON Schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The schema as JSON Schema; nothing where there is none, or its library cannot convert it. */
export function schemaOf(schema: LoadOptions['schema']): JsonSchema | undefined {
  if (schema === undefined) return undefined;
  try {
    return toJsonSchema(schema);
  } catch {
    // Loading says what is wrong with it.
    return undefined;
  }
}
