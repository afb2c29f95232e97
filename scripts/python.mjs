// Tests of the Python package in a virtual environment of its own: builds the extension module, and ends with one line of counts.
// usage: node scripts/python.mjs [--built] [--all] [pytest's arguments…]; with `--built` cargo has built the extension module before, with
// `--all` type checkers run as well and other tests take more cases. SUPERCONFIG_PYTHON names the interpreter, `python3` by default.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { flags, tested } from './addon.mjs';
import { hostName, root } from './platforms/platforms.mjs';
import { interpreter, virtualEnvironment } from './virtual-environment.mjs';

const crate = 'crates/superconfig-py';
const sources = join(root, crate, 'python');
const isBuilt = process.argv.includes('--built');
const isAll = process.argv.includes('--all');
const python = interpreter();
if (python === undefined) {
  const named = process.env.SUPERCONFIG_PYTHON;
  process.stderr.write(
    `superconfig: ${named === undefined ? 'there is' : `\`${named}\` is`} no Python from 3.9 on with \`venv\`; SUPERCONFIG_PYTHON can name one.\n`,
  );
  // Who develops for Node alone needs none.
  process.exit(isBuilt && named === undefined ? 0 : 1);
}
const requirements = ['requirements', ...(isAll ? ['requirements-all'] : [])].map((name) => `${crate}/tests/${name}.txt`);
const program = virtualEnvironment(python, isAll ? 'tests-all' : 'tests', [], requirements);

if (!isBuilt) {
  // musl's own default is a program of one piece, which loads nothing.
  const env = { ...process.env, ...(hostName().endsWith('-musl') ? flags(['-C', 'target-feature=-crt-static']) : {}) };
  // The crates of `npm test`, which decide on features: what that has compiled is not compiled again.
  const { status } = spawnSync('cargo', ['build', ...tested, '--lib'], { cwd: root, env, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(1);
}
const names = { win32: ['_superconfig.dll', '_superconfig.pyd'], darwin: ['lib_superconfig.dylib', '_superconfig.abi3.so'] };
const [made, name] = names[process.platform] ?? ['lib_superconfig.so', '_superconfig.abi3.so'];
const built = join(root, 'target/debug', made);
const loaded = join(sources, 'superconfig', name);
if (!existsSync(built)) {
  process.stderr.write(`superconfig: cargo has not made ${built}.\n`);
  process.exit(1);
}
// Renamed, not written over: a process that runs has the old one in memory.
copyFileSync(built, `${loaded}.new`);
renameSync(`${loaded}.new`, loaded);

const given = process.argv.slice(2).filter((argument) => argument !== '--built');
// Absolute, so that the extension module is found from every directory.
const env = { ...process.env, PYTHONPATH: sources, PYTHONDONTWRITEBYTECODE: '1' };
const tests = spawnSync(program, ['-m', 'pytest', '-q', ...given], { cwd: root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 2], maxBuffer: 1 << 28 });
process.stdout.write(tests.stdout);
const summary = tests.stdout.trimEnd().split('\n').at(-1) ?? '';
const count = (what) => Number(summary.match(new RegExp(`(\\d+) ${what}`))?.[1] ?? 0);
const failed = count('failed') + count('errors?');
process.stdout.write(`python: ${count('passed')} passed, ${failed} failed\n`);
process.exit(tests.status === 0 && failed === 0 ? 0 : 1);
