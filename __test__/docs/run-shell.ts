// Runs the shell commands of documents where they can do no harm: what they call of the project only has to exist.
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryDirectory } from '../support/temporary.ts';

const root = join(import.meta.dirname, '../..');

/** Stands for the tools that take minutes: fails for a script, program or target that the project does not have. */
const TOOL = `import { existsSync, readdirSync, readFileSync } from 'node:fs';
const [root, tool, ...args] = process.argv.slice(2);
const missing = (what) => { console.error(tool + ': there is no ' + what); process.exit(1); };
if (tool === 'npm' && !['install', 'ci'].includes(args[0])) {
  const name = ['run', 'run-script'].includes(args[0]) ? args[1] : args[0];
  if (JSON.parse(readFileSync(root + '/package.json', 'utf8')).scripts[name] === undefined) missing('script ' + name);
}
if (tool === 'npx' && !existsSync(root + '/node_modules/.bin/' + args.find((one) => !one.startsWith('-')))) missing('program ' + args[0]);
if (tool === 'cargo') {
  const crates = readdirSync(root + '/crates');
  const after = (flag) => args.flatMap((one, at) => (one === flag ? [args[at + 1]] : []));
  for (const name of after('-p')) if (!crates.includes(name)) missing('crate ' + name);
  for (const [flag, folder] of Object.entries({ '--test': 'tests', '--bench': 'benches', '--example': 'examples' })) {
    for (const name of after(flag)) {
      const files = crates.flatMap((crate) => [name + '.rs', name + '/main.rs'].map((file) => [root, 'crates', crate, folder, file].join('/')));
      if (!files.some(existsSync)) missing(flag + ' ' + name);
    }
  }
}
`;

/** What a script prints to its errors and how it ended: `0` where every command succeeded. */
export function runShell(code: string): { status: number | null; stderr: string } {
  const temporary = new TemporaryDirectory();
  const directory = temporary.path;
  const program = (path: string, text: string) => {
    chmodSync(temporary.at(temporary.write(path, text)), 0o755);
  };
  try {
    program('bin/tool.mjs', TOOL);
    for (const tool of ['npm', 'npx', 'cargo', 'rustup']) {
      program(`bin/${tool}`, `#!/bin/sh\nexec '${process.execPath}' '${join(directory, 'bin/tool.mjs')}' '${root}' ${tool} "$@"\n`);
    }
    // The project's own programs are there and do nothing.
    const own = readdirSync(join(root, 'scripts')).map((name) => `scripts/${name}`);
    for (const path of [...own, '.ci/run']) program(path, path.endsWith('.mjs') ? '' : '#!/bin/sh\n');
    const { PATH = '' } = process.env;
    const env = { PATH: `${join(directory, 'bin')}:${PATH}`, HOME: directory, GIT_CONFIG_NOSYSTEM: '1' };
    const { status, stderr } = spawnSync('sh', ['-eu', '-c', `git init --quiet\n${code}`], { cwd: directory, env, encoding: 'utf8', timeout: 20_000 });
    return { status, stderr };
  } finally {
    temporary.remove();
  }
}
