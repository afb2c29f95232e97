// Counts the instructions of the engine's hot paths with valgrind's callgrind. They repeat from run to run, unlike times, so that a
// regression shows. usage: npm run bench:instructions; needs valgrind.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { here } from './measure.mjs';

const build = ['bench', '--locked', '-p', 'superconfig', '--bench', 'instructions', '--no-run', '--message-format=json'];
const messages = execFileSync('cargo', build, { cwd: join(here, '..'), encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28 });
const program = messages.match(/"executable":"([^"]*instructions[^"]*)"/)?.[1];
const paths = execFileSync(program, { encoding: 'utf8' }).trim().split('\n');

const count = (path) => {
  const options = ['--tool=callgrind', '--toggle-collect=*measured*', '--callgrind-out-file=/dev/null'];
  const { status, stderr } = spawnSync('valgrind', [...options, program, path], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`valgrind with \`${path}\` failed: ${stderr ?? 'it is missing'}`);
  return Number(stderr.match(/Collected : (\d+)/)[1]);
};

const results = join(here, 'results');
const file = join(results, 'instructions.json');
let before = {};
try {
  before = JSON.parse(readFileSync(file, 'utf8'));
} catch {}
const counts = Object.fromEntries(paths.map((path) => [path, count(path)]));
for (const [path, instructions] of Object.entries(counts)) {
  const change = before[path] === undefined ? '' : `  ${(100 * (instructions / before[path] - 1)).toFixed(1)} %`;
  process.stdout.write(`${path.padEnd(32)}${instructions.toLocaleString('en').padStart(14)}${change}\n`);
}
mkdirSync(results, { recursive: true });
writeFileSync(file, `${JSON.stringify(counts, null, 2)}\n`);
