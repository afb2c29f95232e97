// The platforms that there is a package for. Its manifest in `npm/<name>/` says the system and the processor; this says how its addon
// is built.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * By the name of its package: `target`, for which libraries are built on a machine of another platform, and `oldest`, the least that
 * they have to run on. Loaders know the addon for Windows as that of `msvc`; Node takes it from either compiler.
 */
export const PLATFORMS = {
  'darwin-arm64': { target: 'aarch64-apple-darwin', oldest: { macos: '11.0' } },
  'darwin-x64': { target: 'x86_64-apple-darwin', oldest: { macos: '11.0' } },
  'linux-arm64-gnu': { target: 'aarch64-unknown-linux-gnu', oldest: { glibc: '2.17' } },
  'linux-arm64-musl': { target: 'aarch64-unknown-linux-musl', oldest: {} },
  'linux-x64-gnu': { target: 'x86_64-unknown-linux-gnu', oldest: { glibc: '2.17' } },
  'linux-x64-musl': { target: 'x86_64-unknown-linux-musl', oldest: {} },
  'win32-x64-msvc': { target: 'x86_64-pc-windows-gnu', oldest: {} },
};

export const names = Object.keys(PLATFORMS);

/** The name of the platform that this runs on, whether there is a package for it or not. */
export function hostName() {
  const { platform, arch } = process;
  if (platform === 'linux') return `${platform}-${arch}-${process.report.getReport().header.glibcVersionRuntime ? 'gnu' : 'musl'}`;
  return platform === 'win32' ? `${platform}-${arch}-msvc` : `${platform}-${arch}`;
}

export const packageName = (name) => `@superconfig/${name}`;

/** The addon's file in the package of a platform. */
export const addonFile = (name) => `superconfig.${name}.node`;

/** The folder of the package of a platform. */
export const packageFolder = (name) => join(root, 'npm', name);

export const manifest = (name) => JSON.parse(readFileSync(join(packageFolder(name), 'package.json'), 'utf8'));

/** The manifest of `superconfig` as it is published, with the addons of these platforms: the checkout builds its own, and names none. */
export function publishedManifest(names) {
  const published = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const key of ['devDependencies', 'scripts', 'overrides', 'napi']) delete published[key];
  published.optionalDependencies = Object.fromEntries(names.map((name) => [packageName(name), published.version]));
  return published;
}

/** The file that cargo makes of a crate's library for a target, or without one for the machine that this runs on. */
export function library(target = process.platform, crate = 'superconfig-napi') {
  const name = crate.replaceAll('-', '_');
  if (/windows|win32/.test(target)) return `${name}.dll`;
  return /darwin/.test(target) ? `lib${name}.dylib` : `lib${name}.so`;
}
