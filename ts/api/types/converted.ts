// The outcome of a conversion, and its options.
import type { StandardSchema } from '../../schema/standard-schema.js';

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
 * The options of a conversion.
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
  /** Patterns of paths that are secrets beside those that are so by their names. */
  patterns?: readonly string[];
  /** A schema that marks secrets. */
  schema?: StandardSchema;
  /** Whether escapes stand for what is not ASCII; dotenv has none, and keeps its values. */
  ascii?: boolean;
}
