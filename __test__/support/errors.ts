import { isSuperConfigError, type SuperConfigError } from '../../ts/index.ts';

/** The error that a call throws, which must be of this package, if another copy of it. */
export function caught(action: () => unknown): SuperConfigError {
  try {
    action();
  } catch (error) {
    if (isSuperConfigError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** The code of what a call throws. */
export function code(action: () => unknown): string {
  return caught(action).code;
}

/** What a promise rejects with, which must be an error of this package. */
export async function rejected(promise: Promise<unknown>): Promise<SuperConfigError> {
  try {
    await promise;
  } catch (error) {
    if (isSuperConfigError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** The first line of an error's stack that is a place. */
export function firstFrame(error: Error): string {
  return error.stack?.split('\n').find((line) => /^\s+at /.test(line)) ?? '';
}
