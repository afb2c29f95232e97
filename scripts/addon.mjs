// Where the addon stands, and which build of it: `release` is what users get, `dev` compiles in seconds and is for tests.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** The folder of the package of this platform, and the addon in it that the facade loads. */
export const folder = 'npm/linux-x64-gnu';
export const packageName = '@superconfig/linux-x64-gnu';
export const file = 'superconfig.linux-x64-gnu.node';
/** Says which build the facade loads, and of which sources: `<release | dev> <digest>`. */
export const stamp = join(root, 'target/stamps/addon');

/** The build that the facade loads: `release`, `dev`, or `undefined` where none was made. */
export function build() {
  return existsSync(stamp) ? readFileSync(stamp, 'utf8').split(' ')[0] : undefined;
}

/** Ends the program unless the facade loads the build that users get. */
export function requireRelease() {
  if (build() === 'release') return;
  process.stderr.write('superconfig: this needs the release build of the addon; run `node scripts/setup.mjs release` first.\n');
  process.exit(1);
}
