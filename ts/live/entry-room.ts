// A bound on what the entries of a store may take of the memory.

/** The text that the entries of one store may hold, in UTF-16 code units. */
const MOST = 1 << 26;
/** What an entry takes beside its text. */
const ENTRY = 64;

interface Sized {
  readonly key: string;
  readonly value?: string | undefined;
}

/** What an entry counts for; nothing for none. */
export function sizeOf(entry: Sized | undefined): number {
  return entry === undefined ? 0 : entry.key.length + (entry.value?.length ?? 0) + ENTRY;
}

/** @throws where entries of this size are too many. */
export function checkSize(size: number): void {
  if (size > MOST) throw new Error(`the store holds more than ${MOST} characters, each key counted with ${ENTRY} more`);
}

/**
 * The room for a list of entries: 67,108,864 characters of text, each entry counted with 64 more. A server may go on listing for ever.
 *
 * @example
 * ```ts
 * import { EntryRoom } from 'superconfig/live';
 *
 * const room = new EntryRoom();
 * for (const entry of [{ key: 'port', value: '80' }, { key: 'host', value: 'db' }]) room.take(entry);
 * ```
 */
export class EntryRoom {
  #size = 0;

  /**
   * Takes the room of an entry, and gives that of the one before it back; an `Error` where there is none left.
   *
   * @example
   * ```ts
   * import { EntryRoom } from 'superconfig/live';
   *
   * const room = new EntryRoom();
   * room.take({ key: 'port', value: '80' });
   * room.take({ key: 'port', value: '8080' }, { key: 'port', value: '80' });
   * ```
   */
  take(entry: Sized | undefined, before?: Sized): void {
    this.#size += sizeOf(entry) - sizeOf(before);
    checkSize(this.#size);
  }
}
