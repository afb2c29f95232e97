// An option of etcd that is a value, or a function of the program that gives it.
import { answerWithin } from '../live/index.js';
import { CONNECT_MS } from './grpc.js';

/** The value of an option. A function that does not answer in time, or before the signal aborts, fails that connection alone. */
export async function givenValue<T extends object | undefined>(name: string, given: T | (() => T | Promise<T>), signal: AbortSignal): Promise<T> {
  if (typeof given !== 'function') return given;
  try {
    return await answerWithin(Promise.resolve(given()), CONNECT_MS, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Error(`\`${name}\` failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
