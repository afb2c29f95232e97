// Packs what users install, tarballs for Node and wheels for Python; what is packed already is not packed again.
// usage: node scripts/package.mjs [--all | NAME… | --no-build]; the package and that of this platform's addon, built for release, into
// target/packages/, installed and tried out by scripts/smoke.mjs and by the tests in __test__/packed/; or the packages of all platforms or
// of some, whose addons are built on this machine, into target/platforms/packages/. With `--no-build` nothing is built or tried out: an
// addon for tests goes into target/packages-dev/. Prints where the tarballs are.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import * as host from './addon.mjs';
import { addonFile, names, packageFolder, publishedManifest, root } from './platforms/platforms.mjs';
import { npm, tool } from './programs.mjs';
import { interpreter } from './virtual-environment.mjs';
import { hostWheel, place, platformWheel } from './wheel.mjs';

const given = process.argv.slice(2);
const isBuilt = `${given}` === '--no-build';
const isHost = given.length === 0 || isBuilt;
const strange = given.filter((name) => !isBuilt && name !== '--all' && !names.includes(name));
if (strange.length > 0) {
  process.stderr.write(`superconfig: there is no platform ${strange.join(', ')}, only ${names.join(', ')}, or --all.\n`);
  process.exit(2);
}
if (!isBuilt) execFileSync(process.execPath, [join(root, 'scripts/setup.mjs'), isHost ? 'release' : 'facade'], { stdio: 'inherit' });
/** The files of the addons to pack, by the names of their platforms. */
const addons = {};
if (isHost) {
  addons[host.platform] = join(packageFolder(host.platform), host.file);
} else {
  const { buildAddon } = await import('./platforms/build.mjs');
  for (const name of given.includes('--all') ? names : given) addons[name] = buildAddon(name);
}

const target = join(root, 'target', ...(isHost ? [] : ['platforms']));
const isForTests = isHost && host.build() !== 'release';
const packages = join(target, isForTests ? 'packages-dev' : 'packages');
const staging = join(target, 'staging');
const stamp = join(root, 'target/stamps', isForTests ? 'dev-tarballs' : isHost ? 'tarballs' : 'platform-tarballs');

/** Lays out a package as it is to be packed. */
function stage(name, manifest, files) {
  const folder = join(staging, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const [path, from] of Object.entries(files)) cpSync(from, join(folder, path), { recursive: true });
  return folder;
}

rmSync(staging, { recursive: true, force: true });
const manifest = publishedManifest(Object.keys(addons));
const shipped = [...manifest.files, 'README.md', 'LICENSE'];
const folders = [stage('superconfig', manifest, Object.fromEntries(shipped.map((path) => [path, join(root, path)])))];
for (const [name, addon] of Object.entries(addons)) {
  const own = packageFolder(name);
  const platform = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8'));
  folders.push(stage(name, platform, { [addonFile(name)]: addon, 'README.md': join(own, 'README.md'), LICENSE: join(root, 'LICENSE') }));
}

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
  for (const cwd of folders)
    execFileSync(...npm(['pack', '--loglevel=error', '--pack-destination', packages]), { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, digest);
}
// Wheels stand beside the tarballs. Who develops for Node alone needs no Python.
if (!isBuilt && interpreter() === undefined) process.stderr.write('superconfig: no wheel is built: there is no Python from 3.9 on with `venv`.\n');
else if (isHost && !isBuilt) place([hostWheel()], packages);
else if (!isHost) {
  const wheels = [];
  for (const name of Object.keys(addons)) wheels.push(await platformWheel(name));
  place(wheels, packages);
}
const isPrinted = (name) => !isBuilt || name.endsWith('.tgz');
for (const tarball of readdirSync(packages).filter(isPrinted).sort()) process.stdout.write(`${relative(root, join(packages, tarball))}\n`);
if (isHost && !isBuilt) {
  const trials = [[process.execPath, ['scripts/smoke.mjs']], tool('vitest', ['run', '--config', '__test__/packed/vitest.config.ts'])];
  const passed = trials.map(([command, args]) => spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status === 0);
  process.exit(passed.every(Boolean) ? 0 : 1);
}
