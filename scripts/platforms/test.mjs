// Installs the package of each platform from a registry of its own into an empty project, looks at what is in it, and runs it there, as
// far as it can run on this machine: Linux on x86-64, with Debian's packages. Ends with `N passed, N failed`.
// usage: node scripts/platforms/test.mjs [NAME…]; all platforms without names
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checks, inspect, LARGEST_ADDON, ownPaths } from './inspect.mjs';
import { addonFile, manifest, names, packageName, root } from './platforms.mjs';
import { layPrograms, runPrograms } from './programs.mjs';
import { startRegistry } from './registry.mjs';
import { node, runtimes } from './runtimes.mjs';
import { run } from './tools.mjs';

const LARGEST_INSTALLATION = 5 * 1024 * 1024;
const given = process.argv.slice(2);
const wanted = given.length > 0 ? given : names;
if (process.platform !== 'linux' || process.arch !== 'x64') {
  process.stdout.write(`this needs Linux on x86-64; on ${process.platform}-${process.arch} \`npm test\` tests its own platform\n`);
  process.exit(0);
}

run(process.execPath, [join(root, 'scripts/package.mjs'), ...(given.length > 0 ? given : ['--all'])], { quiet: false });
const packages = join(root, 'target/platforms/packages');
const registry = await startRegistry(
  node('24'),
  readdirSync(packages)
    .filter((name) => name.endsWith('.tgz'))
    .map((name) => join(packages, name)),
);
const projects = mkdtempSync(join(tmpdir(), 'superconfig-platforms-'));
let passed = 0;
let failed = 0;

/** Counts and prints a check; `wrong` says what is wrong, where something is. */
function check(what, wrong) {
  if (wrong === undefined) passed += 1;
  else failed += 1;
  process.stdout.write(`${what}: ${wrong === undefined ? 'passed' : `FAILED (${wrong})`}\n`);
}

/** The files below a folder. */
const filesBelow = (folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());

/** What is installed on a platform: its own package and no other one, small, and without a trace of this machine. */
function installation(name, modules) {
  const own = join(modules, '@superconfig');
  const found = readdirSync(own);
  check(`${name} is installed alone`, `${found}` === name ? undefined : `${found}`);
  const installed = [join(modules, 'superconfig'), join(own, name)].flatMap(filesBelow);
  const size = installed.reduce((sum, file) => sum + statSync(file).size, 0);
  check(`${name} is installed in at most ${LARGEST_INSTALLATION} bytes`, size <= LARGEST_INSTALLATION ? undefined : `it takes ${size}`);
  const traces = installed.filter((file) => ownPaths(file).length > 0);
  check(`${name} names no folder of this machine in any file`, traces.length === 0 ? undefined : traces.join(', '));
  const { version } = JSON.parse(readFileSync(join(modules, 'superconfig/package.json'), 'utf8'));
  const platform = JSON.parse(readFileSync(join(own, name, 'package.json'), 'utf8'));
  check(`${name} is of the version of the package`, platform.version === version ? undefined : `${platform.version}, not ${version}`);
  for (const file of ['README.md', 'LICENSE'])
    check(`${name} has its ${file}`, filesBelow(join(own, name)).some((path) => path.endsWith(file)) ? undefined : 'it has none');
  return size;
}

/** The runtimes of a platform; that they cannot be had here fails, and leaves the other platforms to be tested. */
function available(name) {
  try {
    return runtimes(name);
  } catch (error) {
    check(`${name} has what runs it here`, error.message);
    return [];
  }
}

const rows = [];
try {
  for (const name of wanted) {
    const project = join(projects, name);
    const { os, cpu, libc } = manifest(name);
    const flags = [`--os=${os}`, `--cpu=${cpu}`, ...(libc === undefined ? [] : [`--libc=${libc}`])];
    registry.install(project, ['superconfig'], flags);
    const size = installation(name, join(project, 'node_modules'));
    const file = join(project, 'node_modules', packageName(name), addonFile(name));
    for (const [what, wrong] of Object.entries(checks(name, file))) check(`${name} ${what}`, wrong);
    const addon = inspect(file);
    const ran = [];
    layPrograms(project);
    for (const runtime of available(name)) {
      const count = runPrograms(project, { ...runtime, label: `${name} on ${runtime.label}` }, runtime.programs);
      passed += count.passed;
      failed += count.failed;
      ran.push(`${runtime.label} (${count.passed} of ${count.passed + count.failed})`);
    }
    const floor = addon.glibc ? `glibc ${addon.glibc}` : addon.macos ? `macOS ${addon.macos}` : libc ? 'musl' : 'Windows 10';
    rows.push([name, `${(addon.size / 1e6).toFixed(2)} MB`, `${(size / 1e6).toFixed(2)} MB`, floor, ran.join(', ') || 'looked at only']);
  }
} finally {
  registry.close();
  rmSync(projects, { recursive: true, force: true });
}
process.stdout.write(`\n| package | addon | installed | floor | ran |\n|---|---|---|---|---|\n`);
for (const row of rows) process.stdout.write(`| ${row.join(' | ')} |\n`);
process.stdout.write(`\nlimits: addon ${LARGEST_ADDON} bytes, installed ${LARGEST_INSTALLATION} bytes\n${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
