// Merging, copying and comparing as node-config does it, for values that only programs have too: dates, functions, instances of classes.
import { isDeferred, isPromise, isRaw } from './deferred.js';

/** How deep values are merged and copied; what is below is shared. */
const MAX_DEPTH = 20;
/** A key that would reach the prototype of every object. */
const FORBIDDEN = '__proto__';

/** An object of any keys. */
// biome-ignore lint/suspicious/noExplicitAny: values of a configuration that nobody has declared.
export type Values = Record<string, any>;

/** Whether a value is an object and no array. */
export function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is at a key, but nothing that every object inherits. */
function own(holder: Values, key: string): unknown {
  return key in Object.prototype && !Object.hasOwn(holder, key) ? undefined : holder[key];
}

/**
 * Merges objects into the first one, which it returns: tables merge, everything else is replaced. A number as the last argument limits
 * the depth.
 */
export function extendDeep<T extends object>(into: T, ...given: unknown[]): T {
  const depth = typeof given.at(-1) === 'number' ? (given.pop() as number) : MAX_DEPTH;
  if (depth < 0) return into;
  for (const from of given) {
    for (const key in from as object) {
      if (key !== FORBIDDEN) mergeKey(into as Values, from as Values, key, depth);
    }
  }
  return into;
}

function mergeKey(into: Values, from: Values, key: string, depth: number): void {
  const value: unknown = from[key];
  const existing = own(into, key);
  if (isDeferred(value)) {
    if (Object.hasOwn(into, key)) value._original = isDeferred(existing) ? existing._original : existing;
    into[key] = value;
  } else if (value instanceof Date || value instanceof RegExp || isRaw(value) || isPromise(value)) {
    into[key] = value;
  } else if (isObject(existing) && isObject(value) && !isDeferred(existing)) {
    extendDeep(existing, value, depth - 1);
  } else if (typeof value === 'object' && value !== null) {
    into[key] = cloneDeep(value, depth - 1);
  } else {
    // With it comes whether it is enumerable, and what computes it.
    const descriptor = Object.getOwnPropertyDescriptor(Object(from), key);
    if (descriptor !== undefined) Object.defineProperty(into, key, { ...descriptor, configurable: true });
    else if (existing !== value) into[key] = value;
  }
}

/** Whether a copy made key by key is as good as the original: a Map, a URL and their like keep what they hold elsewhere. */
function isCopyable(value: object): boolean {
  return Array.isArray(value) || Object.prototype.toString.call(value) === '[object Object]';
}

/** A deep copy of objects and arrays; cycles stay cycles. Deferred, raw and built-in values that no copy can stand for are shared. */
export function cloneDeep<T>(value: T, depth: number = MAX_DEPTH): T {
  const copies = new Map<object, object>();
  const clone = (given: unknown, left: number): unknown => {
    if (typeof given !== 'object' || given === null || left <= 0) return given;
    if (given instanceof Date) return new Date(given.getTime());
    if (given instanceof RegExp) return Object.assign(new RegExp(given.source, given.flags), { lastIndex: given.lastIndex });
    if (Buffer.isBuffer(given)) return Buffer.from(given);
    if (isDeferred(given) || isRaw(given) || !isCopyable(given)) return given;
    const known = copies.get(given);
    if (known !== undefined) return known;
    const copy: object = Array.isArray(given) ? [] : Object.create(Object.getPrototypeOf(given));
    copies.set(given, copy);
    for (const key in given) {
      if (key === FORBIDDEN) continue;
      const descriptor = Object.getOwnPropertyDescriptor(given, key);
      if (descriptor?.get !== undefined) Object.defineProperty(copy, key, descriptor);
      else (copy as Values)[key] = clone((given as Values)[key], left - 1);
    }
    return copy;
  };
  return clone(value, depth) as T;
}

/** Whether two values hold the same, compared key by key. */
export function equalsDeep(one: unknown, other: unknown, depth: number = MAX_DEPTH): boolean {
  if (!one || !other || depth < 0) return false;
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object') return false;
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  return keys.every((key) => {
    const [left, right] = [(one as Values)[key], (other as Values)[key]];
    return typeof left === 'object' && left !== null ? equalsDeep(left, right, depth - 1) : left === right;
  });
}

/** The segments of a path. */
function segments(path: string | readonly string[]): readonly string[] {
  return Array.isArray(path) ? path : String(path).split('.');
}

/** The value at a path, or `undefined`. What every object inherits is not there. */
export function getPath(values: object, path: string | readonly string[]): unknown {
  let value: unknown = values;
  for (const segment of segments(path)) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = own(value as Values, segment);
  }
  return value;
}

/** Puts a value at a path, with the tables above it; `null` is not put anywhere. */
export function setPath<T>(values: object, path: string | readonly string[], value: T): T | undefined {
  const way = segments(path);
  if (value === null || way.length === 0 || way.includes(FORBIDDEN)) return undefined;
  let holder = values as Values;
  for (const segment of way.slice(0, -1)) {
    if (!Object.hasOwn(holder, segment)) holder[segment] = {};
    holder = holder[segment];
  }
  holder[way[way.length - 1] as string] = value;
  return value;
}

/** Hides a property from enumeration; with a value it is set to that. */
export function makeHidden<T extends object>(object: T, key: PropertyKey, value?: unknown): T {
  return Object.defineProperty(object, key, { ...(value !== undefined && { value }), enumerable: false, configurable: true });
}

/** Computes the deferred values in a tree, in the order of their keys. */
export function resolveDeferred(values: object): void {
  const found: { resolve(): unknown }[] = [];
  const seen = new Set<unknown>();
  const visit = (holder: Values | unknown[]): void => {
    if (seen.has(holder)) return;
    seen.add(holder);
    for (const key of Object.keys(holder).sort()) {
      const value = (holder as Values)[key];
      if (isDeferred(value)) found.push(value.prepare(values, holder, key));
      else if (Array.isArray(value) || value?.constructor === Object) visit(value);
    }
  };
  visit(values);
  for (const deferred of found) deferred.resolve();
}

/** Replaces promises in a tree by what they settle to. */
export async function resolveAsync(values: object): Promise<void> {
  const pending: Promise<unknown>[] = [];
  const seen = new Set<unknown>();
  const visit = (holder: Values | unknown[]): void => {
    if (seen.has(holder)) return;
    seen.add(holder);
    for (const key of Object.keys(holder)) {
      const value = (holder as Values)[key];
      if (isPromise(value)) pending.push(value.then((settled) => Object.defineProperty(holder, key, { value: settled })));
      else if (Array.isArray(value) || value?.constructor === Object) visit(value);
    }
  };
  visit(values);
  await Promise.all(pending);
}

/** What a value is as JSON. */
export function toObject(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
