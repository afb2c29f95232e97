// The paths at which two trees differ.
import { isObject, type Values } from './merge.js';

/** The dotted paths of the leaves that were set, changed or removed, sorted; an array is one leaf. */
export function changedPaths(before: Values, after: Values): string[] {
  const changed: string[] = [];
  // What both trees hold above, where one contains itself.
  const above = new Set<unknown>();
  const visit = (old: unknown, now: unknown, path: string): void => {
    if (isTable(old) && isTable(now)) {
      if (above.has(old) && above.has(now)) return;
      const added = [old, now].filter((table) => !above.has(table));
      for (const table of added) above.add(table);
      for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) visit(old[key], now[key], path === '' ? key : `${path}.${key}`);
      for (const table of added) above.delete(table);
    } else if (isTable(old) && old !== now && now === undefined) visit(old, {}, path);
    else if (isTable(now) && old === undefined) visit({}, now, path);
    else if (!isSame(old, now)) changed.push(path);
  };
  visit(before, after, '');
  return changed.sort();
}

function isTable(value: unknown): value is Values {
  return isObject(value) && Object.prototype.toString.call(value) === '[object Object]';
}

function isSame(old: unknown, now: unknown): boolean {
  if (Object.is(old, now)) return true;
  // A program that is run again makes its functions again.
  if (typeof old === 'function' && typeof now === 'function') return String(old) === String(now);
  if (typeof old !== 'object' || typeof now !== 'object') return false;
  return JSON.stringify(old) === JSON.stringify(now);
}
