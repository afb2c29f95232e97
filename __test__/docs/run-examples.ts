// Compiles examples as users compile them, and runs each in a directory of its own with real files.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tool } from '../../scripts/programs.mjs';
import { TemporaryDirectory } from '../support/temporary.ts';
import { toProgram } from './documented.ts';

const root = join(import.meta.dirname, '../..');

/** What an example finds in its directory. */
const FILES: Record<string, string> = {
  'config/default.toml': `plugins = ["auth"]

[server]
host = "127.0.0.1"
port = 8080

[db]
url = "postgres://localhost/app"
password = "hunter2"
pool = { min = 1, max = 10 }

[log]
level = "info"
`,
  'config/production.toml': '[server]\nhost = "0.0.0.0"\n',
  'app.toml': '[server]\nport = 8081\n',
  'app.config.mjs': 'export default { server: { port: 8082 } };\n',
  'conf.d/10-cache.json': '{ "cache": { "size": 64 } }',
  'myapp.config.json': '{ "theme": "dark" }',
  '.env': 'APP_SERVER__PORT=9000\n',
  '.git/HEAD': 'ref: refs/heads/main\n',
};

const CHECKS = `import { deepStrictEqual, throws as assertThrows } from 'node:assert';
function within(found: any, expected: any): any {
  if (typeof found !== 'object' || found === null || typeof expected !== 'object' || Array.isArray(expected)) return found;
  return Object.fromEntries(Object.keys(expected).map((key) => [key, within(found[key], expected[key])]));
}
export function check(found: unknown, expected: unknown, partly = false): void {
  deepStrictEqual(partly ? within(found, expected) : found, expected);
}
export function throws(action: () => unknown, code: string): void {
  assertThrows(action, { code });
}
`;

const RUN = `import { cpSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
const failures = {};
let at = '';
// An iterator that waits keeps no process alive.
setInterval(() => {}, 1000);
for (const event of ['uncaughtException', 'unhandledRejection', 'warning']) process.on(event, (error) => { failures[at] ??= String(error?.stack ?? error); });
const environment = { ...process.env };
for (const [index, name] of JSON.parse(process.argv[3]).entries()) {
  at = name;
  const directory = mkdtempSync(join(process.argv[2], 'run-'));
  cpSync(join(process.argv[2], 'files'), directory, { recursive: true });
  process.chdir(directory);
  process.env = { ...environment };
  try { await import('./example-' + index + '.js'); } catch (error) { failures[name] ??= String(error?.stack ?? error); }
  await new Promise(setImmediate);
}
writeFileSync(join(process.argv[2], 'failures.json'), JSON.stringify(failures));
process.exit(0);
`;

/** What came of some examples. */
export interface Outcome {
  /** What the compiler says, by example; under `all` what belongs to none. */
  problems: Map<string, string>;
  /** What was thrown, by example. */
  failures: Record<string, string>;
  /** How many values the examples state. */
  checks: number;
}

/** Compiles and runs examples, by their names, against the built package; `exported` are the names that they may use unasked. */
export function runExamples(examples: ReadonlyMap<string, string>, exported: readonly string[]): Outcome {
  const directory = new TemporaryDirectory();
  try {
    return runIn(directory.path, examples, exported);
  } finally {
    directory.remove();
  }
}

function runIn(directory: string, examples: ReadonlyMap<string, string>, exported: readonly string[]): Outcome {
  const names = [...examples.keys()];
  const fileOf = (name: string) => `example-${names.indexOf(name)}.ts`;
  let checks = 0;
  mkdirSync(join(directory, 'node_modules'));
  symlinkSync(root, join(directory, 'node_modules/superconfig'), 'junction');
  for (const name of ['zod', '@types', '@nestjs', 'fastify', 'hono', 'reflect-metadata', 'rxjs', '@nats-io', 'redis', 'ioredis'])
    symlinkSync(join(root, 'node_modules', name), join(directory, 'node_modules', name), 'junction');
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(join(directory, 'files', name, '..'), { recursive: true });
    writeFileSync(join(directory, 'files', name), text);
  }
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(directory, 'run.js'), RUN);
  writeFileSync(join(directory, 'checks.ts'), CHECKS);
  for (const [name, example] of examples) {
    const program = toProgram(example, exported);
    checks += program.checks;
    writeFileSync(join(directory, fileOf(name)), program.code);
  }

  const compilerOptions = {
    strict: true,
    module: 'NodeNext',
    target: 'ES2022',
    lib: ['ES2023', 'ESNext.Disposable'],
    types: ['node'],
    skipLibCheck: true,
    rewriteRelativeImportExtensions: true,
    outDir: '.',
    rootDir: '.',
  };
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: names.map(fileOf) }));
  const [compiler, args] = tool('tsc', ['-p', directory, '--pretty', 'false']);
  const { stdout, stderr } = spawnSync(compiler, args, { cwd: directory, encoding: 'utf8', maxBuffer: 1 << 28 });
  const problems = new Map<string, string>();
  const add = (name: string, problem: string) => problems.set(name, `${problems.get(name) ?? ''}${problem}\n`);
  // A problem of several lines is continued by lines that are indented.
  for (const said of `${stdout}${stderr}`.split(/\n(?!\s)/).filter((text) => text.trim() !== '')) {
    const [, file, line, message] = said.match(/^(?:.*[\\/])?(example-\d+\.ts)\((\d+),\d+\): (.*)$/s) ?? [];
    const name = names.find((name) => file === fileOf(name));
    if (file === undefined || name === undefined) add('all', said);
    else add(name, `${message}\n  in: ${readFileSync(join(directory, file), 'utf8').split('\n')[Number(line) - 1]}`);
  }
  const { APP_SERVER__PORT: _, NODE_ENV: __, SUPERCONFIG_PROFILE: ___, ...env } = process.env;
  const ran = spawnSync(process.execPath, ['--expose-gc', join(directory, 'run.js'), directory, JSON.stringify(names)], {
    encoding: 'utf8',
    env: { ...env, HOME: directory },
  });
  try {
    const failures = JSON.parse(readFileSync(join(directory, 'failures.json'), 'utf8')) as Record<string, string>;
    return { problems, failures, checks };
  } catch {
    throw new Error(`the examples did not run: ${ran.stdout}${ran.stderr}`);
  }
}
