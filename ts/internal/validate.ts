import { encode } from '../engine/codec.js';
import { kindOf } from '../engine/path.js';
import { SuperConfigError } from './errors.js';
import { unpairedSurrogate } from './unicode.js';

/**
 * Options that cross to the addon, which knows their names: a copy, with nothing in it that would be lost on the way.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` for what is not an object, and for a function, symbol, bigint or number without end in it.
 */
export function optionsOf<T extends object>(given: T | undefined, of: string): Partial<T> {
  if (given === undefined) return {};
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `the options of \`${of}\` are an object, not ${kindOf(given)}`);
  }
  const { value, specials } = encode(given, `the options of \`${of}\``);
  const [special] = specials ?? [];
  if (special === undefined) return value as Partial<T>;
  const [segments, type, text] = special;
  throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `\`${segments.join('.')}\` of \`${of}\` cannot be the ${type} ${text}`);
}

/** A string. @throws `ERR_SUPERCONFIG_OPTION` for anything else. */
export function text(given: unknown, what: string): string {
  if (typeof given !== 'string') throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `${what} is a string, not ${kindOf(given)}`);
  if (unpairedSurrogate(given) >= 0) throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `${what} holds half of a surrogate pair`);
  return given;
}

/** A copy of an array of strings. @throws `ERR_SUPERCONFIG_OPTION` for anything else. */
export function texts(given: unknown, what: string): string[] {
  if (!Array.isArray(given)) throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `${what} are an array of strings, not ${kindOf(given)}`);
  return given.map((one) => text(one, `each of ${what}`));
}

/** `true` or `false`. @throws `ERR_SUPERCONFIG_OPTION` for anything else. */
export function flag(given: unknown, what: string): boolean {
  if (typeof given === 'boolean') return given;
  throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `\`${what}\` is true or false, not ${kindOf(given)}`);
}
