// `superconfig unused`: values without effect in any profile, layers without any, keys that the schema does not know.
import { expect, test } from 'vitest';
import { cli, cliJson } from '../support/cli.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();
const here = (env: Record<string, string> = {}) => ({ cwd: directory.path, env });
const lines = (text: string) => text.trimEnd().split('\n');

test('finds what no profile sees, with its place and that of what wins', async () => {
  directory.write('config/default.toml', 'never = 1\nsometimes = 1\nlist = [1]\n[t]\nx = 1\n');
  directory.write('config/local.yaml', 'never: 2\n');
  directory.write('config/production.yaml', 'sometimes: 2\nt:\n  x: 1\nlist_add: [2]\n');
  directory.write('config/staging.yaml', '{}\n');
  const { code, stdout, stderr } = await cli(['unused'], here());
  expect([code, stderr]).toEqual([1, 'loaded --dir config · no profile, production, staging\n']);
  expect(lines(stdout)).toEqual([
    'config/default.toml:1:9: never is always overridden (config/local.yaml:1:8)',
    'config/production.yaml:3:6: t.x repeats what is below it (config/default.toml:5:5)',
    'config/staging.yaml: sets nothing',
  ]);
  const { code: status, document } = await cliJson(['unused'], here());
  expect(status).toBe(1);
  const origin = (file: string, line: number, column: number) => ({ kind: 'file', source: file, file, line, column });
  expect(document).toMatchObject({
    selections: [[], ['production'], ['staging']],
    values: [
      { path: 'never', reason: 'overridden', origin: origin('config/default.toml', 1, 9), by: origin('config/local.yaml', 1, 8) },
      { path: 't.x', reason: 'redundant', origin: origin('config/production.yaml', 3, 6) },
    ],
    layers: [{ kind: 'file', name: 'config/staging.yaml', isEmpty: true }],
    unknown: [],
  });
});

test('ends with 0 where everything has an effect', async () => {
  directory.write('config/default.toml', 'a = 1\n');
  expect(await cli(['unused'], here())).toMatchObject({ code: 0, stdout: '', stderr: 'loaded --dir config · no profile\neverything has an effect\n' });
  expect(await cliJson(['unused'], here())).toMatchObject({ code: 0, document: { values: [], layers: [], unknown: [] } });
});

test('what this machine overrides has an effect elsewhere, unless it is asked about', async () => {
  directory.write('config/default.toml', 'port = 1\n');
  const flags = ['--dir', 'config', '--env', 'APP'];
  expect(await cli(['unused', ...flags], here({ APP_PORT: '2' }))).toMatchObject({ code: 0, stdout: '' });
  const { code, stdout } = await cli(['unused', '--with-env', ...flags], here({ APP_PORT: '2' }));
  expect([code, stdout]).toEqual([1, 'config/default.toml:1:8: port is always overridden (APP_PORT)\nconfig/default.toml: nothing of it has an effect\n']);
});

test('lists the keys that a schema does not know, although it rejects them, and although others are missing', async () => {
  directory.write('config/default.toml', 'prot = 1\n[db]\nhost = "a"\nhots = "b"\n');
  directory.write(
    'schema.mjs',
    `import { z } from ${JSON.stringify(import.meta.resolve('zod'))};
     export const schema = z.strictObject({ port: z.number(), password: z.string(), db: z.strictObject({ host: z.string() }) });`,
  );
  const { code, stdout } = await cli(['unused', '--schema', 'schema.mjs#schema'], here());
  expect(code).toBe(1);
  expect(lines(stdout)).toEqual([
    'config/default.toml:1:8: prot is not in the schema; did you mean `port`?',
    'config/default.toml:4:8: db.hots is not in the schema; did you mean `host`?',
  ]);
});

test('a definition that is a function is asked for each profile', async () => {
  directory.write(
    'superconfig.config.mjs',
    `export default ({ profiles }) => ({ sources: [{ kind: 'dir', path: 'config' }, ...(profiles.includes('eu') ? [{ kind: 'file', path: 'eu.toml' }] : [])] });`,
  );
  directory.write('config/default.toml', 'a = 1\n');
  directory.write('config/eu.toml', 'b = 1\n');
  directory.write('eu.toml', 'b = 2\n');
  expect((await cli(['unused'], here())).stdout).toBe(
    'config/eu.toml:1:5: b is always overridden (eu.toml:1:5)\nconfig/eu.toml: nothing of it has an effect\n',
  );
});

test('secrets are named by the path of the outermost', async () => {
  directory.write('config/default.toml', '[credentials]\nPlanted-Secret = 1\n');
  directory.write('config/local.toml', '[credentials]\nPlanted-Secret = 2\n');
  const { stdout, stderr } = await cli(['unused'], here());
  expect(stdout).toContain('credentials is always overridden');
  expect(stdout + stderr + JSON.stringify((await cliJson(['unused'], here())).document)).not.toContain('Planted');
});
