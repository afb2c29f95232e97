// ArkType's JSON Schema, messages and unknown keys, which Standard Schema has no words for.

/** A schema of ArkType as JSON Schema; parts without one accept what their base type does. */
export function arktypeJsonSchema(schema: object): unknown {
  const fallback = ({ base }: { base: unknown }) => base;
  return (schema as { toJsonSchema?(options: object): unknown }).toJsonSchema?.({ fallback });
}

/** A text of an issue without the path that it begins with, which those of unions do. */
export function withoutArktypePath(text: unknown, { propString }: { propString?: unknown }): string | undefined {
  if (typeof text !== 'string') return undefined;
  const start = `${String(propString)} `;
  return typeof propString === 'string' && propString !== '' && text.startsWith(start) ? text.slice(start.length) : text;
}

/** Whether an issue is about a key that must not be there. */
export function isArktypeUnknownKey({ expected }: { expected?: unknown }): boolean {
  return expected === 'removed';
}
