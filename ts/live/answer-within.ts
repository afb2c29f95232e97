// A wait for an answer of a server that may never come.

/**
 * The result of a promise, or a failure when it has not settled in time or the signal aborts. What it gives later is dropped. Where this
 * thread was busy, an answer that is there and not read yet still counts. Keeps no process alive.
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
    const late = () => setImmediate(() => setImmediate(() => fail(new Error(`no answer within ${ms} ms`))));
    const timer = setTimeout(late, ms);
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
