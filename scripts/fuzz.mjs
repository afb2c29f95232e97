// Runs each fuzz target for some minutes, two at a time, keeps what it learns, and fails on what it finds.
// usage: npm run fuzz -- [--minutes N | --build] [target ...]
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const crate = join(root, 'crates', 'superconfig');
const { values, positionals } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, build: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const minutes = Number(values.minutes);
const all = readdirSync(join(crate, 'fuzz', 'fuzz_targets')).map((file) => file.replace(/\.rs$/, ''));
const targets = positionals.length > 0 ? positionals : all;
const unknown = targets.filter((target) => !all.includes(target));
if (!(minutes > 0) || unknown.length > 0) {
  process.stderr.write(`usage: npm run fuzz -- [--minutes N | --build] [${all.join(' | ')}]\n`);
  process.exit(2);
}
const shared = ['--target-dir', join(root, 'target', 'fuzz')];
const fuzz = (...args) => ['+nightly', 'fuzz', ...args];
if (spawnSync('cargo', fuzz('build', ...shared), { cwd: crate, stdio: 'inherit' }).status !== 0) {
  process.stderr.write('fuzzing needs a nightly toolchain and cargo-fuzz: `rustup toolchain install nightly && cargo install cargo-fuzz`\n');
  process.exit(1);
}
if (values.build) process.exit(0);

/** What the corpus grows in; the kept part, in fuzz/corpus, is its start. */
function run(target) {
  const grown = join(root, 'target', 'fuzz', 'corpus', target);
  const kept = join(crate, 'fuzz', 'corpus', target);
  mkdirSync(grown, { recursive: true });
  mkdirSync(kept, { recursive: true });
  const limits = [`-max_total_time=${Math.round(minutes * 60)}`, '-timeout=20', '-rss_limit_mb=2048', '-max_len=4096', '-print_final_stats=1'];
  return new Promise((resolve) => {
    const child = spawn('cargo', fuzz('run', ...shared, target, grown, kept, '--', ...limits), { cwd: crate, stdio: ['ignore', 'ignore', 'pipe'] });
    let log = '';
    child.stderr.on('data', (chunk) => {
      log = (log + chunk).slice(-20_000);
    });
    child.on('close', (code) => {
      const runs = log.match(/number_of_executed_units: (\d+)/)?.[1] ?? '?';
      process.stdout.write(`${target}: ${code === 0 ? 'nothing found' : 'FAILED'} in ${runs} runs\n`);
      if (code !== 0) process.stdout.write(`${log}\n`);
      resolve(code === 0);
    });
  });
}

let fine = true;
const waiting = [...targets];
async function worker() {
  for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) fine = (await run(target)) && fine;
}
await Promise.all([worker(), worker()]);
process.exit(fine ? 0 : 1);
