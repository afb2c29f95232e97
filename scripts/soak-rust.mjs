// The soak for Rust, from four threads: runs the example `soak`, prints what it costs every ten seconds, and fails on growth,
// on an operation that goes wrong and on an entry that is left.
// usage: npm run soak:rust -- [--minutes N]
import { spawn, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const seconds = Math.round(Number(values.minutes) * 60);
if (!(seconds >= 60)) {
  process.stderr.write('usage: npm run soak:rust -- [--minutes N], one at least\n');
  process.exit(2);
}

const build = ['build', '--release', '-p', 'superconfig', '--example', 'soak', '--target-dir', 'target/soak'];
// Link-time optimisation takes minutes and finds no leak.
const quick = ['--config', 'profile.release.lto=false', '--config', 'profile.release.codegen-units=16'];
if (spawnSync('cargo', [...build, ...quick], { cwd: root, stdio: 'inherit' }).status !== 0) process.exit(1);

const started = Date.now();
const millions = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

function show(line) {
  const speed = Math.round(line.operations / 10).toLocaleString('en');
  const held = `${line.handles} handles, ${line.references} references, ${millions(line.bytes)} measured, ${line.expired} expired`;
  process.stdout.write(`${String(Math.round((Date.now() - started) / 1000)).padStart(5)} s  ${speed} operations/s, RSS ${millions(line.rss)}, ${held}\n`);
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** The start, when caches and the allocator's arenas fill, does not count; then the last third is held to the first. */
function growth(lines, key) {
  const settled = lines.map((line) => line[key]).slice(Math.ceil(lines.length / 4));
  const third = Math.max(1, Math.floor(settled.length / 3));
  return { from: median(settled.slice(0, third)), to: median(settled.slice(-third)) };
}

const lines = [];
let left;
const child = spawn('target/soak/release/examples/soak', [String(seconds)], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
const ended = new Promise((resolve) => child.once('close', resolve));
for await (const text of createInterface(child.stdout)) {
  const line = JSON.parse(text);
  if (line.left === undefined) {
    lines.push(line);
    show(line);
  } else {
    left = line.left;
  }
}
const code = await ended;

const problems = [];
if (code !== 0) problems.push(`it ended with exit code ${code}`);
if (left !== 0) problems.push(`${left ?? 'an unknown number of'} entries are left at the end`);
if (lines.length < 3) problems.push('it printed too few figures to judge');
else {
  for (const [key, slack] of Object.entries({ rss: 4e6, handles: 500, references: 1000, bytes: 1e6, configurations: 2 })) {
    const { from, to } = growth(lines, key);
    process.stdout.write(`${key}: ${from} to ${to}\n`);
    if (to > from * 1.1 + slack) problems.push(`${key} grew from ${from} to ${to}`);
  }
}
const operations = lines.reduce((sum, line) => sum + line.operations, 0);
process.stdout.write(`${operations.toLocaleString('en')} operations in ${seconds} s\n`);
process.stdout.write(problems.length === 0 ? 'nothing grew, nothing is left\n' : `FAILED: ${problems.join('; ')}\n`);
process.exit(problems.length === 0 ? 0 : 1);
