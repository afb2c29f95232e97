// Parsing without a configuration.
import { native } from '../engine/addon.js';
import { toValue } from '../engine/codec.js';
import { guard } from '../engine/native-error.js';
import { checkDocument } from '../internal/unicode.js';
import { stringOf } from '../internal/validate.js';
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
