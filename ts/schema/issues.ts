// The issues of a schema as the addon takes them: with unknown keys recognized, whichever way the library reports them.
import { arktypeMessage, isArktypeUnknownKey } from './arktype.js';
import { isValibotUnknownKey, valibotKeys } from './valibot.js';
import { zodUnknownKeys } from './zod.js';

/** One problem that a schema found. */
export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What libraries add to the standard. */
interface DetailedIssue extends StandardIssue {
  code?: unknown;
  keys?: unknown;
  expected?: unknown;
  received?: unknown;
  actual?: unknown;
  problem?: unknown;
}

/** An issue as the addon takes it. */
export interface Issue {
  path: (string | number)[];
  message: string;
  expected?: string;
  found?: string;
  /** The last key of the path must not be there. */
  unknown?: boolean;
  /** The keys that may be there instead. */
  known?: string[];
}

/** The issues that one of a schema stands for. */
export function toIssues(issue: DetailedIssue, schema: object): Issue[] {
  const path = Array.from(issue.path ?? [], (part) => {
    const key = typeof part === 'object' && part !== null ? part.key : part;
    return typeof key === 'number' && Number.isSafeInteger(key) && key >= 0 ? key : String(key);
  });
  const unknownKey = (path: (string | number)[]): Issue => {
    const known = valibotKeys(schema, path.slice(0, -1));
    return { path, message: issue.message, unknown: true, ...(known && { known }) };
  };
  const keys = zodUnknownKeys(issue);
  if (keys !== undefined) return keys.map((key) => unknownKey([...path, key]));
  const isKey = typeof path.at(-1) === 'string';
  if (isKey && (isValibotUnknownKey(issue) || isArktypeUnknownKey(issue))) return [unknownKey(path)];
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const expected = text(issue.expected);
  const found = text(issue.received) ?? text(issue.actual);
  return [{ path, message: arktypeMessage(issue) ?? String(issue.message), ...(expected && { expected }), ...(found && { found }) }];
}
