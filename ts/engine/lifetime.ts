// The time in which work for a configuration is of use.

/** The time in which work for a configuration is of use: until it is closed, or until its first load fails. */
export class Lifetime {
  // Most configurations wait for nothing.
  #callbacks: Set<() => void> | undefined;
  #ended = false;

  get ended(): boolean {
    return this.#ended;
  }

  /** Calls back at the end, or at once where that has come; returns what removes the callback. */
  onEnd(callback: () => void): () => void {
    if (this.#ended) {
      callback();
      return () => {};
    }
    this.#callbacks ??= new Set();
    const callbacks = this.#callbacks;
    callbacks.add(callback);
    return () => callbacks.delete(callback);
  }

  /** Ends it; safe to repeat. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const callbacks = [...(this.#callbacks ?? [])];
    this.#callbacks?.clear();
    for (const callback of callbacks) callback();
  }
}

/** The longest time that a timer takes. */
export const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** What waiting is bounded by. */
export interface Bounds {
  readonly lifetime: Lifetime;
  /** Nobody has called for what is waited for: the process does not go on for it. */
  readonly isBackground: boolean;
}
