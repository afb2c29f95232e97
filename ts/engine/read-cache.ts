// Reading values: each crosses from the addon once per version.
import { isSuperConfigError, SuperConfigError } from '../internal/errors.js';
import { native } from './addon.js';
import { type Attachment, PINNED, pinned } from './attachment.js';
import { toValue } from './codec.js';
import { fromNative } from './native-error.js';
import { OUTDATED } from './outdated.js';
import { type LoosePath, showPath, toNativePath } from './path.js';
import type { MissingPath } from './protocol.js';

/** Makes the caches current: moves to the newest version where there is one. Costs a comparison where nothing changed. */
export function sync(attachment: Attachment): void {
  // Read before the version is: one that is published in between causes one more sync, never a stale read.
  const seen = attachment.look();
  if (seen === attachment.seen) return;
  // The addon does it too, a moment after the word: what `current` keeps must not be older than what is read here.
  Atomics.store(OUTDATED, 0, 1);
  attachment.assertOpen();
  native().sync(attachment.id, PINNED);
  const generation = pinned(0);
  attachment.seen = seen;
  // Configurations may share a word: then the caches are still current.
  if (generation === attachment.generation) return;
  attachment.clear();
  attachment.generation = generation;
  attachment.version = pinned(1);
}

/** The version that a read would see. */
export function currentVersion(attachment: Attachment): number {
  sync(attachment);
  return attachment.version;
}

/** The whole as a frozen value, made once per version. */
export function readTree({ shown: attachment }: Attachment): unknown {
  sync(attachment);
  attachment.tree ??= toValue(native().read(attachment.id, '', false));
  return attachment.tree;
}

/**
 * The value at a path, or `undefined`; made once per version.
 *
 * @throws `ERR_SUPERCONFIG_PATH` for a malformed path.
 */
export function lookUp({ shown: attachment }: Attachment, path: LoosePath): unknown {
  sync(attachment);
  const { text, segments } = toNativePath(path);
  if (text === (segments ? '[]' : '')) return readTree(attachment);
  if (segments) attachment.segmentCache ??= new Map();
  else attachment.cache ??= new Map();
  const cache = (segments ? attachment.segmentCache : attachment.cache) as Map<string, unknown>;
  const cached = cache.get(text);
  if (cached !== undefined) return cached;
  const value = toValue(native().read(attachment.id, text, segments));
  if (value !== undefined) {
    if (cache.size === MAX_CACHED) cache.clear();
    cache.set(text, value);
  }
  return value;
}

// Programs read few paths, but those again and again. A path has many spellings, and made-up paths may be long: neither must fill the memory.
const MAX_CACHED = 10_000;
const MAX_ABSENT = 1000;
const MAX_ABSENT_LENGTH = 1000;

/** The same, and `undefined` for a malformed path. Reading again what does not exist costs a `Set` lookup. */
export function lookUpLeniently({ shown: attachment }: Attachment, path: LoosePath): unknown {
  sync(attachment);
  if (typeof path !== 'string') return lookUpWellFormed(attachment, path);
  const cached = attachment.cache?.get(path);
  if (cached !== undefined || attachment.absent?.has(path)) return cached;
  const value = lookUpWellFormed(attachment, path);
  if (value === undefined && path.length <= MAX_ABSENT_LENGTH) {
    attachment.absent ??= new Set();
    if (attachment.absent.size === MAX_ABSENT) attachment.absent.clear();
    attachment.absent.add(path);
  }
  return value;
}

function lookUpWellFormed(attachment: Attachment, path: LoosePath): unknown {
  try {
    return lookUp(attachment, path);
  } catch (thrown) {
    const error = fromNative(thrown);
    if (isSuperConfigError(error) && error.code === 'ERR_SUPERCONFIG_PATH') return undefined;
    throw error;
  }
}

/**
 * What there is to read at a path without a value: `undefined` where the schema declares it.
 *
 * @throws `ERR_SUPERCONFIG_PATH` with the closest path that exists, for one that neither the values nor the schema know.
 */
export function readMissing({ shown: attachment }: Attachment, path: LoosePath): undefined {
  const { text, segments } = toNativePath(path);
  const { optional, secret, closest } = JSON.parse(native().describeMissing(attachment.id, text, segments)) as MissingPath;
  if (optional) return undefined;
  const shown = secret ?? showPath(path);
  throw new SuperConfigError('ERR_SUPERCONFIG_PATH', secret === null ? `there is no \`${shown}\`` : `there is no such key in \`${shown}\``, {
    path: shown,
    ...(closest !== null && { hint: `did you mean \`${closest}\`?` }),
  });
}
