// Times of the package for Python beside other packages, with the release build that `pip install .` makes: `npm run bench:python -- [pytest's
// arguments…]`. Ends with the budgets; fails where one is missed.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './platforms/platforms.mjs';
import { interpreter, virtualEnvironment } from './virtual-environment.mjs';

const python = interpreter();
if (python === undefined) {
  process.stderr.write('superconfig: there is no Python from 3.9 on with `venv`; SUPERCONFIG_PYTHON can name one.\n');
  process.exit(1);
}
const program = virtualEnvironment(python, 'bench', [], ['crates/superconfig-py/tests/requirements.txt', 'bench/python/requirements.txt']);
const run = (args, env = {}) => spawnSync(program, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'inherit'] }).status ?? 1;
const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--force-reinstall', '.'];
if (run(install) !== 0) process.exit(1);
const columns = ['--benchmark-columns=min,median', '--benchmark-sort=min', '--benchmark-group-by=group', '--benchmark-min-time=0.001'];
process.exit(run(['-m', 'pytest', '-q', '-W', 'default', join('bench', 'python'), ...columns, ...process.argv.slice(2)], { PYTHONDONTWRITEBYTECODE: '1' }));
