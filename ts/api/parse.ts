// Parsing without a configuration.
import { native } from '../engine/addon.js';
import { toValue } from '../engine/codec.js';
import { guard } from '../engine/native-error.js';
import { checkDocument } from '../internal/unicode.js';
import { stringOf, stringsOf } from '../internal/validate.js';
import { guidanceOf } from '../schema/json-schema.js';
import type { StandardSchema } from '../schema/standard-schema.js';
import type { Format } from './sources.js';

/**
 * Parses one document into a plain value; no configuration, no file. Cost: one parse here, one `JSON.parse`.
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
    return toValue(native().parse(stringOf(text, 'a document'), stringOf(format, 'a format')), false);
  }) as T;
}

/**
 * A document in another format.
 *
 * @example
 * ```ts
 * const converted: Converted = convert('a: 1\nb: null', 'yaml', 'toml');
 * converted.text; // 'a = 1\n'
 * converted.losses.map(({ path }) => path); // ['b']
 * ```
 */
export interface Converted {
  /** The text in the other format. */
  text: string;
  /** The values that the other format does not hold as they are: the dotted path of each, and what becomes of it. */
  losses: { path: string; message: string }[];
}

/**
 * How a document is converted.
 *
 * @example
 * ```ts
 * const options: ConvertOptions = { patterns: ['**.pin'] };
 * convert('pin: 1234', 'yaml', 'toml', options).text; // 'pin = "[redacted]"\n'
 * ```
 */
export interface ConvertOptions {
  /** Whether secrets are written as they are. */
  secrets?: boolean;
  /** Patterns of paths that are secrets beside those that their names tell. */
  patterns?: readonly string[];
  /** A schema that marks secrets. */
  schema?: StandardSchema;
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
export function convert(text: string, from: Format, to: Format, { secrets = false, patterns = [], schema }: ConvertOptions = {}): Converted {
  return guard(convert, () => {
    if (typeof text === 'string') checkDocument(text, 'text');
    const formats = [stringOf(from, 'a format'), stringOf(to, 'a format')] as const;
    const marks = schema === undefined ? undefined : JSON.stringify(guidanceOf(schema).schema);
    const converted = native().convert(stringOf(text, 'a document'), ...formats, secrets, stringsOf(patterns, 'the patterns of secrets'), marks);
    return JSON.parse(converted) as Converted;
  });
}
