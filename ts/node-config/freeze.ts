// Freezing a tree, so that writing to it throws, also in sloppy code.
import { isRaw } from './deferred.js';
import { isObject, type Values } from './merge.js';

/** The same frozen object for each view of it. */
const views = new WeakMap<object, object>();

const refuseWrites: ProxyHandler<Values> = {
  set(target, name) {
    const action = Reflect.has(target, name) ? 'update' : 'add';
    throw new Error(
      `Can not ${action} runtime configuration property: "${String(name)}". Configuration objects are immutable unless ALLOW_CONFIG_MUTATIONS is set.`,
    );
  },
};

/** Whether it is a table that can be frozen whole: dates, maps and buffers stay as they are. */
function isTable(value: unknown): value is Values {
  return isObject(value) && Object.prototype.toString.call(value) === '[object Object]';
}

/** Makes an object, and what it holds, immutable; tables in it throw when they are written to. Cycles stay cycles. */
export function makeImmutable<T>(object: T, untouched: ReadonlySet<unknown> = new Set()): T {
  return freezeAll(object, untouched, new Set());
}

/** `begun` are the objects that are being frozen. */
function freezeAll<T>(object: T, untouched: ReadonlySet<unknown>, begun: Set<unknown>): T {
  if (begun.has(object)) return object;
  begun.add(object);
  if (Array.isArray(object)) {
    for (const [at, item] of object.entries()) {
      const frozen = isRaw(item) ? item.resolve() : isTable(item) || Array.isArray(item) ? freezeAll(item, untouched, begun) : item;
      if (frozen !== item) object[at] = frozen;
    }
    return Object.freeze(object);
  }
  if (!isTable(object) || untouched.has(object) || Object.isFrozen(object)) return object;
  for (const key of Object.keys(object)) freezeKey(object, key, untouched, begun);
  return Object.preventExtensions(object);
}

function freezeKey(object: Values, key: string, untouched: ReadonlySet<unknown>, begun: Set<unknown>): void {
  const descriptor = Object.getOwnPropertyDescriptor(object, key);
  if (descriptor !== undefined && !descriptor.configurable && !descriptor.writable) return;
  const value: unknown = object[key];
  const frozen = isRaw(value) ? value.resolve() : untouched.has(value) ? value : viewOf(freezeAll(value, untouched, begun));
  Object.defineProperty(object, key, { value: frozen, writable: false, configurable: false });
}

/** Makes some keys of an object immutable, with what is at them, and lets it have no others; a single one alone may be given a value first. */
export function makeImmutablePartial<T extends object>(object: T, keys: string | readonly string[], value?: unknown): T {
  if (typeof keys === 'string') {
    const kept = value === undefined ? (object as Values)[keys] : value;
    return Object.defineProperty(object, keys, { value: kept, writable: false, configurable: false });
  }
  for (const key of keys) freezeKey(object, key, new Set(), new Set());
  return Object.preventExtensions(object);
}

/** What readers get of a table. */
function viewOf(value: unknown): unknown {
  if (!isTable(value)) return value;
  let view = views.get(value);
  if (view === undefined) {
    view = new Proxy(value, refuseWrites);
    views.set(value, view).set(view, view);
  }
  return view;
}
