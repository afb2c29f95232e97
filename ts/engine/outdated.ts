// The objects of this thread that keep something of the newest versions, and the word that ends it.

/**
 * A word that the addon sets to 1 with each new version of a configuration after the first, and when one is closed. Read as it is; set by
 * `Atomics` alone. One for all configurations, as the address of one is a constant of optimised code, where it is a constant of a function.
 */
export const OUTDATED = new Uint32Array(new ArrayBuffer(4));

const LEAST_ROOM = 64;

/** The objects that keep something. They are held weakly, in a list that grows and shrinks with the number of those that are left. */
export class Keepers<K extends object> {
  #keepers: WeakRef<K>[] = [];
  #room = LEAST_ROOM;

  /** How many are listed, some of which may be gone. */
  get size(): number {
    return this.#keepers.length;
  }

  /** Adds one that is not among them. */
  add(keeper: WeakRef<K>): void {
    if (this.#keepers.length >= this.#room) {
      this.#keepers = this.#keepers.filter((other) => other.deref() !== undefined);
      this.#room = Math.max(LEAST_ROOM, this.#keepers.length * 2);
    }
    this.#keepers.push(keeper);
  }

  /** Lets all of them drop what they keep. What they find in place of it has to be looked for afterwards, so that no version is missed. */
  release(drop: (keeper: K) => void): void {
    Atomics.exchange(OUTDATED, 0, 0);
    const keepers = this.#keepers;
    this.#keepers = [];
    this.#room = LEAST_ROOM;
    for (const reference of keepers) {
      const keeper = reference.deref();
      if (keeper !== undefined) drop(keeper);
    }
  }
}
