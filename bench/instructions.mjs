// Counts the instructions of the engine's hot paths with valgrind's callgrind. They repeat from run to run, unlike times, so that a
// regression shows. Needs valgrind.
// usage: npm run bench:instructions                              counts and keeps the counts in bench/results/instructions.json
//        npm run bench:instructions -- --check [--against FILE]  counts and fails for what grew by more than 3 %; keeps nothing
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { here } from './measure.mjs';

/** A path that takes more of its former count than this is a regression. */
const GROWTH = 1.03;
const results = join(here, 'results');
const kept = join(results, 'instructions.json');
const { values: asked } = parseArgs({ options: { check: { type: 'boolean', default: false }, against: { type: 'string', default: kept } } });
let before = {};
try {
  before = JSON.parse(readFileSync(asked.against, 'utf8'));
} catch (error) {
  // Without counts there is nothing to hold on to.
  if (asked.check) throw error;
}

const build = ['bench', '--locked', '-p', 'superconfig-bench', '--bench', 'instructions', '--no-run', '--message-format=json'];
const messages = execFileSync('cargo', build, { cwd: join(here, '..'), encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28 });
const program = messages.match(/"executable":"([^"]*instructions[^"]*)"/)?.[1];
const paths = execFileSync(program, { encoding: 'utf8' }).trim().split('\n');

const count = (path) => {
  const options = ['--tool=callgrind', '--toggle-collect=*measured*', '--callgrind-out-file=/dev/null'];
  const { status, stderr } = spawnSync('valgrind', [...options, program, path], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`valgrind with \`${path}\` failed: ${stderr ?? 'it is missing'}`);
  return Number(stderr.match(/Collected : (\d+)/)[1]);
};

const counts = Object.fromEntries(paths.map((path) => [path, count(path)]));
const grown = [];
for (const [path, instructions] of Object.entries(counts)) {
  const ratio = instructions / (before[path] ?? instructions);
  const change = before[path] === undefined ? '' : `  ${(100 * (ratio - 1)).toFixed(1)} %`;
  process.stdout.write(`${path.padEnd(32)}${instructions.toLocaleString('en').padStart(14)}${change}\n`);
  if (ratio > GROWTH) grown.push(path);
}
for (const path of Object.keys(before)) {
  if (counts[path] === undefined) process.stdout.write(`${path} was counted before and is not now\n`);
}
if (asked.check) {
  if (grown.length > 0) process.stdout.write(`more than 3 % more instructions: ${grown.join(', ')}\n`);
  process.exit(grown.length > 0 ? 1 : 0);
}
mkdirSync(results, { recursive: true });
writeFileSync(kept, `${JSON.stringify(counts, null, 2)}\n`);
