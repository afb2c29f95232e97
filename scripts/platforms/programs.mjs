// The programs that show whether a package works on a runtime: they are laid into a project that has it installed, and run there.
import { spawnSync } from 'node:child_process';
import { closeSync, cpSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './platforms.mjs';

const BODY = `
const config = SuperConfig.builder({ cwd: import_meta_directory, env: { APP_SERVER__PORT: '9000' } }).file('app.toml').env('APP').loadSync();
const seen = JSON.stringify([config.get('server.port'), config.current, config.explain('server.hosts').winner.line, parse('a: 1', 'yaml')]);
config.close();
if (seen !== '[9000,{"server":{"port":9000,"hosts":["a"]}},3,{"a":1}]') { console.error(seen); process.exit(1); }
`;

const alone = (...names) => names.map((name) => ({ args: [name], code: 0 }));
/** The package from both module systems. */
const BASIC = alone('esm.mjs', 'cjs.cjs');
/** Everything that differs from system to system, in one program. */
const SYSTEM = alone('everything.mjs');
const MORE = alone('values.mjs', 'large.mjs', 'leaks.mjs', 'workers-read.mjs', 'workers-terminated.mjs');
const ENDS = ['falls', 'exits', 'exits-with-loads', 'exits-in-listener', 'exits-with-workers', 'throws'].map((way) => ({ args: ['exit.mjs', way], code: 3 }));

/** What is run, from the least to the most: `emulated` processors take minutes for what others do in seconds. */
export const PROGRAMS = { basic: BASIC, emulated: [...BASIC, ...SYSTEM], all: [...BASIC, ...SYSTEM, ...MORE, ...ENDS] };

/** Lays the programs into a project. */
export function layPrograms(project) {
  writeFileSync(join(project, 'app.toml'), '[server]\nport = 8080\nhosts = ["a"]\n');
  const body = (directory) => BODY.replace('import_meta_directory', directory);
  const directory = "fileURLToPath(new URL('.', import.meta.url))";
  writeFileSync(join(project, 'esm.mjs'), `import { fileURLToPath } from 'node:url';\nimport { parse, SuperConfig } from 'superconfig';${body(directory)}`);
  writeFileSync(join(project, 'cjs.cjs'), `const { parse, SuperConfig } = require('superconfig');${body('__dirname')}`);
  cpSync(join(root, '__test__/process/programs'), project, { recursive: true });
}

/**
 * Runs programs in a project and prints how each ended.
 *
 * `runtime` has a `label`, a `command` with its first arguments, `env`, and the names of programs in `without` that it cannot run.
 * Gives the numbers of those that `passed` and `failed`.
 */
export function runPrograms(project, { label, command: [command, ...before], env = {}, without = [] }, programs) {
  const count = { passed: 0, failed: 0 };
  for (const { args, code } of programs) {
    if (without.includes(args[0])) continue;
    // To a file: what Windows programs write to a pipe is lost where they are emulated.
    const output = join(project, 'output.txt');
    const file = openSync(output, 'w');
    const options = { cwd: project, env: { ...process.env, ...env }, stdio: ['ignore', file, 'inherit'], timeout: 300_000 };
    const { status, signal, error } = spawnSync(command, [...before, ...args], options);
    closeSync(file);
    const isFine = status === code;
    count[isFine ? 'passed' : 'failed'] += 1;
    const said = readFileSync(output, 'utf8').trim();
    const result = isFine ? 'passed' : `FAILED (${error?.message ?? signal ?? `exit code ${status}`})`;
    process.stdout.write(`smoke ${label} ${args.join(' ')}: ${result}${said === '' ? '' : ` ${said}`}\n`);
  }
  return count;
}
