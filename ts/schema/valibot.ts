// Valibot's known and unknown keys, which Standard Schema has no words for.

/** The fields of Valibot's schemas that describe their keys. */
interface Described {
  entries?: Record<string, Described>;
  item?: Described;
  value?: Described;
  wrapped?: Described;
}

/** The keys that a schema of Valibot knows at a path; `undefined` where it knows none. Those of JSON Schema the addon finds itself. */
export function valibotKeys(schema: object, path: readonly (string | number)[]): string[] | undefined {
  const unwrapped = (described: Described | undefined): Described | undefined => (described?.wrapped === undefined ? described : unwrapped(described.wrapped));
  let at = unwrapped(schema);
  for (const segment of path) at = unwrapped(typeof segment === 'number' ? at?.item : (at?.entries?.[segment] ?? at?.value));
  return at?.entries && Object.keys(at.entries);
}

/** Whether an issue is about a key that must not be there. */
export function isValibotUnknownKey({ expected }: { expected?: unknown }): boolean {
  return expected === 'never';
}
