// Parsing without a configuration.
import { native } from '../engine/addon.js';
import { toValue } from '../engine/codec.js';
import { guard } from '../engine/native-error.js';
import { checkDocument } from '../internal/unicode.js';
import { stringOf } from '../internal/validate.js';
import { converted } from './conversion.js';
import type { Format } from './sources.js';
import type { Converted, ConvertOptions } from './types/converted.js';

/**
 * Parses one document into a plain value; no configuration, no file. Cost: one parse here, one `JSON.parse`; of JSON that
 * is read as every parser reads it, a look for what is not, and one `JSON.parse`.
 *
 * @throws `ERR_SUPERCONFIG_PARSE` with the position, `ERR_SUPERCONFIG_FORMAT` for an unknown format, `ERR_SUPERCONFIG_LIMIT`,
 * `ERR_SUPERCONFIG_OPTION` for what is not text.
 * @example
 * ```ts
 * parse('port: 8080', 'yaml'); // { port: 8080 }
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: the text decides the type.
export function parse<T = any>(text: string, format: Format): T {
  return guard(parse, () => {
    if (typeof text === 'string') checkDocument(text, 'text');
    const value = native().parse(stringOf(text, 'a document'), stringOf(format, 'a format'), false);
    if (value !== undefined) return toValue(value, false);
    try {
      return JSON.parse(text);
    } catch {
      // It is no JSON: the engine says where, and why.
      return toValue(native().parse(text, format, true), false);
    }
  }) as T;
}

/**
 * Writes a document in another format: keeps the order of the keys and what the other format can hold, and lists what it cannot.
 * JSON and its kin have a line for each key and element. Comments are not kept. Secrets are written as `[redacted]`, unless `secrets` is set.
 *
 * @throws `ERR_SUPERCONFIG_PARSE` with the position, `ERR_SUPERCONFIG_FORMAT` for an unknown format, one that is not written, or a root
 * that it cannot have, `ERR_SUPERCONFIG_OPTION` for what is not text, and for a malformed pattern.
 * @example
 * ```ts
 * convert('[db]\nport = 1\npassword = "x"', 'toml', 'yaml').text; // 'db:\n  port: 1\n  password: "[redacted]"\n'
 * ```
 */
export function convert(text: string, from: Format, to: Format, options: ConvertOptions = {}): Converted {
  return guard(convert, () => converted(text, from, to, options));
}
