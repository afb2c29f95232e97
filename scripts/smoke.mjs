// Installs the packed tarballs into an empty project, with install scripts off, and uses them as ESM and as CJS; those of the release
// with all programs, and looks at what they weigh and name. Ends with the number of checks that passed and failed.
// `npm run test:platforms` does so for every platform and runtime.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, file, packageName } from './addon.mjs';
import { LARGEST_ADDON, ownPaths } from './platforms/inspect.mjs';
import { root } from './platforms/platforms.mjs';
import { layPrograms, PROGRAMS, runPrograms } from './platforms/programs.mjs';
import { npm } from './programs.mjs';

/** A budget, in bytes, of what users download. */
const LARGEST_TARBALL = 2_000_000;

const pack = [join(root, 'scripts/package.mjs'), '--no-build'];
const packed = execFileSync(process.execPath, pack, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const tarballs = packed.trim().split('\n');
const isRelease = build() === 'release';
const project = mkdtempSync(join(tmpdir(), 'superconfig-smoke-'));
writeFileSync(join(project, 'package.json'), '{ "name": "smoke", "private": true }');
const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...tarballs.map((tarball) => join(root, tarball))];
execFileSync(...npm(install), { cwd: project, stdio: ['ignore', 'ignore', 'inherit'] });
layPrograms(project);
const runtime = { label: process.version, command: [process.execPath, '--expose-gc'] };
let { passed, failed } = runPrograms(project, runtime, isRelease ? PROGRAMS.all : PROGRAMS.emulated);

/** Counts and prints a check of what was packed; `wrong` lists what is wrong. */
function check(what, wrong) {
  if (wrong.length === 0) passed += 1;
  else failed += 1;
  process.stdout.write(`smoke ${what}: ${wrong.length === 0 ? 'passed' : `FAILED (${wrong.join(', ')})`}\n`);
}

if (isRelease) {
  const addon = join(project, 'node_modules', packageName, file);
  const limits = [[addon, LARGEST_ADDON], ...tarballs.map((tarball) => [join(root, tarball), LARGEST_TARBALL])];
  check(
    'the addon and the tarballs stay small',
    limits.flatMap(([path, limit]) => (statSync(path).size <= limit ? [] : [path])),
  );
  check('the addon holds no path of the machine that built it', ownPaths(addon));
}
rmSync(project, { recursive: true, force: true });
process.stdout.write(`smoke: ${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
