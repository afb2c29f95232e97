import { SuperConfigError, type SuperConfigErrorCode } from '../internal/errors.js';
import { unpairedSurrogate } from '../internal/unicode.js';
import { kindOf, showPath } from './path.js';

/** What JSON cannot hold: where it stands, and a number's type and text; or a key that is forbidden. */
export type Special = [segments: (string | number)[], type: 'bigint' | 'number' | 'forbidden', text: string];

/** A JavaScript value as it crosses to the addon: plain JSON, and beside it what JSON cannot hold. */
export interface Encoded {
  value: unknown;
  specials?: Special[];
}

// Far above every limit that can be useful, far below what the stack takes: the addon applies the real limit.
const MAX_DEPTH = 512;
const KINDS = 'values are plain objects, arrays, strings, numbers, bigints, booleans, dates and null';

// What the engine's integers hold: i64, and above it u64.
const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 64n - 1n;

/** Whether an object is that of a literal, in whatever realm, or has no prototype. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Whether an object is a date of whatever realm. */
function isDate(value: object): value is Date {
  return value instanceof Date || Object.prototype.toString.call(value) === '[object Date]';
}

function classOf(value: object): string {
  const name: unknown = value.constructor?.name;
  return typeof name === 'string' && name !== '' ? `a ${name}` : 'an object of a class';
}

/**
 * Copies a JavaScript value into what JSON can hold. Cost: one walk.
 *
 * @throws `ERR_SUPERCONFIG_OPTION`, naming the path, for a function, a symbol, a cycle, or a string that is not Unicode;
 * `ERR_SUPERCONFIG_LIMIT` for more than 512 levels.
 */
export function encode(value: unknown, what: string, { dates = true } = {}): Encoded {
  const specials: Special[] = [];
  const above = new Set<object>();
  const segments: (string | number)[] = [];

  const fail = (problem: string, code: SuperConfigErrorCode = 'ERR_SUPERCONFIG_OPTION', hint = KINDS): never => {
    const at = showPath(segments.length > 12 ? [...segments.slice(0, 12), '…'] : segments);
    throw new SuperConfigError(code, `${what}${at === '' ? '' : `: ${at}`}: ${problem}`, {
      ...(at === '' ? {} : { path: at }),
      hint,
    });
  };
  const special = (type: Special[1], text: string): null => {
    specials.push([[...segments], type, text]);
    return null;
  };

  const walk = (input: unknown): unknown => {
    switch (typeof input) {
      case 'string':
        return unpairedSurrogate(input) >= 0 ? fail('a string with half of a surrogate pair is not text') : input;
      case 'boolean':
        return input;
      case 'number':
        if (Object.is(input, -0)) return special('number', '-0');
        return Number.isFinite(input) ? input : special('number', String(input));
      case 'bigint':
        if (input < MIN_INTEGER || input > MAX_INTEGER) return fail('a bigint beyond 64 bits is not a configuration value');
        return special('bigint', String(input));
      case 'object':
        break;
      default:
        return fail(`${kindOf(input)} is not a configuration value`);
    }
    if (input === null) return null;
    if (isDate(input)) {
      if (!dates) fail('a Date is not what readers would see: keep it as text and make the Date where it is used');
      return Number.isNaN(input.getTime()) ? fail('an invalid date is not a configuration value') : input.toISOString();
    }
    if (above.has(input)) return fail('the value contains itself');
    if (segments.length >= MAX_DEPTH) {
      return fail(`arrays and tables nest deeper than ${MAX_DEPTH} levels`, 'ERR_SUPERCONFIG_LIMIT', 'the limit `depth` can be raised, up to 512');
    }
    if (!Array.isArray(input) && !isPlain(input) && (ArrayBuffer.isView(input) || Object.keys(input).length === 0)) {
      // A Map, a URL or a Buffer would become an empty table, or one of bytes. Objects of a class are taken by their fields.
      return fail(`${classOf(input)} is not a configuration value`);
    }
    above.add(input);
    const output = Array.isArray(input) ? walkArray(input) : walkTable(input as Record<string, unknown>);
    above.delete(input);
    return output;
  };
  const walkArray = (input: unknown[]): unknown[] => {
    const output: unknown[] = [];
    for (const element of input) {
      segments.push(output.length);
      // As in JSON: leaving it out would move all that follow.
      output.push(element === undefined ? null : walk(element));
      segments.pop();
    }
    return output;
  };
  const walkTable = (input: Record<string, unknown>): object => {
    const output: Record<string, unknown> = {};
    for (const key of Object.keys(input)) {
      const element = input[key];
      if (element === undefined) continue;
      segments.push(key);
      if (unpairedSurrogate(key) >= 0) fail('a key with half of a surrogate pair is not text');
      // An own key of that name sets no prototype here; the addon drops it with a warning.
      if (key === '__proto__') special('forbidden', '');
      else output[key] = walk(element);
      segments.pop();
    }
    // A key named toJSON would be called by JSON.stringify only if it were a function, which walk refuses.
    return output;
  };

  const encoded = walk(value);
  return specials.length === 0 ? { value: encoded } : { value: encoded, specials };
}

/** What the addon gives for a table or array: JSON text, and beside it what JSON cannot hold. */
export type NativeTree = [json: string, specials?: string | Special[] | null];

/** Makes the JavaScript value of a tree that the addon gave. Cost: `JSON.parse`, and one walk where it is to be frozen. */
export function decode(tree: NativeTree, freeze = true, bigint: (digits: string) => unknown = BigInt): unknown {
  const root: unknown = JSON.parse(tree[0]);
  let value = root;
  if (tree[1] != null) {
    const rows = typeof tree[1] === 'string' ? (JSON.parse(tree[1]) as Special[]) : tree[1];
    for (const [segments, type, text] of rows) {
      const number = type === 'bigint' ? bigint(text) : toNumber(text);
      if (segments.length === 0) {
        value = number;
        continue;
      }
      let holder = root as Record<string | number, unknown>;
      for (const segment of segments.slice(0, -1)) holder = holder[segment] as Record<string | number, unknown>;
      holder[segments[segments.length - 1] as string | number] = number;
    }
  }
  return freeze ? deepFreeze(value) : value;
}

function toNumber(text: string): number {
  switch (text) {
    case 'inf':
      return Infinity;
    case '-inf':
      return -Infinity;
    case 'nan':
      return Number.NaN;
    default:
      return Number(text);
  }
}

/** Freezes a tree at every level. The engine's limit on nesting bounds the recursion. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const key in value) {
    const element = value[key];
    if (typeof element === 'object') deepFreeze(element);
  }
  return Object.freeze(value);
}
