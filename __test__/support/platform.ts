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
