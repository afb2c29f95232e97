// Checks of arguments whose kind the compiler cannot guarantee.
import { SuperConfigError } from './errors.js';
import { unpairedSurrogate } from './unicode.js';

/** The kind of a value for a message, never the value itself. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (isArray(value)) return 'an array';
  if (value === undefined) return 'undefined';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function isArray(value: unknown): boolean {
  try {
    return Array.isArray(value);
  } catch {
    // A proxy that was revoked.
    return false;
  }
}

/** An error with the code `ERR_SUPERCONFIG_OPTION`. */
export function optionError(message: string, hint?: string): SuperConfigError {
  return new SuperConfigError('ERR_SUPERCONFIG_OPTION', message, hint === undefined ? {} : { hint });
}

/** An object that is no array. @throws `ERR_SUPERCONFIG_OPTION` for anything else. */
export function objectOf(given: unknown, what: string): object {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given;
  throw optionError(`${what} are an object, not ${kindOf(given)}`);
}

/** A string. @throws `ERR_SUPERCONFIG_OPTION` for anything else. */
export function stringOf(given: unknown, what: string): string {
  if (typeof given !== 'string') throw optionError(`${what} is a string, not ${kindOf(given)}`);
  if (unpairedSurrogate(given) >= 0) throw optionError(`${what} holds half of a surrogate pair`);
  return given;
}

/** A copy of an array of strings. @throws `ERR_SUPERCONFIG_OPTION` for anything else. */
export function stringsOf(given: unknown, what: string): string[] {
  if (!Array.isArray(given)) throw optionError(`${what} are an array of strings, not ${kindOf(given)}`);
  return given.map((one) => stringOf(one, `each of ${what}`));
}

/** `true` or `false`. @throws `ERR_SUPERCONFIG_OPTION` for anything else. */
export function booleanOf(given: unknown, what: string): boolean {
  if (typeof given === 'boolean') return given;
  throw optionError(`\`${what}\` is true or false, not ${kindOf(given)}`);
}

/** Whether a value has to be awaited. */
export function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return (typeof value === 'object' || typeof value === 'function') && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
