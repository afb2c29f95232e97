// JavaScript values as they cross to the addon and back: as JSON text, with what JSON cannot hold beside it.
import { isSuperConfigError, SuperConfigError, type SuperConfigErrorCode } from '../internal/errors.js';
import { unpairedSurrogate } from '../internal/unicode.js';
import { kindOf, objectOf, optionError } from '../internal/validate.js';
import { showPath } from './path.js';
import type { Encoded, NativeTree, NativeValue, Special } from './protocol.js';

// Far above every limit that can be useful, far below what the stack takes: the addon applies the real limit.
const MAX_DEPTH = 512;
// What a value may hold, however often one of its parts is in it: a list of two that holds one of two, and so on, is never written out.
const MAX_VALUES = 2 ** 22;
const MAX_CHARACTERS = 2 ** 26;
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
 * Copies a JavaScript value into what JSON can hold; the output of a schema so that it arrives as it is. Cost: one walk.
 *
 * @throws `ERR_SUPERCONFIG_OPTION`, naming the path, for a function, a symbol, a cycle, or a string that is not Unicode;
 * `ERR_SUPERCONFIG_LIMIT` for more than 512 levels.
 */
export function encode(value: unknown, what: string, { isOutput = false } = {}): Encoded {
  const specials: Special[] = [];
  const ancestors = new Set<object>();
  const segments: (string | number)[] = [];
  // How many segments of the path the last special has too.
  let shared = 0;
  let values = 0;
  let characters = 0;

  const fail = (problem: string, code: SuperConfigErrorCode = 'ERR_SUPERCONFIG_OPTION', hint = KINDS, cause?: unknown): never => {
    const at = showPath(segments.length > 12 ? [...segments.slice(0, 12), '…'] : segments);
    throw new SuperConfigError(code, `${what}${at === '' ? '' : `: ${at}`}: ${problem}`, { ...(at !== '' && { path: at }), hint, cause });
  };
  const special = (type: Special[2], text: string): null => {
    specials.push([shared, segments.slice(shared), type, text]);
    shared = segments.length;
    return null;
  };
  const count = (text: string | undefined): void => {
    values += 1;
    characters += text?.length ?? 0;
    if (values <= MAX_VALUES && characters <= MAX_CHARACTERS) return;
    const most = values > MAX_VALUES ? `${MAX_VALUES} values` : `${MAX_CHARACTERS} characters of text`;
    fail(`written out, the value holds more than ${most}`, 'ERR_SUPERCONFIG_LIMIT', 'give a large part once, not in many places');
  };
  const leave = (): void => {
    segments.pop();
    if (shared > segments.length) shared = segments.length;
  };

  const walk = (input: unknown): unknown => {
    count(typeof input === 'string' ? input : undefined);
    switch (typeof input) {
      case 'string':
        return unpairedSurrogate(input) >= 0 ? fail('a string with half of a surrogate pair is not text') : input;
      case 'boolean':
        return input;
      case 'number':
        if (Object.is(input, -0)) return special('number', '-0');
        // As JSON text a large one would become an integer, and arrive as a bigint.
        return Number.isFinite(input) && !(isOutput && Math.abs(input) > Number.MAX_SAFE_INTEGER) ? input : special('number', String(input));
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
      if (isOutput) fail('a Date is not what readers would see: keep it as text and make the Date where it is used');
      return Number.isNaN(input.getTime()) ? fail('an invalid date is not a configuration value') : input.toISOString();
    }
    if (ancestors.has(input)) return fail('the value contains itself');
    if (segments.length >= MAX_DEPTH) {
      return fail(`arrays and tables nest deeper than ${MAX_DEPTH} levels`, 'ERR_SUPERCONFIG_LIMIT', 'the limit `depth` can be raised, up to 512');
    }
    if (!Array.isArray(input) && !isPlain(input) && (ArrayBuffer.isView(input) || Object.keys(input).length === 0)) {
      // A Map, a URL or a Buffer would become an empty table, or one of bytes. Objects of a class are taken by their fields.
      return fail(`${classOf(input)} is not a configuration value`);
    }
    ancestors.add(input);
    const output = Array.isArray(input) ? walkArray(input) : walkTable(input as Record<string, unknown>);
    ancestors.delete(input);
    return output;
  };
  const walkArray = (input: unknown[]): unknown[] => {
    const output: unknown[] = [];
    if (input.length > MAX_VALUES) fail(`an array of ${input.length} elements is too long`, 'ERR_SUPERCONFIG_LIMIT');
    for (const element of input) {
      segments.push(output.length);
      // As in JSON: leaving it out would move all that follow.
      output.push(walk(element === undefined ? null : element));
      leave();
    }
    return output;
  };
  const walkTable = (input: Record<string, unknown>): object => {
    const output: Record<string, unknown> = {};
    for (const key of Object.keys(input)) {
      segments.push(key);
      characters += key.length;
      const element = input[key];
      if (element === undefined) {
        leave();
        continue;
      }
      if (unpairedSurrogate(key) >= 0) fail('a key with half of a surrogate pair is not text');
      // An own key of that name sets no prototype here; the addon drops it with a warning.
      if (key === '__proto__') special('forbidden', '');
      else output[key] = walk(element);
      leave();
    }
    // A key named toJSON would be called by JSON.stringify only if it were a function, which walk refuses.
    return output;
  };

  try {
    const encoded = walk(value);
    return specials.length === 0 ? { value: encoded } : { value: encoded, specials };
  } catch (thrown) {
    if (isSuperConfigError(thrown)) throw thrown;
    return fail('reading the value threw', 'ERR_SUPERCONFIG_OPTION', 'a getter or proxy in it throws: see `cause`', thrown);
  }
}

/**
 * The options of a source or verb, whose names and kinds the addon checks: a copy of what crosses unchanged.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` for what is not an object, and for a function, symbol, bigint or infinite number in it.
 */
export function optionsOf<T extends object>(given: T | undefined, verb: string): Partial<T> {
  if (given === undefined) return {};
  const what = `the options of \`${verb}\``;
  const { value, specials: [special] = [] } = encode(objectOf(given, what), what);
  if (special === undefined) return value as Partial<T>;
  const [, segments, type, text] = special;
  throw optionError(`\`${segments.join('.')}\` of \`${verb}\` cannot be the ${type} ${text}`);
}

/** The JavaScript value of a tree. Cost: `JSON.parse`, and one walk where it is frozen. */
function decode([json, specials]: NativeTree, freeze: boolean, bigint: (digits: string) => unknown = BigInt): unknown {
  const value: unknown = JSON.parse(json);
  if (specials != null) {
    // The values along the path, from the root down to the one that holds the special.
    const holders = [value as Record<string | number, unknown>];
    for (const [shared, segments, type, text] of JSON.parse(specials) as Special[]) {
      holders.length = shared + 1;
      let holder = holders[shared] as Record<string | number, unknown>;
      const last = segments.pop() as string | number;
      for (const segment of segments) {
        holder = holder[segment] as Record<string | number, unknown>;
        holders.push(holder);
      }
      holder[last] = type === 'bigint' ? bigint(text) : Number(text);
    }
  }
  return freeze ? deepFreeze(value) : value;
}

/** A value from the addon as readers see it; frozen unless `freeze` is false. */
export function toValue(value: NativeValue, freeze = true): unknown {
  return Array.isArray(value) ? decode(value, freeze) : value;
}

/** The same for `JSON.stringify`, which refuses a `bigint`: the text of its digits replaces it. */
export function toJsonValue(value: NativeValue): unknown {
  if (typeof value === 'bigint') return String(value);
  return Array.isArray(value) ? decode(value, false, String) : value;
}

// More keys than this V8 keeps in a hash table, which has no shape.
const MAX_SHAPED = 128;

/** Makes an object like that of a literal, but of a family of shapes that no other code adds to. It has no name that messages would show. */
// biome-ignore lint/complexity/useArrowFunction: it is called with `new`.
const [Table] = [function () {}] as unknown as [new () => Record<string, unknown>];
(Table as { prototype: object }).prototype = Object.prototype;

/**
 * Freezes a tree at every level. The engine's limit on nesting bounds the recursion.
 *
 * What holds tables or lists is made anew, of frozen ones. V8 knows then what shapes they have: `tree.a.b.c` takes as long as in any other
 * object. Freezing changes the shape of what is frozen, so where it is in a table already, code looks at its shape with every read of it.
 */
function deepFreeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) value[at] = deepFreeze(value[at]);
    return Object.freeze(value);
  }
  const table = value as Record<string, unknown>;
  const keys = Object.keys(table);
  if (!keys.some((key) => typeof table[key] === 'object')) return Object.freeze(table);
  // A prototype that is frozen, or has a setter, does not let its keys be added.
  const frozen = keys.length > MAX_SHAPED || keys.some((key) => key in Object.prototype) ? table : new Table();
  for (const key of keys) frozen[key] = deepFreeze(table[key]);
  return Object.freeze(frozen);
}
