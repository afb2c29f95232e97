// Zod's JSON Schema and unknown keys, which Standard Schema has no words for.

/** A schema of Zod as JSON Schema; parts without one, e.g. dates, accept anything. */
export function zodJsonSchema(schema: object): unknown {
  return (schema as { toJSONSchema?(options: object): unknown }).toJSONSchema?.({ io: 'input', unrepresentable: 'any' });
}

/** The unknown keys that an issue of a strict object is about. */
export function zodUnknownKeys({ code, keys }: { code?: unknown; keys?: unknown }): string[] | undefined {
  return code === 'unrecognized_keys' && Array.isArray(keys) ? keys.map(String) : undefined;
}
