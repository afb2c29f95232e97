// `superconfig types`: declarations that the compiler takes, of the values of all profiles.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { declarationsOf } from '../../ts/cli/schema/declarations.ts';
import { cli, cliJson } from '../support/cli.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const root = join(import.meta.dirname, '../..');
const directory = temporaryDirectory();
const here = (env: Record<string, string> = {}) => ({ cwd: directory.path, env });

/** The body of the interface. */
function body(...values: unknown[]): string {
  return declarationsOf(values, { name: 'Config' }).split('export interface Config ')[1]?.trimEnd() ?? '';
}

/** Compiles a program beside the declarations, strictly. */
function compile(program: string): string {
  directory.write('program.ts', program);
  const flags = ['--strict', '--noEmit', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--target', 'es2022', '--module', 'nodenext'];
  try {
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...flags, '--types', '', 'program.ts'], {
      cwd: directory.path,
      encoding: 'utf8',
    });
    return '';
  } catch (thrown) {
    return (thrown as { stdout: string }).stdout;
  }
}

test('what some profiles lack is optional, and what differs is a union', async () => {
  directory.write('config/default.toml', 'port = 80\nname = "a"\n"odd-key" = [1, "a"]\nnew = []\n[db]\nhost = "a"\n');
  directory.write('config/production.yaml', 'port: "unix"\ntls: { cert: a }\ndb: { pool: 5 }\nname: null\nnew: [{ a: 1 }, { b: 2 }]\n');
  const { code, stdout, stderr } = await cli(['types'], here());
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toBe(`// Written by \`superconfig types\`: the values of all profiles. Do not edit; run it again.

export interface Config {
  port: string | number;
  name: string | null;
  "odd-key": (string | number)[];
  new: {
    a?: number;
    b?: number;
  }[];
  db: {
    host: string;
    pool?: number;
  };
  tls?: {
    cert: string;
  };
}
`);
  directory.write('config.d.ts', stdout);
  const values = '{ port: 1, name: null, "odd-key": [1, "a"], new: [{ a: 1 }], db: { host: "a" } }';
  expect(
    compile(`import type { Config } from './config.js';\nexport const config: Config = ${values};\nexport const pool: number | undefined = config.db.pool;`),
  ).toBe('');
  expect(compile(`import type { Config } from './config.js';\nexport const config: Config = { port: true };`)).toContain('TS2322');
});

test('--check compares with the file', async () => {
  directory.write('config/default.toml', 'a = 1\n');
  expect(await cli(['types', '--out', 'config.d.ts'], here())).toMatchObject({ code: 0, stdout: '', stderr: 'wrote config.d.ts\n' });
  expect(await cli(['types', '--check', '--out', 'config.d.ts'], here())).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
  const text = readFileSync(directory.at('config.d.ts'), 'utf8');
  directory.write('config.d.ts', text.replaceAll('\n', '\r\n'));
  expect(await cliJson(['types', '--check', '--out', 'config.d.ts'], here())).toMatchObject({ code: 0, document: { isCurrent: true, out: 'config.d.ts' } });
  directory.write('config/default.toml', 'a = "text"\n');
  expect(await cli(['types', '--check', '--out', 'config.d.ts'], here())).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('config.d.ts is not'),
  });
  expect(await cliJson(['types', '--check', '--out', 'config.d.ts'], here())).toMatchObject({ code: 1, document: { isCurrent: false } });
  expect(await cli(['types', '--check', '--out', 'none.d.ts'], here())).toMatchObject({ code: 1 });
  expect(await cli(['types', '--check'], here())).toMatchObject({ code: 2, stdout: '' });
  expect(readFileSync(directory.at('config.d.ts'), 'utf8')).toBe(text.replaceAll('\n', '\r\n'));
});

test('with --no-env a machine adds nothing', async () => {
  directory.write('config/default.toml', 'a = 1\n');
  const flags = ['types', '--dir', 'config', '--env', 'APP'];
  expect((await cli(flags, here({ APP_B: '1' }))).stdout).toContain('b: ');
  expect((await cli([...flags, '--no-env'], here({ APP_B: '1' }))).stdout).not.toContain('b: ');
});

test('a schema guides the types of variables, and missing values stop nothing', async () => {
  directory.write(
    'schema.mjs',
    `import { z } from ${JSON.stringify(import.meta.resolve('zod'))};\nexport const schema = z.object({ id: z.string(), password: z.string() });`,
  );
  directory.write('config/default.toml', '');
  const { code, stdout } = await cli(['types', '--dir', 'config', '--env', 'APP', '--schema', 'schema.mjs#schema'], here({ APP_ID: '12' }));
  expect([code, stdout]).toEqual([0, expect.stringContaining('  id: string;\n')]);
});

test('no value is in them, and no key below a secret', async () => {
  directory.write('config/default.toml', 'password = "Planted-Secret"\npin_token = 5\ntokens = [1]\n[token]\nPlanted-Secret = "a"\n');
  const { stdout } = await cli(['types'], here());
  expect(stdout).not.toContain('Planted');
  expect(stdout).toContain('{\n  password: string;\n  pin_token: number;\n  tokens: unknown[];\n  token: Record<string, unknown>;\n}');
});

test.each(['Config', '$x', 'Größe'])('%s can be the name', async (name) => {
  directory.write('config/default.toml', 'a = 1\n');
  expect((await cli(['types', '--name', name], here())).stdout).toContain(`export interface ${name} {\n  a: number;\n}`);
});

test.each(['1', 'a b', 'string', 'class', 'a{}; export {}'])('%s cannot be the name', async (name) => {
  directory.write('config/default.toml', 'a = 1\n');
  expect(await cli(['types', '--name', name], here())).toMatchObject({ code: 2, stdout: '' });
});

const SHAPES: [unknown[], string][] = [
  [[{}], '{}'],
  [[{ a: {} }], '{\n  a: Record<string, unknown>;\n}'],
  [[{ a: [] }, { a: ['x'] }], '{\n  a: string[];\n}'],
  [[{ a: [] }], '{\n  a: unknown[];\n}'],
  [[{ a: [[1], [2, null]] }], '{\n  a: (number | null)[][];\n}'],
  [[{ a: null }], '{\n  a: unknown;\n}'],
  [[{ a: 1n }, { a: 1 }, { a: true }], '{\n  a: number | bigint | boolean;\n}'],
  [[{ a: { b: 1 } }, { a: 'x' }, { a: [1] }], '{\n  a: {\n    b: number;\n  } | number[] | string;\n}'],
  [
    [JSON.parse('{ "constructor": 2, "1": 3, "a b": 4, "a\\"b|{": 5, "": 6, "é": 7, "a.b": 8, "\\u2028": 9, "class": 1 }')],
    '{\n  "1": number;\n  constructor: number;\n  "a b": number;\n  "a\\"b|{": number;\n  "": number;\n  é: number;\n  "a.b": number;\n  "\\u2028": number;\n  class: number;\n}',
  ],
];

describe('shapes', () => {
  test.each(SHAPES)('%#', (values, expected) => expect(body(...values)).toBe(expected));

  test('compile, and take the values that they were made of', () => {
    const declarations = SHAPES.map(([values], at) => declarationsOf(values, { name: `Config${at}` }));
    directory.write('config.d.ts', declarations.join('\n'));
    const literal = (value: unknown) => JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? Number(inner) : inner));
    const constants = SHAPES.map(([values], at) => `export const all${at}: all.Config${at}[] = [${values.map(literal).join(', ')}];`);
    expect(compile(`import type * as all from './config.js';\n${constants.join('\n')}`)).toBe('');
  });

  test('are spelled in ASCII where a terminal has no more', async () => {
    directory.write('config/default.yaml', 'é: 1\n😀: 2\n');
    expect((await cli(['types'], here())).stdout).toContain('  é: number;\n  "😀": number;\n');
    expect((await cli(['types'], here({ LANG: 'C' }))).stdout).toContain('  "\\u00e9": number;\n  "\\ud83d\\ude00": number;\n');
  });
});
