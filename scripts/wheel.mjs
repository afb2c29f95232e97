// Builds the wheel for Python of this platform into a folder; what has been built of the same sources is copied.
// usage: node scripts/wheel.mjs [FOLDER]; target/packages by default. SUPERCONFIG_PYTHON names the interpreter, SUPERCONFIG_BUILD=dev builds
// without optimisation.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './platforms/platforms.mjs';
import { files, rustSources, step } from './steps.mjs';

const isWindows = process.platform === 'win32';
const interpreter = process.env.SUPERCONFIG_PYTHON ?? (isWindows ? 'python' : 'python3');
const folder = process.argv[2] ?? join(root, 'target/packages');
const profile = process.env.SUPERCONFIG_BUILD === 'dev' ? 'dev' : 'release';
/** The newest that builds for CPython 3.9. */
const MATURIN = 'maturin==1.16.0';

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (error === undefined && status === 0) return;
  process.stderr.write(`superconfig: \`${command} ${args.join(' ')}\` failed${error === undefined ? '; its output is above' : `: ${error.message}`}.\n`);
  process.exit(1);
}

const isWheel = (name) => name.endsWith('.whl');
const kept = `target/wheels/${profile}`;
const venv = 'target/python/wheel';
const python = join(root, venv, ...(isWindows ? ['Scripts', 'python.exe'] : ['bin', 'python']));
step('python-wheel', [], python.slice(root.length + 1), MATURIN).do(() => {
  rmSync(join(root, venv), { recursive: true, force: true });
  run(interpreter, ['-m', 'venv', venv]);
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', MATURIN]);
});

const sources = ['pyproject.toml', 'README.md', ...rustSources(), ...files('crates/superconfig-py', /\.(rs|toml|py|pyi|typed)$/, ['tests', '__pycache__'])];
step(`wheel-${profile}`, sources, kept).do(() => {
  rmSync(join(root, kept), { recursive: true, force: true });
  run(python, ['-m', 'maturin', 'build', '--profile', profile, '--interpreter', python, '--out', kept]);
});

mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder).filter(isWheel)) rmSync(join(folder, name));
for (const name of readdirSync(join(root, kept)).filter(isWheel)) copyFileSync(join(root, kept, name), join(folder, name));
