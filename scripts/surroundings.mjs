// Runs the packed package in bundlers, tracers, single executables, package managers and test runners, each of a pinned version.
// usage: npm run test:surroundings [-- NAME …]; the tools are installed once, into the folder of these tests.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireRelease } from './addon.mjs';
import { npm, tool } from './programs.mjs';
import { step } from './steps.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = '__test__/surroundings';

function run([command, args], cwd = root) {
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

if (process.platform !== 'linux' || process.arch !== 'x64') {
  process.stdout.write(`this needs Linux on x86-64, for which its tools are; this is ${process.platform}-${process.arch}\n`);
  process.exit(0);
}

const inputs = ['package.json', 'package-lock.json'].map((name) => `${folder}/${name}`);
step('surroundings', inputs, `${folder}/node_modules`).do(() => run(npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund']), join(root, folder)));
if (process.env.SUPERCONFIG_PACKAGES === undefined) {
  requireRelease();
  run([process.execPath, ['scripts/package.mjs', '--no-build']]);
}
const { dependencies } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
process.stdout.write(
  `${Object.entries(dependencies)
    .map((pair) => pair.join(' '))
    .join(', ')}; node ${process.versions.node}\n`,
);
run(tool('vitest', ['run', '--config', `${folder}/vitest.config.ts`, ...process.argv.slice(2)]));
