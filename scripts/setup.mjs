// Makes a fresh clone ready, and does nothing that is done already. Uses nothing but Node itself.
// usage: node scripts/setup.mjs [release]; with SUPERCONFIG_BUILD=dev the addon is unoptimised, which compiles in seconds, unless
// `release` asks for the one that users get.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as addon from './addon.mjs';

// Taken apart here: a Node too old to have them all is told so below.
const { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } = fs;
const root = join(dirname(fileURLToPath(import.meta.url)), '..');

function stop(sentence) {
  process.stderr.write(`superconfig: ${sentence}\n`);
  process.exit(1);
}

function run(command, args, more = {}) {
  const result = spawnSync(command, args, { cwd: root, env: { ...process.env, ...more }, stdio: ['ignore', 2, 2] });
  if (result.status !== 0) stop(`\`${command} ${args.join(' ')}\` failed; its output is above.`);
}

function files(folder, wanted, skipped = []) {
  const found = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!skipped.includes(entry.name)) found.push(...files(path, wanted, skipped));
    } else if (wanted.test(entry.name)) {
      found.push(path);
    }
  }
  return found.sort();
}

/** A step that is done when its inputs are as they were then and its output is there. */
function step(name, inputs, output) {
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(`${input}\0`).update(readFileSync(join(root, input)));
  const digest = hash.digest('hex');
  const stamp = join(root, 'target', 'stamps', name);
  return {
    digest,
    done: existsSync(join(root, output)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest,
    do(work) {
      if (this.done) return;
      work();
      mkdirSync(dirname(stamp), { recursive: true });
      writeFileSync(stamp, digest);
    },
  };
}

/** Stops unless there is a Rust that can build the engine. */
function checkRust() {
  const remedy = 'install it (https://rustup.rs, or your system’s packages) and run this again.';
  const { status, stdout } = spawnSync('cargo', ['--version'], { cwd: root, encoding: 'utf8' });
  if (status !== 0) stop(`Rust is missing; ${remedy}`);
  const [, wanted] = readFileSync(join(root, 'Cargo.toml'), 'utf8').match(/^rust-version = "(.+)"$/m);
  const [, found] = stdout.match(/^cargo (\d+\.\d+)/) || [];
  // 1.95 as 1095.
  const number = (version) => version.split('.').reduce((whole, part) => 1000 * whole + Number(part), 0);
  if (found !== undefined && number(found) < number(wanted)) {
    stop(`Rust ${found} is too old; run \`rustup update stable\`, or install Rust ${wanted} or newer, and run this again.`);
  }
}

if (Number(process.versions.node.split('.')[0]) < 20) {
  stop(`Node ${process.versions.node} is too old; install Node 20 or newer.`);
}
if (process.platform !== 'linux' || process.arch !== 'x64' || !process.report.getReport().header.glibcVersionRuntime) {
  stop(`${process.platform}-${process.arch} is not built yet; use Linux with glibc on x86-64.`);
}

// `release` as an argument has the last word, `dev` only where the environment says nothing.
const wanted = process.env.SUPERCONFIG_BUILD ?? (process.argv.includes('dev') ? 'dev' : 'release');
if (!['release', 'dev'].includes(wanted)) stop(`SUPERCONFIG_BUILD is \`${wanted}\`; it can be \`dev\` or \`release\`.`);
const build = process.argv.includes('release') ? 'release' : wanted;
const rust = ['Cargo.toml', 'Cargo.lock', ...files('crates', /\.(rs|toml)$/, ['target', 'tests', 'superconfig-bench', 'fuzz'])];
// Each build is kept, so that going from one to the other copies a file.
const kept = `target/addon/${build}`;
const compiled = step(`addon-${build}`, rust, join(kept, addon.file));
// Known before anything is fetched.
if (!compiled.done) checkRust();

step('packages', ['package.json', 'package-lock.json'], 'node_modules').do(() => run('npm', ['install', '--ignore-scripts', '--no-save']));

// Where the facade finds the addon in every other project as well: among the packages.
const linked = join(root, 'node_modules', addon.packageName);
if (!existsSync(linked)) {
  mkdirSync(dirname(linked), { recursive: true });
  rmSync(linked, { force: true });
  symlinkSync(join('../..', addon.folder), linked);
}

/** The flags of the compiler, and with them no directory of this machine in what it makes. */
function withoutPaths() {
  const { RUSTFLAGS = '', CARGO_HOME = join(homedir(), '.cargo') } = process.env;
  const shown = { [CARGO_HOME]: '/cargo', [root]: '/superconfig' };
  const flags = Object.entries(shown).map(([path, name]) => `--remap-path-prefix=${path.replace(/[\\/]$/, '')}=${name}`);
  return { CARGO_ENCODED_RUSTFLAGS: [...RUSTFLAGS.split(' ').filter(Boolean), ...flags].join('\x1f') };
}

compiled.do(() => {
  mkdirSync(join(root, kept), { recursive: true });
  const manifest = ['--manifest-path', 'crates/superconfig-napi/Cargo.toml'];
  if (build === 'release') {
    const output = ['--output-dir', kept, '--dts', '../addon.d.ts'];
    run('npx', ['napi', 'build', '--release', '--platform', '--no-js', ...manifest, ...output], withoutPaths());
  } else {
    // By cargo itself, for the target of `cargo test`: what the tests have compiled is not compiled again.
    run('cargo', ['build', ...manifest, '--target-dir', 'target']);
    copyFileSync(join(root, 'target/debug/libsuperconfig_napi.so'), join(root, kept, addon.file));
  }
});

const loaded = join(root, addon.folder, addon.file);
const mark = `${build} ${compiled.digest}`;
if (!existsSync(loaded) || !existsSync(addon.stamp) || readFileSync(addon.stamp, 'utf8') !== mark) {
  // Renamed, not written over: a process that runs has the old one in memory.
  copyFileSync(join(root, kept, addon.file), `${loaded}.new`);
  renameSync(`${loaded}.new`, loaded);
  writeFileSync(addon.stamp, mark);
}

const sources = ['tsconfig.json', 'tsconfig.types.json', 'scripts/facade.mjs', ...files('ts', /\.c?[jt]s$/, ['dist', 'cli'])];
step('facade', sources, 'ts/dist/index.cjs').do(() => run(process.execPath, ['scripts/facade.mjs']));
// Apart, as it needs no declarations.
const ofCommandLine = ['package-lock.json', 'scripts/cli.mjs', ...files('ts/cli', /\.ts$/)];
step('cli', ofCommandLine, 'ts/dist/cli/main.js').do(() => run(process.execPath, ['scripts/cli.mjs']));

if (!statSync(join(root, 'ts/dist/index.d.ts')).isFile()) stop('the facade was not built; delete target/stamps and run this again.');
