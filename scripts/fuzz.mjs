// Runs each fuzz target for some minutes, two at a time, and fails on what it finds. What it learns stays in `target/fuzz/corpus/`;
// with `--keep` the inputs among it that reach more code than those of `fuzz/corpus/` are added to these.
// usage: npm run fuzz -- [--minutes N | --build] [--keep] [target ...]
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pack, unpack } from './corpus.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const crate = join(root, 'crates', 'superconfig');
const { values, positionals } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, build: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const minutes = Number(values.minutes);
const all = readdirSync(join(crate, 'fuzz', 'fuzz_targets')).map((file) => file.replace(/\.rs$/, ''));
const targets = positionals.length > 0 ? positionals : all;
const unknown = targets.filter((target) => !all.includes(target));
if (!(minutes > 0) || unknown.length > 0) {
  process.stderr.write(`usage: npm run fuzz -- [--minutes N | --build] [--keep] [${all.join(' | ')}]\n`);
  process.exit(2);
}
const shared = ['--target-dir', join(root, 'target', 'fuzz')];
const fuzz = (...args) => ['+nightly', 'fuzz', ...args];
if (spawnSync('cargo', fuzz('build', ...shared), { cwd: crate, stdio: 'inherit' }).status !== 0) {
  process.stderr.write('fuzzing needs a nightly toolchain and cargo-fuzz: `rustup toolchain install nightly && cargo install cargo-fuzz`\n');
  process.exit(1);
}
if (values.build) process.exit(0);

const directory = (name, target) => join(root, 'target', 'fuzz', name, target);
const kept = (target) => join(crate, 'fuzz', 'corpus', `${target}.corpus`);

/** Runs a target with directories of inputs; gives whether it ended well, and the end of its log. */
function fuzzer(target, directories, options) {
  return new Promise((resolve) => {
    const child = spawn('cargo', fuzz('run', ...shared, target, ...directories, '--', ...options), { cwd: crate, stdio: ['ignore', 'ignore', 'pipe'] });
    let log = '';
    child.stderr.on('data', (chunk) => {
      log = (log + chunk).slice(-20_000);
    });
    child.on('close', (code) => resolve({ fine: code === 0, log }));
  });
}

async function run(target) {
  const grown = directory('corpus', target);
  unpack(kept(target), grown);
  const limits = [`-max_total_time=${Math.round(minutes * 60)}`, '-timeout=20', '-rss_limit_mb=2048', '-max_len=4096', '-print_final_stats=1'];
  const { fine, log } = await fuzzer(target, [grown], limits);
  const runs = log.match(/number_of_executed_units: (\d+)/)?.[1] ?? '?';
  process.stdout.write(`${target}: ${fine ? 'nothing found' : 'FAILED'} in ${runs} runs\n`);
  if (!fine) process.stdout.write(`${log}\n`);
  return fine && (!values.keep || (await keep(target, grown)));
}

/** Adds what reaches more code to the inputs that are kept. */
async function keep(target, grown) {
  const minimal = directory('minimal', target);
  rmSync(minimal, { recursive: true, force: true });
  unpack(kept(target), minimal);
  const before = readdirSync(minimal).length;
  const { fine, log } = await fuzzer(target, [minimal, grown], ['-merge=1']);
  if (fine) pack(minimal, kept(target));
  process.stdout.write(fine ? `${target}: ${readdirSync(minimal).length - before} inputs added\n` : `${log}\n`);
  return fine;
}

let fine = true;
const waiting = [...targets];
async function worker() {
  for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) fine = (await run(target)) && fine;
}
await Promise.all([worker(), worker()]);
process.exit(fine ? 0 : 1);
