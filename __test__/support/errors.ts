import { expect } from 'vitest';
import { SuperConfigError } from '../../ts/index.ts';

/** What a call throws, which must be an error of this package. */
export function caught(action: () => unknown): SuperConfigError {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(SuperConfigError);
    return error as SuperConfigError;
  }
  throw new Error('nothing was thrown');
}

/** What a promise rejects with, which must be an error of this package. */
export async function rejected(promise: Promise<unknown>): Promise<SuperConfigError> {
  try {
    await promise;
  } catch (error) {
    expect(error).toBeInstanceOf(SuperConfigError);
    return error as SuperConfigError;
  }
  throw new Error('nothing was thrown');
}

/** The first line of an error's stack that is a place. */
export function firstFrame(error: Error): string {
  return error.stack?.split('\n').find((line) => /^\s+at /.test(line)) ?? '';
}
