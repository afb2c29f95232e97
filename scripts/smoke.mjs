// Installs the packed tarballs into an empty project, with install scripts off, and uses them as ESM and as CJS. Ends with the number
// of programs that ran and failed. `npm run test:platforms` does so for every platform and runtime.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './platforms/platforms.mjs';
import { layPrograms, PROGRAMS, runPrograms } from './platforms/programs.mjs';
import { npm } from './programs.mjs';

execFileSync(process.execPath, [join(root, 'scripts/package.mjs'), '--no-build'], { stdio: ['ignore', 'ignore', 'inherit'] });
const packages = join(root, 'target/packages');
const project = mkdtempSync(join(tmpdir(), 'superconfig-smoke-'));
writeFileSync(join(project, 'package.json'), '{ "name": "smoke", "private": true }');
const tarballs = readdirSync(packages).map((name) => join(packages, name));
execFileSync(...npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', ...tarballs]), { cwd: project, stdio: ['ignore', 'ignore', 'inherit'] });
layPrograms(project);
const { passed, failed } = runPrograms(project, { label: process.version, command: [process.execPath] }, PROGRAMS.emulated);
rmSync(project, { recursive: true, force: true });
process.stdout.write(`smoke: ${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
