// Results of custom sources that are no values: texts by path, and documents.
import { type Format, SuperConfigError } from '../index.js';

// The engine looks for this key, so that no plain values are mistaken for one.
const SOURCE_DATA = Symbol.for('superconfig.source-data');

/**
 * A text of a source, with the path that it sets.
 *
 * @example
 * ```ts
 * import { type StoredText, texts } from 'superconfig/live';
 *
 * const stored: StoredText = { path: ['server', 'port'], text: '8080', key: '/shop/server/port', revision: '1042' };
 * loadConfigSync({ sources: [source({ name: 'store', load: () => texts([stored]) })] }).get('server.port'); // 8080
 * ```
 */
export interface StoredText {
  /** The path that it sets; a string is split at dots. */
  path: string | readonly string[];
  /** The text. */
  text: string;
  /** The key as the source spells it, for `explain` and errors. */
  key: string;
  /** The revision of the key, where the source has one. */
  revision?: string;
}

/**
 * The conversion of texts to values.
 *
 * @example
 * ```ts
 * import { type TextTyping, texts } from 'superconfig/live';
 *
 * const typing: TextTyping = { typing: 'text' };
 * const store = source({ name: 'store', load: () => texts([{ path: 'port', text: '80', key: 'port' }], typing) });
 * loadConfigSync({ sources: [store] }).get('port'); // '80'
 * ```
 */
export interface TextTyping {
  /**
   * `known`: the type that the schema or the layers below have, else what the text spells, as with variables; `infer`: what the text
   * spells, whatever is below; `text`: text. `known` by default.
   */
  typing?: 'known' | 'infer' | 'text';
  /** `loose`: a segment also matches a known key that differs in case, `_` and `-` alone, as with variables; `exact` by default. */
  match?: 'exact' | 'loose';
}

/**
 * A document of a source.
 *
 * @example
 * ```ts
 * import { documents, type StoredDocument } from 'superconfig/live';
 *
 * const stored: StoredDocument = { name: 'shop/config.yaml', text: 'server:\n  port: 8080', revision: '1042' };
 * const config = loadConfigSync({ sources: [source({ name: 'store', load: () => documents([stored]) })] });
 * const { key, revision, line, column } = config.explain('server.port').winner ?? {};
 * [key, revision, line, column]; // ['shop/config.yaml', '1042', 2, 9]
 * ```
 */
export interface StoredDocument {
  /** The key under which the source holds it. */
  name: string;
  /** The document. */
  text: string;
  /** The format; by default that of the name's extension, else detected from the content. */
  format?: Format;
  /** The revision of the key, where the source has one. */
  revision?: string;
  /** The path below which its values are; the root by default. */
  at?: readonly string[];
}

/**
 * Texts by path as the result of a custom source: typed and placed as environment variables are, and explained by their keys. Costs a
 * pass over the list.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` for what is no such list.
 * @example
 * ```ts
 * import { texts } from 'superconfig/live';
 *
 * const store = source({ name: 'store', load: () => texts([{ path: 'server.port', text: '8080', key: '/shop/server/port', revision: '7' }]) });
 * const config = loadConfigSync({ sources: [defaults({ server: { port: 1 } }), store] });
 * config.get('server.port'); // 8080
 * config.explain('server.port').winner?.key; // '/shop/server/port'
 * ```
 */
export function texts(list: readonly StoredText[], options: TextTyping = {}): object {
  const { typing, match } = objectOf(options, 'what `texts` takes beside the list');
  if (typing !== undefined && !['known', 'infer', 'text'].includes(typing)) throw optionError("`typing` is 'known', 'infer' or 'text'");
  if (match !== undefined && !['exact', 'loose'].includes(match)) throw optionError("`match` is 'exact' or 'loose'");
  const stored = listOf(list, 'texts').map((given, at) => {
    const { path, text, key, revision } = objectOf(given, `text ${at}`);
    const segments = typeof path === 'string' ? path.split('.') : path;
    if (!Array.isArray(segments) || segments.length === 0) throw optionError(`the path of text ${at} is text or an array of it`);
    for (const part of [...segments, text, key, revision ?? '']) checkText(part, `text ${at}`);
    return { path: segments, text, key, revision };
  });
  return { [SOURCE_DATA]: { texts: { texts: stored, typing, loose: match === 'loose' } } };
}

/**
 * Documents as the result of a custom source, each of them a layer, later ones winning. They are parsed under the limits of the
 * configuration, and `explain` and errors name key, line and column. Costs a pass over the list.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` for what is no such list. On loading: `ERR_SUPERCONFIG_PARSE` and `ERR_SUPERCONFIG_FORMAT`, located.
 * @example
 * ```ts
 * import { documents } from 'superconfig/live';
 *
 * const store = source({ name: 'store', load: () => documents([{ name: 'shop/config.toml', text: 'port = 8080', revision: '7' }]) });
 * loadConfigSync({ sources: [store] }).explain('port').winner?.revision; // '7'
 * ```
 */
export function documents(list: readonly StoredDocument[]): object {
  const stored = listOf(list, 'documents').map((given, at) => {
    const { name, text, format, revision, at: mount = [] } = objectOf(given, `document ${at}`);
    if (!Array.isArray(mount)) throw optionError(`\`at\` of document ${at} is an array of text`);
    for (const part of [...mount, name, text, format ?? '', revision ?? '']) checkText(part, `document ${at}`);
    return { name, text, format, revision, at: mount };
  });
  return { [SOURCE_DATA]: { documents: stored } };
}

function listOf<T>(list: readonly T[], what: string): readonly T[] {
  if (Array.isArray(list)) return list;
  throw optionError(`\`${what}\` takes an array`);
}

function objectOf<T extends object>(given: T, what: string): T {
  if (typeof given === 'object' && given !== null) return given;
  throw optionError(`${what} is not an object`);
}

function checkText(given: unknown, what: string): void {
  if (typeof given !== 'string') throw optionError(`${what} has a part that is not text`);
  if (!given.isWellFormed()) throw optionError(`${what} has half of a surrogate pair, which is not text`);
}

function optionError(message: string): SuperConfigError {
  return new SuperConfigError('ERR_SUPERCONFIG_OPTION', message);
}
