// The system that the tests run on. A test of what it does not have skips itself and says why.
import { symlinkSync } from 'node:fs';
import { platform } from '../../scripts/addon.mjs';

/** As errors name it: `linux x64`, `linux arm64 with musl`. */
export const system = `${process.platform} ${process.arch}${platform.endsWith('-musl') ? ' with musl' : ''}`;

export const isLinux = process.platform === 'linux';
export const isWindows = process.platform === 'win32';

/** Links to a file or a directory; skips the test where Windows keeps that to administrators. */
export function link(target: string, path: string, skip: (why: string) => void): void {
  try {
    symlinkSync(target, path);
  } catch (error) {
    if (!isWindows || (error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
    skip('links are for administrators here');
  }
}

/** Does to a file what Windows refuses while somebody reads it: replaces it, deletes it, or writes one that is being deleted. */
export function persistently<T>(operation: () => T): T {
  for (let left = 500; ; left -= 1) {
    try {
      return operation();
    } catch (error) {
      if (!isWindows || left === 0) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}
