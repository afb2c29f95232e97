// Virtual environments of Python below `target/python/`, each made once of what it is asked to hold.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './platforms/platforms.mjs';
import { step } from './steps.mjs';

const isWindows = process.platform === 'win32';

/** The interpreter, `SUPERCONFIG_PYTHON` or `python3`, with its version and where it is; nothing where that is no Python from 3.9 on that makes environments. */
export function interpreter() {
  const command = process.env.SUPERCONFIG_PYTHON ?? (isWindows ? 'python' : 'python3');
  const program = 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2], sys.implementation.cache_tag, sys.prefix)';
  const found = spawnSync(command, ['-c', program], { encoding: 'utf8' }).stdout ?? '';
  const [, version, minor, tag] = found.match(/^(3\.(\d+)) (\S+) /) ?? [];
  return Number(minor) >= 9 ? { command, version, tag, description: found } : undefined;
}

/** An environment with packages, `requirements` being files of them; gives its interpreter. Ends the program where it cannot be made. */
export function virtualEnvironment(python, name, packages, requirements = []) {
  const folder = `target/python/${python.tag}-${name}`;
  const program = join(folder, ...(isWindows ? ['Scripts', 'python.exe'] : ['bin', 'python']));
  const run = (command, args) => {
    const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
    if (status === 0) return;
    process.stderr.write(`superconfig: \`${command} ${args.join(' ')}\` failed${error === undefined ? '; its output is above' : `: ${error.message}`}.\n`);
    process.exit(1);
  };
  step(`python-${python.tag}-${name}`, requirements, program, [python.description, ...packages].join(' ')).do(() => {
    rmSync(join(root, folder), { recursive: true, force: true });
    run(python.command, ['-m', 'venv', folder]);
    const given = [...packages, ...requirements.flatMap((file) => ['-r', file])];
    run(join(root, program), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-compile', ...given]);
  });
  return join(root, program);
}
