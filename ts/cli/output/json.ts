// JSON as the commands print it: what JSON has no word for is text, and whole numbers keep all their digits.
import { type Candidate, type Issue, isSuperConfigError, type Origin, type Warning } from '../../index.js';

/** The version of the documents; fields are only added to it. */
export const FORMAT = 1;

/** An error in a document. */
export interface ErrorDocument {
  code: string;
  message: string;
  path?: string;
  origin?: Origin;
  issues?: Issue[];
  hint?: string;
}

/** JSON of a value, indented by two spaces, or in one line. Infinities and NaN are text. */
export function toJson(value: unknown, { isCompact = false, isAscii = false } = {}): string {
  const text = write(value, isCompact ? undefined : '\n');
  return isAscii ? toAscii(text) : text;
}

/** A text of JSON or its kin in ASCII: what is more stands in strings, and is escaped there. */
export function toAscii(text: string): string {
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Writes a value; `newline` is a line end with the indentation of where it stands. */
function write(value: unknown, newline: string | undefined): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return JSON.stringify(String(value));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return JSON.stringify(value);
  const inner = newline === undefined ? undefined : `${newline}  `;
  const around = (open: string, parts: string[], close: string) =>
    parts.length === 0 ? open + close : `${open}${inner ?? ''}${parts.join(inner === undefined ? ',' : `,${inner}`)}${newline ?? ''}${close}`;
  if (Array.isArray(value)) {
    const parts = value.map((element) => write(element, inner));
    return around('[', parts, ']');
  }
  const members = Object.entries(value).filter(([, member]) => member !== undefined && typeof member !== 'function');
  const separator = newline === undefined ? ':' : ': ';
  return around(
    '{',
    members.map(([key, member]) => JSON.stringify(key) + separator + write(member, inner)),
    '}',
  );
}

/** An error as a document has it. */
export function errorDocument(thrown: unknown): ErrorDocument {
  if (isSuperConfigError(thrown)) {
    const { code, message, path, origin, issues, hint } = thrown;
    return { code, message, ...(path && { path }), ...(origin && { origin }), ...(issues && { issues }), ...(hint && { hint }) };
  }
  const { code, message, hint } = (thrown ?? {}) as { code?: unknown; message?: unknown; hint?: string };
  return { code: typeof code === 'string' ? code : 'ERROR', message: String(message ?? thrown), ...(hint && { hint }) };
}

/** Warnings as a document has them. */
export function warningDocuments(warnings: readonly Warning[]): Warning[] {
  return warnings.map(({ code, message, path, origin }) => ({ code, message, ...(path !== undefined && { path }), ...(origin && { origin }) }));
}

/** The origin of a candidate: `explain` calls the source by `name`. */
export function originDocument({ action: _, value: __, name, ...origin }: Candidate): object {
  return { source: name, ...origin };
}
