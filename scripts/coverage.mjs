// Measures which lines the tests reach, in Rust and in TypeScript, and fails below what is asked for.
// usage: npm run coverage -- [rust | ts]
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { features, seeded } from './addon.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** Per cent of lines: of the engine and what bindings share, and of the registry, which everything stands on. */
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

/** Of each file the lines that a test could reach, with how often it did. Summaries count generic code once for each type. */
function lines(report) {
  const files = new Map();
  let file = [];
  for (const row of readFileSync(report, 'utf8').split('\n')) {
    if (row.startsWith('SF:')) {
      file = [];
      files.set(relative(root, row.slice(3)), file);
    } else if (row.startsWith('DA:')) file.push(row.slice(3).split(',').map(Number));
  }
  return files;
}

function rust() {
  const report = join(root, 'target', 'coverage-rust.lcov');
  const shared = ['llvm-cov', '--locked', '-p', 'superconfig', '-p', 'superconfig-binding', ...features, '--no-fail-fast'];
  const ignored = ['--ignore-filename-regex', '/(fuzzing|tests)/'];
  if (!run('cargo', [...shared, ...ignored, '--lcov', '--output-path', report], { ...tools(), ...seeded })) {
    process.stderr.write('coverage of Rust needs tests that pass and `cargo install cargo-llvm-cov`\n');
    return false;
  }
  const files = [...lines(report)];
  const missed = (counted) => counted.filter(([, times]) => times === 0).map(([line]) => line);
  const share = (counted) => 100 * (1 - missed(counted).length / counted.length);
  const isRegistry = (name) => name.includes('/src/registry/');
  for (const [name, counted] of files.toSorted(([, one], [, other]) => share(one) - share(other))) {
    if (share(counted) >= (isRegistry(name) ? REGISTRY : ENGINE)) continue;
    process.stdout.write(`${share(counted).toFixed(1).padStart(6)} %  ${name}: ${missed(counted).slice(0, 20).join(', ')}\n`);
  }
  const all = files.flatMap(([, counted]) => counted);
  const registry = files.flatMap(([name, counted]) => (isRegistry(name) ? counted : []));
  process.stdout.write(`Rust: ${share(all).toFixed(2)} % of ${all.length} lines; registry: ${share(registry).toFixed(2)} % of ${registry.length}\n`);
  return share(all) > ENGINE && share(registry) >= REGISTRY;
}

async function typescript() {
  // Asked for here: Rust alone needs no packages.
  const { measure } = await import('./coverage-ts.mjs');
  return measure(ENGINE);
}

const fine = [only === 'ts' || rust(), only === 'rust' || (await typescript())];
process.exit(fine.every(Boolean) ? 0 : 1);
