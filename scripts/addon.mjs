// The addon of this machine's platform and its builds: `release` is for users, `dev` for tests, compiled together with those of Rust.
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { addonFile, hostName, packageName as nameOf, root } from './platforms/platforms.mjs';

export const platform = hostName();
/** The folder of the package of this platform, and the addon in it that the facade loads. */
export const folder = `npm/${platform}`;
export const packageName = nameOf(platform);
export const file = addonFile(platform);
/** Says which build the facade loads, and of which sources: `<release | dev> <digest>`. */
export const stamp = join(root, 'target/stamps/addon');

/** What is off by default, and on where the engine is tested and checked. */
export const features = ['--features', 'superconfig/parallel,superconfig/tracing'];
/** What `npm test` compiles: all crates but the benchmarks. Cargo chooses features by the crates that are named. */
export const tested = ['--workspace', '--exclude', 'superconfig-bench', ...features];
/** The addons and all tests, which are compiled in one go; an extension module of Python links into no program, and pytest tests it. */
export const targets = ['--lib', '--bins', '--tests'];

/** The seed of Rust's properties, so that their cases are the same each time and none fails by chance; `npm run soak:properties` takes others. */
export const seeded = { PROPTEST_RNG_SEED: process.env.PROPTEST_RNG_SEED ?? '20261127' };

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

/** The flags of the compiler, as a variable for cargo, and with them no directory of this machine in what it makes. */
export function flags(more = []) {
  const { RUSTFLAGS = '', CARGO_HOME = join(homedir(), '.cargo') } = process.env;
  const shown = { [CARGO_HOME]: '/cargo', [root]: '/superconfig' };
  const remapped = Object.entries(shown).map(([path, name]) => `--remap-path-prefix=${path.replace(/[\\/]$/, '')}=${name}`);
  return { CARGO_ENCODED_RUSTFLAGS: [...RUSTFLAGS.split(' ').filter(Boolean), ...more, ...remapped].join('\x1f') };
}
