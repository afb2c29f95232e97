// The output of each command for one service: values, provenance, variables, files.
import { expect, test } from 'vitest';
import { parse } from '../../ts/index.ts';
import { cli, cliJson } from '../support/cli.ts';
import { sharedDirectory } from '../support/temporary.ts';

const directory = sharedDirectory();
directory.write('package.json', '{}');
directory.write(
  'superconfig.config.mjs',
  `export default {
    sources: [
      { kind: 'defaults', values: { value: { db: { pool: { max: 5 } }, log: { level: 'info' } } } },
      { kind: 'dir', path: 'config' }, { kind: 'dotenv' }, { kind: 'env', prefix: 'APP' }, { kind: 'args' },
    ],
  };`,
);
directory.write('config/default.toml', '[server]\nport = 8080\n\n[db]\npassword = "planted"\n[db.pool]\nmax = 10\n');
directory.write('config/production.yaml', 'db:\n  pool:\n    max: 12\nserver:\n  tags: [a, b]\n');
directory.write('.env', '# here\n\nAPP_DB__POOL__MAX=15\n');
const project = (env: Record<string, string> = {}) => ({ cwd: directory.path, env });
const lines = (text: string) => text.trimEnd().split('\n');

test('explain shows the winner, the losers, the names and what was never reached', async () => {
  const { code, stdout, stderr } = await cli(['explain', 'db.pool.max', '--profile', 'production'], project({ APP_DB__POOL__MAX: '20' }));
  expect([code, stderr]).toEqual([0, 'loaded superconfig.config.mjs · profile production\n']);
  expect(lines(stdout)).toEqual([
    'db.pool.max = 20                              integer · from APP_DB__POOL__MAX',
    '  ~ 5     defaults',
    '  ~ 10    config/default.toml:7:7',
    '  ~ 12    config/production.yaml:3:10',
    '    20    APP_DB__POOL__MAX                   also APP_DB_POOL_MAX, --db.pool.max',
    '  never reached: config/local.* (there is no such file) · config/production.local.* (there is no such file) · .env:3:19 APP_DB__POOL__MAX (the real environment wins)',
  ]);
});

test('explain shows a table and the whole as a tree', async () => {
  const { stdout } = await cli(['explain', 'db'], project());
  expect(lines(stdout)[0]).toBe('db');
  expect(stdout).toContain('    max = 15                                  .env:3:19 APP_DB__POOL__MAX ~ 5 defaults ~ 10 config/default.toml:7:7');
  expect(stdout).toContain('  password = "[redacted]"');
  expect(lines((await cli(['explain'], project())).stdout)).toContain('server');
  const { document } = await cliJson<{ explanations: { path: string }[] }>(['explain'], project());
  expect(document.explanations.map(({ path }) => path)).toEqual(['db.pool.max', 'db.password', 'log.level', 'server.port']);
});

test('explain of a path that is not there ends with 1 and the nearest', async () => {
  const { code, stdout, stderr } = await cli(['explain', 'db.pool.mx'], project());
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain('did you mean `db.pool.max`?');
});

test('env lists every path with its variables, and the value in effect', async () => {
  const { code, stdout } = await cli(['env'], project());
  expect(code).toBe(0);
  expect(lines(stdout)[0]?.split(/ {2,}/)).toEqual(['PATH', 'VARIABLES', 'TYPE', 'DEFAULT', 'VALUE', 'SOURCE']);
  expect(lines(stdout)[1]?.split(/ {2,}/)).toEqual(['db.pool.max', 'APP_DB__POOL__MAX, APP_DB_POOL_MAX', 'integer', '5', '15', '.env:3:19 APP_DB__POOL__MAX']);
  const { document } = await cliJson<{ paths: object[] }>(['env'], project());
  expect(document.paths[0]).toEqual({
    path: 'db.pool.max',
    variables: [
      { name: 'APP_DB__POOL__MAX', file: false, ambiguous: false },
      { name: 'APP_DB_POOL_MAX', file: false, ambiguous: false },
    ],
    type: 'integer',
    default: 5,
    required: false,
    value: 15,
    source: { kind: 'dotenv', source: '.env', file: '.env', line: 3, column: 19, variable: 'APP_DB__POOL__MAX' },
  });
});

test('env --unmatched lists what sets no known path, and ends with 1 for it', async () => {
  expect(await cli(['env', '--unmatched'], project())).toMatchObject({ code: 0, stdout: '' });
  const { code, stdout } = await cli(['env', '--unmatched'], project({ APP_LOG__LEVLE: 'x' }));
  expect(code).toBe(1);
  expect(lines(stdout)[1]?.split(/ {2,}/)).toEqual(['APP_LOG__LEVLE', 'the new key log.levle', 'log.level', 'environment']);
  const { document } = await cliJson(['env', '--unmatched'], project({ APP_LOG__LEVLE: 'x' }));
  expect(document.unmatched).toEqual([{ origin: { kind: 'env', source: 'env', variable: 'APP_LOG__LEVLE' }, path: 'log.levle', closest: 'log.level' }]);
});

test('env --example writes a file that is read again', async () => {
  const { code, stdout } = await cli(['env', '--example', '--out', 'example.env'], project());
  expect([code, stdout]).toEqual([0, '']);
  const { stdout: text } = await cli(['env', '--example'], project());
  expect(parse(text, 'dotenv')).toEqual({ APP_DB__PASSWORD: '' });
  expect(text).toContain('# db.pool.max, integer\n# APP_DB__POOL__MAX=5\n');
  expect(await cli(['get', 'db.pool.max', '--dotenv', 'example.env'], project())).toMatchObject({ stdout: '15\n' });
});

test('files lists every place, and how many of its values win', async () => {
  const { stdout } = await cli(['files', '--profile', 'production'], project());
  const rows = lines(stdout).map((line) => line.trim().split(/ {2,}/));
  expect(rows[0]).toEqual(['PLACE', 'KIND', 'STATUS', 'FORMAT', 'TRUST', 'SETS', 'WINS', 'NOTE']);
  expect(rows.map(([place, ...rest]) => [place, rest.slice(-2).join(' ')])).toEqual(
    expect.arrayContaining([
      ['.env', '1 1'],
      ['config/local.*', 'missing there is no such file'],
    ]),
  );
  const { document } = await cliJson<{ files: { name: string; sets: number; wins: number }[] }>(['files', '--profile', 'production'], project());
  expect(document.files.filter(({ sets }) => sets > 0).map(({ name, sets, wins }) => [name, sets, wins])).toEqual([
    ['.env', 1, 1],
    ['defaults', 2, 1],
    ['config/default.toml', 3, 2],
    ['config/production.yaml', 2, 1],
  ]);
});

test.each(['yaml', 'toml', 'json', 'jsonc', 'json5'] as const)('print --format %s loads again, with origins too', async (format) => {
  const { stdout } = await cli(['print', '--format', format], project());
  const values = parse(stdout, format);
  expect(values).toEqual({ db: { pool: { max: 15 }, password: '[redacted]' }, log: { level: 'info' }, server: { port: 8080 } });
  const outcome = await cli(['print', '--format', format, '--origins'], project());
  if (format === 'json') {
    expect([outcome.code, outcome.stdout]).toEqual([1, '']);
    expect(outcome.stderr).toContain('json has no comments');
    return;
  }
  expect(parse(outcome.stdout, format)).toEqual(values);
  expect(outcome.stdout).toContain('APP_DB__POOL__MAX in .env:3:19, over config/default.toml:7:7 (10), defaults (5)');
});

test('print --changed leaves out what is as in the defaults', async () => {
  const { stdout } = await cli(['print', '--changed', '--format', 'json'], project());
  expect(JSON.parse(stdout)).toEqual({ db: { pool: { max: 15 }, password: '[redacted]' }, server: { port: 8080 } });
});

test('print writes to --out and shows secrets where it may', async () => {
  expect(await cli(['print', '--out', 'effective.yaml', '--show-secrets'], project())).toMatchObject({ code: 2 });
  expect(await cli(['print', '--out', 'effective.yaml', '--show-secrets', '--force'], project())).toMatchObject({ code: 0, stdout: '' });
  expect(await cli(['get', 'db.password', '--file', 'effective.yaml', '--show-secrets', '--force'], project())).toMatchObject({ stdout: 'planted\n' });
});

test('the flags of the program follow --, and win', async () => {
  expect(await cli(['get', 'db.pool.max', '--', '--db.pool.max=99'], project())).toMatchObject({ code: 0, stdout: '99\n' });
  expect(await cli(['get', 'db.pool.max', '--set', 'db.pool.max=98', '--', '--db.pool.max=99'], project())).toMatchObject({ stdout: '98\n' });
});
