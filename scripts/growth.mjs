// Runs the tests of the engine that double their input, and prints by how much the work grows each time: steps, and bytes allocated.
// usage: npm run growth
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const run = (...args) => {
  const { status, stdout } = spawnSync('cargo', ['test', '--locked', '-q', '-p', 'superconfig', ...args, '--', '--nocapture'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 28,
  });
  // Other output may stand before it in the line.
  return { failed: status !== 0, lines: stdout.match(/growth in .*/g) ?? [] };
};
const results = [run('--lib'), run('--test', 'untrusted_input', 'growth')];
const lines = results.flatMap(({ lines }) => lines).sort();
const ratios = lines.flatMap((line) => [...(line.match(/\[([\d., ]+)\]/)?.[1] ?? '').split(', ')].map(Number));
for (const line of lines) process.stdout.write(`${line}\n`);
process.stdout.write(`${lines.length} searches, ${ratios.length} doublings: the steepest takes ${Math.max(...ratios)} times the work\n`);
process.exit(results.some(({ failed }) => failed) || lines.length === 0 ? 1 : 0);
