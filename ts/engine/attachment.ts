// The attachment to a configuration in the addon, and the caches of its values, which its objects in one thread share.
import { generationWords, native, wordIndex } from './addon.js';
import { closedError } from './closed-error.js';
import type { Environment, LoadRequest } from './load-request.js';
import { NoCustomSources, type Sources } from './sources.js';

/** What delivers the events of an attachment. */
interface Pump {
  /** Whether it gets what happens. */
  readonly isSubscribed: boolean;
  /** Delivers what has happened since the last time. */
  deliver(): void;
  /** Ends the delivery. */
  end(): void;
}

/** Finds what a read is to see in place of a configuration; nothing where that is the configuration itself. */
export type FindOverlay = () => Attachment | undefined;

// No generation equals it, so every read of a closed attachment takes the slow way and fails there.
const CLOSED_WORD = Uint32Array.of(0xffff_ffff);

// Not told of what is closed, as most are never closed, and being able to tell it takes each of them a number and a place in a table.
const unreachable = new FinalizationRegistry<Sources>((sources) => {
  const { attachment, lifetime } = sources;
  if (lifetime.ended || attachment === undefined) return;
  sources.end();
  try {
    native().close(attachment);
  } catch {
    // No caller is left to report it to, and nothing is lost: the addon has already released it.
  }
});

const NO_SOURCES = new NoCustomSources();
const NO_OVERLAYS: readonly FindOverlay[] = [];

/** Where the addon puts what an attachment reads: the generation, the version and the id of the configuration, until its next such call. */
export const PINNED = new Float64Array(3);

/** One of these: as a whole number, which V8 keeps in a field, where for what an array of doubles holds it makes an object. */
export function pinned(at: 0 | 1 | 2): number {
  return Math.trunc(PINNED[at] as number);
}

/** An attachment; closed until it is opened. */
export class Attachment {
  /** What reads compare: the generation word, or, before the first look at it and while there are overlays, one that equals no generation. */
  word: Uint32Array = CLOSED_WORD;
  #index = 0;
  #generationWord: Uint32Array | undefined = CLOSED_WORD;
  /** Find what reads are to see in place of this, each in the asynchronous context of the read. */
  overlays = NO_OVERLAYS;
  /** The word as it was when the caches were last found to be current. */
  seen = -1;
  /** The generation that the caches belong to. */
  generation = -1;
  version = 0;
  /** The number of the attachment in the addon. */
  id = -1;
  closed = true;
  /** Values by dotted path, once one is read. */
  cache: Map<string, unknown> | undefined = undefined;
  /** Values by the JSON text of their segments, once one is read so. */
  segmentCache: Map<string, unknown> | undefined = undefined;
  /** Dotted paths that were read and do not exist, a limited number of them, once there is one. */
  absent: Set<string> | undefined = undefined;
  /** The whole tree, after its first read. */
  tree: unknown = undefined;
  /** What it was loaded from; nothing where another thread loaded it. */
  request: LoadRequest | undefined = undefined;
  /** The variables of `.env` files that were put into `process.env`. */
  exported: Environment | undefined = undefined;
  /** Delivers events, once there are listeners. */
  pump: Pump | undefined = undefined;
  /** Reloads in the background, where only JavaScript can: because it validates, or has custom sources. */
  refresh: (() => void) | undefined = undefined;
  /** The sources. What those of a configuration are that another thread loaded is known to the addon alone. */
  sources: Sources = NO_SOURCES;

  /** Opens the one that the addon has just made; the addon releases it when it is closed or no longer reachable. */
  static open(id: number, request?: LoadRequest, sources: Sources = new NoCustomSources()): Attachment {
    const attachment = new Attachment();
    const generation = pinned(0);
    attachment.#index = wordIndex(pinned(2));
    attachment.#generationWord = undefined;
    attachment.seen = generation;
    attachment.generation = generation;
    attachment.version = pinned(1);
    attachment.id = id;
    attachment.closed = false;
    attachment.request = request;
    attachment.sources = sources;
    sources.attachment = id;
    unreachable.register(attachment, sources);
    return attachment;
  }

  /** The generation word of the configuration, as it is now. */
  look(): number {
    // A view is made by the first look: not every thread that loads reads.
    this.#generationWord ??= generationWords().subarray(this.#index, this.#index + 1);
    if (this.overlays.length === 0) this.word = this.#generationWord;
    return this.#generationWord[0] as number;
  }

  /** Makes reads see what `find` finds, until the returned function is called. Meanwhile each read takes the slow way. */
  overlay(find: FindOverlay): () => void {
    this.assertOpen();
    this.overlays = [...this.overlays, find];
    this.word = CLOSED_WORD;
    return () => {
      this.overlays = this.overlays.filter((other) => other !== find);
    };
  }

  /** What the current read is to see: this one, unless something is laid over it here. */
  get shown(): Attachment {
    for (const find of this.closed ? [] : this.overlays) {
      const found = find();
      if (found !== undefined) return found;
    }
    return this;
  }

  /** Closes it. Safe to repeat. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.clear();
    this.#generationWord = CLOSED_WORD;
    this.word = CLOSED_WORD;
    this.seen = -1;
    this.sources.end();
    this.pump?.end();
    native().close(this.id);
  }

  /** Empties the caches. */
  clear(): void {
    this.cache?.clear();
    this.segmentCache?.clear();
    this.absent?.clear();
    this.tree = undefined;
  }

  /** @throws `ERR_SUPERCONFIG_CLOSED` where it is closed. */
  assertOpen(): void {
    if (this.closed) throw closedError('configuration');
  }
}
