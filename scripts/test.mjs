// Runs everything there is to test and ends with one line: N passed, N failed.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { seeded, targets, tested } from './addon.mjs';
import { lackedForMetrics, lackedServers, missingPrograms } from './live-servers.mjs';
import { root } from './platforms/platforms.mjs';
import { tool } from './programs.mjs';

let passed = 0;
let failed = 0;

// Where nothing is compiled yet, what a next compilation would save is not worth its while.
const isFresh = !existsSync(join(root, 'target/debug/incremental'));
const environment = { ...(isFresh ? { CARGO_INCREMENTAL: '0' } : {}), ...process.env };

/** Runs a program and gives its output and exit code; what it prints and complains of is shown at once, or `later` as a whole. */
function run(command, args, { env = {}, later = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env: { ...environment, ...env }, stdio: ['ignore', 'pipe', later ? 'pipe' : 'inherit'] });
    let output = '';
    const shown = [];
    const show = (chunk) => (later ? shown.push(chunk) : process.stdout.write(chunk));
    child.stdout.on('data', (chunk) => {
      output += chunk;
      show(chunk);
    });
    child.stderr?.on('data', show);
    const end = (code) => {
      process.stdout.write(Buffer.concat(shown));
      resolve({ output, code });
    };
    child.on('error', () => end(1));
    child.on('close', end);
  });
}

/** Counts what a runner reports; one that fails without saying what counts as one failure. */
function count(ran, failures, code) {
  passed += ran;
  failed += failures === 0 && code !== 0 ? 1 : failures;
}

// The addon is compiled together with the tests of Rust while the packages come; that of users is what `npm run package` tests.
const [ready] = await Promise.all([run(process.execPath, ['scripts/setup.mjs', 'dev', 'tests']), run('cargo', ['build', ...tested, ...targets])]);
// What is missing has been said.
if (ready.code !== 0) process.exit(1);

/** The tests of Rust, each part shown when it has ended. */
async function rust() {
  // Many of them wait, for the file system or for other threads, so more run than there are processors.
  const env = { RUST_TEST_THREADS: process.env.RUST_TEST_THREADS ?? '8', ...seeded };
  for (const which of ['--tests', '--doc']) {
    const { output, code } = await run('cargo', ['test', '--no-fail-fast', ...tested, which], { env, later: true });
    const results = [...output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed/gm)];
    const sum = (at) => results.reduce((total, match) => total + Number(match[at]), 0);
    count(sum(1), sum(2), code);
  }
}

/** Runs tests of vitest, and counts them. */
async function vitest(name, args = []) {
  const report = join(root, 'target', `${name}.json`);
  rmSync(report, { force: true });
  const { code } = await run(...tool('vitest', ['run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]));
  let counted = { numPassedTests: 0, numFailedTests: 0 };
  try {
    counted = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    failed += code === 0 ? 1 : 0;
  }
  count(counted.numPassedTests, counted.numFailedTests, code);
}

/** Live sources against the servers that are there; says in one line what is left out. */
async function live() {
  const lacks = lackedServers();
  const lacksForMetrics = lackedForMetrics();
  if (lacksForMetrics !== undefined) process.stderr.write(`${lacksForMetrics}\n`);
  if (lacks !== undefined) process.stderr.write(`left out, of the tests of live sources: what ${lacks}\n`);
  if (missingPrograms().length === 0) await vitest('vitest-live', ['--config', 'vitest.live.config.ts']);
}

/** The tests of Python, with the extension module that is compiled together with those of Rust. */
async function python() {
  const { output, code } = await run(process.execPath, ['scripts/python.mjs', '--built'], { later: true });
  const [, fine = 0, bad = 0] = output.match(/^python: (\d+) passed, (\d+) failed$/m) ?? [];
  count(Number(fine), Number(bad), code);
}

// At the same time: while some of them wait or compile, others use the processors. Those that wait most come one after the other.
await Promise.all([rust().then(live), vitest('vitest'), python()]);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
