// Tests of the Python package in a virtual environment of its own: builds the extension module, and ends with one line of counts.
// usage: node scripts/python.mjs [pytest's arguments…]; SUPERCONFIG_PYTHON names the interpreter, `python3` by default.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tested } from './addon.mjs';
import { root } from './platforms/platforms.mjs';
import { step } from './steps.mjs';

const isWindows = process.platform === 'win32';
const interpreter = process.env.SUPERCONFIG_PYTHON ?? (isWindows ? 'python' : 'python3');
const crate = 'crates/superconfig-py';
const sources = join(root, crate, 'python');
// Absolute, so that the extension module is found from every directory.
const environment = { ...process.env, PYTHONPATH: sources, PYTHONDONTWRITEBYTECODE: '1' };

function stop(sentence) {
  process.stderr.write(`superconfig: ${sentence}\n`);
  process.exit(1);
}

function run(command, args, stdout = 2) {
  const result = spawnSync(command, args, { cwd: root, env: environment, encoding: 'utf8', stdio: ['ignore', stdout, 2], maxBuffer: 1 << 28 });
  if (result.error) stop(`\`${command}\` does not start: ${result.error.message}`);
  return result;
}

function must(command, args) {
  if (run(command, args).status !== 0) stop(`\`${command} ${args.join(' ')}\` failed; its output is above.`);
}

const version = run(interpreter, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2], sys.prefix)'], 'pipe').stdout ?? '';
const [, minor] = version.match(/^3\.(\d+) /) ?? [];
if (minor === undefined || Number(minor) < 9) stop(`\`${interpreter}\` is no Python from 3.9 on; SUPERCONFIG_PYTHON can name another one.`);

const venv = join('target', 'python', `3.${minor}`);
const python = join(root, venv, ...(isWindows ? ['Scripts', 'python.exe'] : ['bin', 'python']));
const requirements = join(crate, 'tests/requirements.txt');
step(`python-3.${minor}`, [requirements], python.slice(root.length + 1), version).do(() => {
  rmSync(join(root, venv), { recursive: true, force: true });
  must(interpreter, ['-m', 'venv', venv]);
  must(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-compile', '-r', requirements]);
});

// The crates of `npm test`, which decide on features: what that has compiled is not compiled again.
must('cargo', ['build', ...tested, '--lib']);
const built = join(root, 'target/debug', { win32: '_superconfig.dll', darwin: 'lib_superconfig.dylib' }[process.platform] ?? 'lib_superconfig.so');
const loaded = join(sources, 'superconfig', isWindows ? '_superconfig.pyd' : '_superconfig.abi3.so');
if (!existsSync(built)) stop(`cargo has not made ${built}`);
// Renamed, not written over: a process that runs has the old one in memory.
copyFileSync(built, `${loaded}.new`);
renameSync(`${loaded}.new`, loaded);

const tests = run(python, ['-m', 'pytest', '-q', ...process.argv.slice(2)], 'pipe');
process.stdout.write(tests.stdout);
const summary = tests.stdout.trimEnd().split('\n').at(-1) ?? '';
const count = (what) => Number(summary.match(new RegExp(`(\\d+) ${what}`))?.[1] ?? 0);
const failed = count('failed') + count('errors?');
process.stdout.write(`python: ${count('passed')} passed, ${failed} failed\n`);
process.exit(tests.status === 0 && failed === 0 ? 0 : 1);
