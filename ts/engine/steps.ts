// One description of a load for both ways to run it: at once, or awaiting what is a promise.
import { type Origin, SuperConfigError } from '../internal/errors.js';
import { isPromiseLike } from '../internal/validate.js';

/** A value that a step yields, which may have to be awaited. */
interface Pending {
  readonly value: unknown;
  /** What it comes from, for the error where it cannot be awaited. */
  readonly subject: string;
  readonly origin: Origin | undefined;
}

/** The steps of a load. */
export type Steps<R> = Generator<Pending, R, unknown>;

/** Yields a value that may be a promise, and goes on with what it settles to. */
export function* settled<T>(value: T | PromiseLike<T>, subject: string, origin?: Origin): Steps<T> {
  return (yield { value, subject, origin }) as T;
}

/**
 * Runs steps at once.
 *
 * @throws `ERR_SUPERCONFIG_ASYNC` where a value is a promise.
 */
export function runSync<R>(steps: Steps<R>): R {
  let step = steps.next();
  while (!step.done) {
    const { value } = step.value;
    step = isPromiseLike(value) ? steps.throw(requireSync(step.value, value)) : steps.next(value);
  }
  return step.value;
}

/** The error for a value that has to be awaited where nothing can. */
function requireSync({ subject, origin }: Pending, promise: PromiseLike<unknown>): SuperConfigError {
  // Its outcome is of no use any more, and must not end the process.
  promise.then(undefined, () => {});
  return new SuperConfigError('ERR_SUPERCONFIG_ASYNC', `${subject} is asynchronous`, {
    ...(origin && { origin }),
    hint: 'use `load()` and `reload()` in place of `loadSync()` and `reloadSync()`',
  });
}

/** Runs steps and awaits what has to be; up to the first such value it runs at once. */
export async function runAsync<R>(steps: Steps<R>): Promise<R> {
  let step = steps.next();
  while (!step.done) {
    let { value } = step.value;
    try {
      if (isPromiseLike(value)) value = await value;
    } catch (thrown) {
      step = steps.throw(thrown);
      continue;
    }
    step = steps.next(value);
  }
  return step.value;
}
