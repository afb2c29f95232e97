// The issues of a schema as the addon takes them: with unknown keys recognized, whichever way the library reports them.
import { isArktypeUnknownKey, withoutArktypePath } from './arktype.js';
import { isValibotUnknownKey } from './valibot.js';
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
  propString?: unknown;
}

/** An issue as the addon takes it. */
export interface Issue {
  path: (string | number)[];
  message: string;
  expected?: string;
  found?: string;
  /** The last key of the path must not be there. */
  unknown?: boolean;
}

/** The issues that one of a schema stands for. */
export function toIssues(issue: DetailedIssue): Issue[] {
  const path = Array.from(issue.path ?? [], (part) => {
    const key = typeof part === 'object' && part !== null ? part.key : part;
    return typeof key === 'number' && Number.isSafeInteger(key) && key >= 0 ? key : String(key);
  });
  const unknownKey = (path: (string | number)[]): Issue => ({ path, message: issue.message, unknown: true });
  const keys = zodUnknownKeys(issue);
  if (keys !== undefined) return keys.map((key) => unknownKey([...path, key]));
  const isKey = typeof path.at(-1) === 'string';
  if (isKey && (isValibotUnknownKey(issue) || isArktypeUnknownKey(issue))) return [unknownKey(path)];
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const expected = withoutArktypePath(issue.expected, issue);
  const found = text(issue.received) ?? text(issue.actual);
  return [{ path, message: withoutArktypePath(issue.problem, issue) ?? String(issue.message), ...(expected && { expected }), ...(found && { found }) }];
}
