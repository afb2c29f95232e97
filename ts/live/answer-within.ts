// A wait for an answer of a server that may never come.

/** A timer that is later than this had to wait for its thread. */
const BUSY_MS = 100;

/**
 * The result of a promise, or a failure when it has not settled in time or the signal aborts. What it gives later is dropped. Where this
 * thread was busy, the answer gets as much time once more. Keeps no process alive.
 *
 * @example
 * ```ts
 * import { answerWithin } from 'superconfig/live';
 *
 * await answerWithin(Promise.resolve('pong'), 5_000, new AbortController().signal); // 'pong'
 * ```
 */
export function answerWithin<T>(promise: Promise<T>, ms: number, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
    };
    const aborted = () => {
      stop();
      reject(signal.reason);
    };
    const begun = performance.now();
    const late = () => fail(new Error(`no answer within ${ms} ms`));
    let timer = setTimeout(() => {
      // Neither the question nor the answer may have left its queue.
      if (performance.now() - begun < ms + BUSY_MS) return late();
      timer = setTimeout(late, ms);
      timer.unref();
    }, ms);
    timer.unref();
    const fail = (error: unknown) => {
      stop();
      reject(error);
    };
    signal.addEventListener('abort', aborted, { once: true });
    promise.then((value) => {
      stop();
      resolve(value);
    }, fail);
    if (signal.aborted) aborted();
  });
}
