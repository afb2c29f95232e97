// How long something is waited for: until it settles, until its time is over, or until what it is for has ended.
import { closedError } from './closed-error.js';

/** The time in which work for a configuration is of use: until it is closed, or until its first load fails. */
export class Lifetime {
  readonly #callbacks = new Set<() => void>();
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
    this.#callbacks.add(callback);
    return () => this.#callbacks.delete(callback);
  }

  /** Ends it; safe to repeat. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const callbacks = [...this.#callbacks];
    this.#callbacks.clear();
    for (const callback of callbacks) callback();
  }
}

/** What waiting is bounded by. */
export interface Bounds {
  readonly lifetime: Lifetime;
  /** Nobody has called for what is waited for: the process does not go on for it. */
  readonly isBackground: boolean;
}

/**
 * Settles as the promise does, unless the time is over before: then it rejects with what `late` returns, and with `CLOSED` where the
 * lifetime has ended. What becomes of the promise is ignored then.
 */
export function settleWithin<T>(promise: PromiseLike<T>, timeoutMs: number, { lifetime, isBackground }: Bounds, late: () => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      stop();
      reject(late());
    }, timeoutMs);
    if (isBackground) timer.unref();
    let removeCallback = () => {};
    const stop = () => {
      clearTimeout(timer);
      removeCallback();
    };
    removeCallback = lifetime.onEnd(() => {
      stop();
      reject(closedError('configuration'));
    });
    // A foreign promise may call back twice, or throw: one of its own does neither.
    Promise.resolve(promise).then(
      (value) => {
        stop();
        resolve(value);
      },
      (thrown) => {
        stop();
        reject(thrown);
      },
    );
  });
}
