// ArkType's JSON Schema, messages and unknown keys, which Standard Schema has no words for.

/** A schema of ArkType as JSON Schema; parts without one accept what their base type does. */
export function arktypeJsonSchema(schema: object): unknown {
  const fallback = ({ base }: { base: unknown }) => base;
  return (schema as { toJsonSchema?(options: object): unknown }).toJsonSchema?.({ fallback });
}

/** The message of an issue without the path that it begins with. */
export function arktypeMessage({ problem }: { problem?: unknown }): string | undefined {
  return typeof problem === 'string' ? problem : undefined;
}

/** Whether an issue is about a key that must not be there. */
export function isArktypeUnknownKey({ expected }: { expected?: unknown }): boolean {
  return expected === 'removed';
}
