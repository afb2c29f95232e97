// Packs exactly what a user on this platform would install into target/packages/; what is packed already is not packed again.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folder as platform, requireRelease } from './addon.mjs';

requireRelease();

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const packages = join(root, 'target', 'packages');
const staging = join(root, 'target', 'staging');
const stamp = join(root, 'target', 'stamps', 'tarballs');

rmSync(staging, { recursive: true, force: true });
const [facade, addon] = ['facade', 'addon'].map((name) => join(staging, name));
mkdirSync(facade, { recursive: true });

// The published manifest names the platform packages; the checkout's does not, since it builds its own.
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
delete manifest.devDependencies;
delete manifest.scripts;
manifest.optionalDependencies = { '@superconfig/linux-x64-gnu': manifest.version };
writeFileSync(join(facade, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
for (const file of ['README.md', 'LICENSE', 'CHANGELOG.md', 'LIMITATIONS.md']) cpSync(join(root, file), join(facade, file));
for (const folder of ['ts/dist', 'schemas']) cpSync(join(root, folder), join(facade, folder), { recursive: true });

cpSync(join(root, platform), addon, { recursive: true });
cpSync(join(root, 'LICENSE'), join(addon, 'LICENSE'));

const hash = createHash('sha256');
for (const name of readdirSync(staging, { recursive: true, encoding: 'utf8' }).sort()) {
  const path = join(staging, name);
  if (statSync(path).isFile()) hash.update(`${name}\0`).update(readFileSync(path));
}
const digest = hash.digest('hex');
const isPacked = existsSync(packages) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest;
if (!isPacked) {
  rmSync(packages, { recursive: true, force: true });
  mkdirSync(packages, { recursive: true });
  for (const folder of [facade, addon]) execFileSync('npm', ['pack', '--pack-destination', packages], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, digest);
}
for (const tarball of readdirSync(packages).sort()) process.stdout.write(`${tarball}\n`);
