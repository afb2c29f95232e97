// Makes a fresh clone ready, and does nothing that is done already. Uses nothing but Node itself.
// usage: node scripts/setup.mjs [release | dev [tests] | facade]; SUPERCONFIG_BUILD=dev asks for the addon that compiles in seconds as
// well, but `release`, for the one that users get, has the last word. With `tests` it is compiled in one go with the tests of Rust.
// `facade` makes everything but the addon.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import * as addon from './addon.mjs';
import { auditable } from './auditable.mjs';
import { library, names, root } from './platforms/platforms.mjs';
import { npm, tool } from './programs.mjs';
import { files, rustSources, step } from './steps.mjs';

// Taken apart here: a Node too old to have them all is told so below.
const { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } = fs;

function stop(sentence) {
  process.stderr.write(`superconfig: ${sentence}\n`);
  process.exit(1);
}

function run(command, args, more = {}) {
  const result = spawnSync(command, args, { cwd: root, env: { ...process.env, ...more }, stdio: ['ignore', 2, 2] });
  if (result.status !== 0) stop(`\`${command} ${args.join(' ')}\` failed; its output is above.`);
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
if (!names.includes(addon.platform)) {
  stop(`there is no package for ${addon.platform}, only for ${names.join(', ')}; docs/platforms.md says how to build the addon alone.`);
}

// `release` as an argument has the last word, `dev` only where the environment says nothing.
const wanted = process.env.SUPERCONFIG_BUILD ?? (process.argv.includes('dev') ? 'dev' : 'release');
if (!['release', 'dev'].includes(wanted)) stop(`SUPERCONFIG_BUILD is \`${wanted}\`; it can be \`dev\` or \`release\`.`);
const build = process.argv.includes('release') ? 'release' : wanted;
// Each build is kept, so that going from one to the other copies a file.
const kept = `target/addon/${build}`;
/** What writes the list of crates into the build that users get, where it is installed. */
const listing = build === 'release' ? auditable() : {};
const compiled = step(`addon-${build}`, rustSources(), join(kept, addon.file), Object.keys(listing).join());
const needsAddon = !process.argv.includes('facade');
// Known before anything is fetched.
if (needsAddon && !compiled.done) checkRust();

step('packages', ['package.json', 'package-lock.json'], 'node_modules').do(() => run(...npm(['install', '--ignore-scripts', '--no-save'])));

// Where the facade finds the addon in every other project as well: among the packages.
const linked = join(root, 'node_modules', addon.packageName);
if (!existsSync(linked)) {
  mkdirSync(dirname(linked), { recursive: true });
  rmSync(linked, { force: true });
  // A junction on Windows, where links are for administrators.
  symlinkSync(join('../..', addon.folder), linked, 'junction');
}

function compile() {
  const manifest = ['--manifest-path', 'crates/superconfig-napi/Cargo.toml', '--target-dir', 'target'];
  // musl's own default is a program of one piece, which loads nothing.
  const linking = addon.platform.endsWith('-musl') ? ['-C', 'target-feature=-crt-static'] : [];
  mkdirSync(join(root, kept), { recursive: true });
  if (build === 'release') {
    const output = ['--platform', '--no-js', '--output-dir', kept, '--dts', '../addon.d.ts'];
    run(...tool('napi', ['build', '--release', ...manifest, ...output]), { ...addon.flags(linking), ...listing });
  } else {
    // By cargo itself, for the target of `cargo test`: what the tests have compiled is not compiled again.
    const which = process.argv.includes('tests') ? addon.targets : ['--lib'];
    run('cargo', ['build', ...addon.tested, ...which, '--target-dir', 'target'], linking.length > 0 ? addon.flags(linking) : {});
    copyFileSync(join(root, 'target/debug', library()), join(root, kept, addon.file));
  }
}

/** Puts the build where the facade loads it from. */
function place() {
  const loaded = join(root, addon.folder, addon.file);
  const mark = `${build} ${compiled.digest}`;
  if (!existsSync(loaded) || !existsSync(addon.stamp) || readFileSync(addon.stamp, 'utf8') !== mark) {
    // Renamed, not written over: a process that runs has the old one in memory.
    copyFileSync(join(root, kept, addon.file), `${loaded}.new`);
    try {
      renameSync(`${loaded}.new`, loaded);
    } catch {
      // Windows replaces no library that is in use, but moves it.
      renameSync(loaded, join(root, kept, `replaced-${process.pid}.node`));
      renameSync(`${loaded}.new`, loaded);
    }
    writeFileSync(addon.stamp, mark);
  }
}

const sources = ['tsconfig.json', 'tsconfig.types.json', 'scripts/facade.mjs', 'scripts/bundles.mjs', ...files('ts', /\.c?[jt]s$/, ['dist', 'cli'])];
step('facade', sources, 'ts/dist/index.cjs').do(() => run(process.execPath, ['scripts/facade.mjs']));
// Apart, as it needs no declarations.
const ofCommandLine = ['package-lock.json', 'scripts/cli.mjs', 'scripts/bundles.mjs', ...files('ts/cli', /\.ts$/)];
step('cli', ofCommandLine, 'ts/dist/cli/main.js').do(() => run(process.execPath, ['scripts/cli.mjs']));

if (needsAddon) {
  compiled.do(compile);
  place();
}

if (!statSync(join(root, 'ts/dist/index.d.ts')).isFile()) stop('the facade was not built; delete target/stamps and run this again.');
