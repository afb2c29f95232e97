// Waits for a promise until it settles, until its time is over, or until its purpose has ended.
import { kindOf, optionError } from '../internal/validate.js';
import { closedError } from './closed-error.js';
import { type Bounds, MAX_TIMEOUT_MS } from './lifetime.js';

/** A time to wait. @throws `ERR_SUPERCONFIG_OPTION` for what is none. */
export function timeoutOf(given: unknown): number {
  if (typeof given === 'number' && given > 0 && given <= MAX_TIMEOUT_MS) return given;
  throw optionError(`\`timeoutMs\` is a number of milliseconds above 0 and below 2³¹, not ${typeof given === 'number' ? given : kindOf(given)}`);
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
