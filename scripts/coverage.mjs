// Measures which lines the tests reach, in Rust and in TypeScript, and fails below what is asked for.
// usage: npm run coverage -- [rust | ts]
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** Per cent of lines: of the whole engine, and of the registry, which everything stands on. */
const ENGINE = 95;
const REGISTRY = 100;
const only = process.argv[2];

/** What Debian ships reads the profiles of this rustc; rustup's `llvm-tools` is found without help. */
function tools() {
  const found = (name) => spawnSync(name, ['--version']).status === 0;
  if (process.env.LLVM_COV || !found('llvm-cov-19') || !found('llvm-profdata-19')) return process.env;
  return { ...process.env, LLVM_COV: 'llvm-cov-19', LLVM_PROFDATA: 'llvm-profdata-19' };
}

function run(command, args, env = process.env) {
  return spawnSync(command, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}

function rust() {
  const report = join(root, 'target', 'coverage-rust.json');
  const shared = ['llvm-cov', '--locked', '-p', 'superconfig', '--features', 'parallel', '--no-fail-fast', '--ignore-filename-regex', '/(fuzzing|tests)/'];
  if (!run('cargo', [...shared, '--json', '--output-path', report], tools())) {
    process.stderr.write('coverage of Rust needs tests that pass and `cargo install cargo-llvm-cov`\n');
    return false;
  }
  const { files, totals } = JSON.parse(readFileSync(report, 'utf8')).data[0];
  const share = ({ covered, count }) => (count === 0 ? 100 : (100 * covered) / count);
  const sum = { covered: 0, count: 0 };
  for (const { filename, summary, segments } of files.toSorted((a, b) => share(a.summary.lines) - share(b.summary.lines))) {
    const name = relative(root, filename);
    const registry = name.includes('/src/registry/');
    if (registry) {
      sum.covered += summary.lines.covered;
      sum.count += summary.lines.count;
    }
    if (share(summary.lines) >= (registry ? REGISTRY : ENGINE)) continue;
    const missed = [...new Set(segments.filter(([, , count, counted]) => counted && count === 0).map(([line]) => line))];
    process.stdout.write(`${share(summary.lines).toFixed(1).padStart(6)} %  ${name}: ${missed.slice(0, 20).join(', ')}\n`);
  }
  process.stdout.write(`Rust: ${share(totals.lines).toFixed(2)} % of ${totals.lines.count} lines; registry: ${share(sum).toFixed(2)} % of ${sum.count}\n`);
  return share(totals.lines) > ENGINE && share(sum) >= REGISTRY;
}

function typescript() {
  return run('npx', ['vitest', 'run', '--coverage']);
}

const fine = [only === 'ts' || rust(), only === 'rust' || typescript()];
process.exit(fine.every(Boolean) ? 0 : 1);
