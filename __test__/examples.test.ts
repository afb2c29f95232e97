// Every example in the documentation: of each public name, and of the README. They are compiled as users compile them, and run in a
// directory of their own with real files.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript-5';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { documented, toProgram } from './documented.ts';

const root = join(import.meta.dirname, '..');
const all = documented();
const exported = all.map(({ name }) => name).filter((name) => !name.includes('.'));
// The first is run from the packed tarball, by another test.
const readme = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/```ts\n(.*?)```/gs)].slice(1).map(([, code]) => code as string);

/** The examples by name; a second one of the same name gets a number. */
const examples = new Map<string, string>();
for (const { name, examples: codes } of [...all, { name: 'README', examples: readme }]) {
  for (const [at, code] of codes.entries()) examples.set(at === 0 ? name : `${name} ${at + 1}`, code);
}

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

let directory: string;
let problems: Map<string, string>;
let failures: Record<string, string>;
let checks = 0;
const fileOf = (name: string) => `example-${[...examples.keys()].indexOf(name)}.ts`;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'superconfig-examples-'));
  mkdirSync(join(directory, 'node_modules'));
  symlinkSync(root, join(directory, 'node_modules/superconfig'));
  for (const name of ['zod', '@types']) symlinkSync(join(root, 'node_modules', name), join(directory, 'node_modules', name));
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

  const names = [...examples.keys()];
  const program = ts.createProgram(
    names.map((name) => join(directory, fileOf(name))),
    {
      strict: true,
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
      types: ['node'],
      skipLibCheck: true,
      rewriteRelativeImportExtensions: true,
      outDir: directory,
      rootDir: directory,
    },
  );
  problems = new Map();
  for (const { file, start, messageText } of ts.getPreEmitDiagnostics(program)) {
    const name = names.find((name) => file?.fileName.endsWith(`/${fileOf(name)}`)) ?? 'all';
    const line = file === undefined ? '' : (file.text.slice(file.text.lastIndexOf('\n', start) + 1).split('\n')[0] ?? '');
    problems.set(name, `${problems.get(name) ?? ''}${ts.flattenDiagnosticMessageText(messageText, '\n')}\n  in: ${line}\n`);
  }
  program.emit();
  const { APP_SERVER__PORT: _, NODE_ENV: __, SUPERCONFIG_PROFILE: ___, ...env } = process.env;
  const ran = spawnSync(process.execPath, ['--expose-gc', join(directory, 'run.js'), directory, JSON.stringify(names)], {
    encoding: 'utf8',
    env: { ...env, HOME: directory },
  });
  try {
    failures = JSON.parse(readFileSync(join(directory, 'failures.json'), 'utf8'));
  } catch {
    throw new Error(`the examples did not run: ${ran.stdout}${ran.stderr}`);
  }
}, 120_000);

afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('every public name has a summary, and an example unless it is a property', () => {
  expect(all.filter(({ summary }) => summary === '').map(({ name }) => name)).toEqual([]);
  expect(all.filter(({ isShown, examples }) => isShown && !examples.some((code) => code !== '')).map(({ name }) => name)).toEqual([]);
});

describe('the example of', () => {
  test.each([...examples.keys()])('%s compiles and does what it says', (name) => {
    expect(problems.get(name)).toBe(undefined);
    expect(failures[name]).toBe(undefined);
  });
});

test('the examples say what comes out', () => {
  expect(checks).toBeGreaterThan(examples.size / 2);
  expect(problems.get('all')).toBe(undefined);
});
