// The keys of a path that is given on the command line.
import { UsageError } from '../usage-error.js';

/**
 * The keys of a path of tables, such as `db.password` or `hosts."a.b".port`.
 *
 * @throws UsageError For a path into an array, and for what is none.
 */
export function keysOf(path: string): string[] {
  const parts = path.match(/"(?:[^"\\]|\\.)*"|[^."[\]]+/g) ?? [];
  if (parts.join('.') !== path) throw new UsageError(`${path} is no path of tables`, 'name a value or a whole array, such as db.password');
  return parts.map((part) => (part.startsWith('"') ? JSON.parse(part) : part));
}
