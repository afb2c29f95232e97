// The selection of a store's keys for a source, and their conversion to values.
import { type Format, SuperConfigError } from '../index.js';
import type { Entries, Entry } from './mirror.js';
import { omitSecretLeaves, omitSecretTexts } from './omit-secrets.js';
import { checkRollout, chooseSubtree, type Rollout } from './rollout.js';
import { documents, type TextTyping, texts } from './source-data.js';

/**
 * The keys that a source takes, selected in one of three ways, and the path of their values.
 *
 * @example
 * ```ts
 * import type { KeyLayout } from 'superconfig/live';
 *
 * const values: KeyLayout = { prefix: '/shop/', match: 'loose' }; // `/shop/server/port` is `server.port`
 * const document: KeyLayout = { key: 'shop/config.yaml', at: ['shop'] };
 * const several: KeyLayout = { documents: 'conf.d/' };
 * ```
 */
export interface KeyLayout extends TextTyping {
  /** Each key below it holds one value; the rest of the key is its path. */
  prefix?: string;
  /** The key holds one document. */
  key?: string;
  /** Each key below it holds a document; they apply in the order of their keys. */
  documents?: string;
  /** The format of documents; by default that of the key's extension, else detected from the content. */
  format?: Format;
  /** The path below which all values are put; the root by default. */
  at?: readonly string[];
  /** Takes one of several subtrees below the prefix, by a rule that is stored beside them. */
  rollout?: Rollout;
}

/**
 * A checked layout.
 *
 * @example
 * ```ts
 * import { type Layout, layoutOf } from 'superconfig/live';
 *
 * const layout: Layout = layoutOf({ prefix: '/shop/' }, '/');
 * layout.start; // '/shop/'
 * ```
 */
export interface Layout {
  /** The key, or what all keys begin with. */
  readonly start: string;
  /** Whether it is one key alone. */
  readonly isOneKey: boolean;
  /** The entries as the result of a custom source. @throws for a value that is no text, and for a rule of a rollout that is none. */
  toResult(entries: Entries): object;
  /** The entries without secrets, by the names of their paths; documents without the leaves that are. */
  omitSecrets(entries: readonly Entry[]): Entry[];
}

/**
 * Checks a layout; keys are split at the separator. The revisions of a store that counts none of its own are not shown.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` for what does not say one way, or has options that are none.
 * @example
 * ```ts
 * import { layoutOf } from 'superconfig/live';
 *
 * layoutOf({ key: 'shop/config.yaml' }, '/').isOneKey; // true
 * layoutOf({}, '/'); // throws ERR_SUPERCONFIG_OPTION
 * ```
 */
export function layoutOf(
  { prefix, key, documents: below, format, at = [], typing, match, rollout }: KeyLayout,
  separator: string,
  { hasRevisions = true }: { hasRevisions?: boolean } = {},
): Layout {
  const given = Object.entries({ prefix, key, documents: below }).filter(([, value]) => value !== undefined);
  const [start] = given;
  if (given.length !== 1 || start === undefined || typeof start[1] !== 'string' || (key !== undefined && key === '')) {
    throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', 'a source has one of `prefix`, `key` and `documents`, each of which is text');
  }
  const typed = { ...(typing !== undefined && { typing }), ...(match !== undefined && { match }) };
  // Bad options are reported now, not with the first load.
  texts([], typed);
  documents([{ name: 'a', text: '', at }]);
  const shown = (revision: bigint) => (hasRevisions ? { revision: String(revision) } : {});
  if (rollout !== undefined) checkRollout(rollout, prefix);
  const folder = prefix === '' || prefix?.endsWith(separator) ? prefix : `${prefix}${separator}`;
  const segmentsOf = (own: string, below: string) =>
    own
      .slice(below.length)
      .split(separator)
      .filter((segment) => segment !== '');
  const toText = ({ key: own, value, revision }: Entry, below: string) => {
    return { path: [...at, ...segmentsOf(own, below)], text: textOf(own, value), key: own, ...shown(revision) };
  };
  const toDocument = ({ key: name, value, revision }: Entry) => {
    return { name, text: textOf(name, value), ...shown(revision), at, ...(format !== undefined && { format }) };
  };
  return {
    start: start[1],
    isOneKey: key !== undefined,
    toResult: (entries) => {
      const list = [...entries.values()];
      if (prefix === undefined) return documents(list.map(toDocument));
      const below = rollout === undefined ? prefix : `${folder}${chooseSubtree(rollout, entries)}${separator}`;
      // The prefix itself, and keys that are nothing but separators, name no path.
      const stored = list.filter(({ key: own }) => own.startsWith(below)).map((entry) => toText(entry, below));
      const withPath = stored.filter(({ path }) => path.length > at.length);
      return texts(withPath, typed);
    },
    omitSecrets: (entries) => {
      return prefix === undefined ? omitSecretLeaves(entries, format) : omitSecretTexts(entries, (own) => segmentsOf(own, prefix));
    },
  };
}

/** The placeholder for a value that is no text. */
const NOT_TEXT = '\ufffd';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Bytes as text; those that are no UTF-8 as a mark that {@link Layout.toResult} refuses.
 *
 * @example
 * ```ts
 * import { decodeText } from 'superconfig/live';
 *
 * decodeText(Buffer.from('é')); // 'é'
 * ```
 */
export function decodeText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    return NOT_TEXT;
  }
}

function textOf(key: string, value: string): string {
  if (value !== NOT_TEXT) return value;
  throw new Error(`the value of the key ${key} is not UTF-8`);
}
