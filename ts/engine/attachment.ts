// What a configuration and its handles share in one thread: the attachment to it in the addon, and the caches of its values.
import { SuperConfigError } from '../internal/errors.js';
import { generationWords, native, wordIndex } from './addon.js';
import { SourceWatches } from './custom-sources.js';
import type { LoadRequest } from './load-request.js';
import type { Attached } from './protocol.js';

/** What delivers the events of an attachment. */
interface Pump {
  /** Delivers what has happened since the last time. */
  deliver(): void;
  /** Ends the delivery. */
  end(): void;
}

// No generation equals it, so every read of a closed attachment takes the slow way and fails there.
const CLOSED_WORD = Uint32Array.of(0xffff_ffff);

const unreachable = new FinalizationRegistry<Pick<Attachment, 'id' | 'watches'>>(({ id, watches }) => {
  watches.end();
  try {
    native().close(id);
  } catch {
    // Nobody is left to report it to, and nothing is lost: the addon has already released it.
  }
});

/** An attachment; closed until it is opened. */
export class Attachment {
  /** The generation word of the configuration among those of the addon. */
  word: Uint32Array = CLOSED_WORD;
  /** The word as it was when the caches were last found to be current. */
  seen = -1;
  /** The generation that the caches belong to. */
  generation = -1;
  version = 0;
  /** The number of the attachment in the addon. */
  id = -1;
  closed = true;
  /** Values by dotted path. */
  readonly cache = new Map<string, unknown>();
  /** Values by the JSON text of their segments. */
  readonly segmentCache = new Map<string, unknown>();
  /** Dotted paths that were read and do not exist, a limited number of them. */
  readonly absent = new Set<string>();
  /** The whole tree, after its first read. */
  tree: unknown = undefined;
  /** What it was loaded from; nothing where another thread loaded it. */
  request: LoadRequest | undefined = undefined;
  /** Delivers events, once there are listeners. */
  pump: Pump | undefined = undefined;
  /** Reloads in the background, where only JavaScript can: because it validates, or has custom sources. */
  refresh: (() => void) | undefined = undefined;
  /** The number of reloads that were started. */
  started = 0;
  /** The last reload whose answers of custom sources were used. */
  answered = 0;
  /** The failures of custom sources in the last reload, by their names. */
  failures: ReadonlyMap<string, SuperConfigError> = new Map();
  readonly watches = new SourceWatches();

  /** Opens one; the addon releases it when it is closed or no longer reachable. */
  static open([id, configId, generation, version]: Attached, request?: LoadRequest): Attachment {
    const attachment = new Attachment();
    const index = wordIndex(configId);
    attachment.word = generationWords().subarray(index, index + 1);
    attachment.seen = generation;
    attachment.generation = generation;
    attachment.version = version;
    attachment.id = id;
    attachment.closed = false;
    attachment.request = request;
    unreachable.register(attachment, { id, watches: attachment.watches }, attachment);
    return attachment;
  }

  /** Closes it. Safe to repeat. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    unreachable.unregister(this);
    this.clear();
    this.word = CLOSED_WORD;
    this.seen = -1;
    this.watches.end();
    this.pump?.end();
    native().close(this.id);
  }

  /** Empties the caches. */
  clear(): void {
    this.cache.clear();
    this.segmentCache.clear();
    this.absent.clear();
    this.tree = undefined;
  }

  /** @throws `ERR_SUPERCONFIG_CLOSED` where it is closed. */
  assertOpen(): void {
    if (this.closed) throw closedError('configuration');
  }
}

/** The error of everything that is used after it was closed. */
export function closedError(what: string): SuperConfigError {
  return new SuperConfigError('ERR_SUPERCONFIG_CLOSED', `the ${what} is closed`);
}
