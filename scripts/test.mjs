// Runs everything there is to test and ends with one line: N passed, N failed.
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './platforms/platforms.mjs';
import { tool } from './programs.mjs';

let passed = 0;
let failed = 0;

/** Runs a program, shows what it prints, and gives its output and exit code. */
function run(command, args, more = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...more }, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      process.stdout.write(chunk);
    });
    child.on('error', () => resolve({ output, code: 1 }));
    child.on('close', (code) => resolve({ output, code }));
  });
}

/** Counts what a runner reports; one that fails without saying what counts as one failure. */
function count(ran, failures, code) {
  passed += ran;
  failed += failures === 0 && code !== 0 ? 1 : failures;
}

// What is off by default is on here; the addon's tests run what users get, and its linker keeps one processor busy: the tests of
// the engine are compiled meanwhile.
const cargo = ['test', '--workspace', '--exclude', 'superconfig-bench', '--features', 'superconfig/parallel', '--no-fail-fast'];
const [ready] = await Promise.all([
  run(process.execPath, ['scripts/setup.mjs', 'release']),
  run('cargo', [...cargo, '--lib', '--bins', '--tests', '--no-run']),
]);
// What is missing has been said.
if (ready.code !== 0) process.exit(1);

// Tests of the whole engine mostly wait, for the file system or for other threads, so more of them run than there are processors;
// unit tests compute.
const parts = [
  [['--lib', '--bins'], {}],
  [['--test', '*'], { RUST_TEST_THREADS: process.env.RUST_TEST_THREADS ?? '8' }],
  [['--doc'], {}],
];
for (const [which, environment] of parts) {
  const rust = await run('cargo', [...cargo, ...which], environment);
  const results = [...rust.output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed/gm)];
  const sum = (at) => results.reduce((total, match) => total + Number(match[at]), 0);
  count(sum(1), sum(2), rust.code);
}

const report = join(root, 'target', 'vitest.json');
rmSync(report, { force: true });
const vitest = await run(...tool('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]));
let counted = { numPassedTests: 0, numFailedTests: 0 };
try {
  counted = JSON.parse(readFileSync(report, 'utf8'));
} catch {
  failed += vitest.code === 0 ? 1 : 0;
}
count(counted.numPassedTests, counted.numFailedTests, vitest.code);

const smoke = await run(process.execPath, ['scripts/smoke.mjs']);
const [, fine = 0, bad = 0] = smoke.output.match(/^smoke: (\d+) passed, (\d+) failed$/m) ?? [];
count(Number(fine), Number(bad), smoke.code);

process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
