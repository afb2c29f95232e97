// The conversion of a document to another format.
import { native } from '../engine/addon.js';
import { checkDocument } from '../internal/unicode.js';
import { stringOf, stringsOf } from '../internal/validate.js';
import { guidanceOf } from '../schema/json-schema.js';
import type { Converted, ConvertOptions } from './types/converted.js';

/** Converts a document. @throws `ERR_SUPERCONFIG_OPTION` for arguments of a wrong kind, and what parsing and writing throw. */
export function converted(text: unknown, from: unknown, to: unknown, { secrets = false, patterns = [], schema, ascii = false }: ConvertOptions): Converted {
  if (typeof text === 'string') checkDocument(text, 'text');
  const formats = [stringOf(from, 'a format'), stringOf(to, 'a format')] as const;
  const marks = schema === undefined ? undefined : JSON.stringify(guidanceOf(schema).schema);
  return JSON.parse(native().convert(stringOf(text, 'a document'), ...formats, secrets, ascii, stringsOf(patterns, 'the patterns of secrets'), marks));
}
