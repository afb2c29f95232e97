// The command line on trees of node-config: by its flag, and by a definition that the drop-in gives.
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { inOwnProcess } from '../support/cli.ts';
import { sharedDirectory } from '../support/temporary.ts';

const { cli, cliJson } = inOwnProcess;
const directory = sharedDirectory();
const options = { cwd: directory.path, env: { HOST: 'nowhere', SHOP_HOST: 'example.org' } };

beforeAll(() => {
  directory.write('config/default.json', '{\n  // as JSON5\n  "server": { "port": 8080, "host": "localhost" },\n  "password": "hunter2"\n}');
  directory.write('config/production.toml', '[server]\nport = 80\n');
  directory.write('config/local.yaml', 'server:\n  port: 9000\n');
  directory.write('config/local-production.js', 'module.exports = { pool: { size: 1 + 1 } };');
  directory.write('config/custom-environment-variables.json', '{ "server": { "host": "SHOP_HOST" } }');
  directory.write('package.json', '{}');
  mkdirSync(directory.at('node_modules'));
  symlinkSync(join(import.meta.dirname, '../..'), directory.at('node_modules/superconfig'), 'junction');
});

test('explain names each file and variable that speaks, in the order of node-config', async () => {
  const { code, stdout, stderr } = await cli(['explain', 'server.port', '--node-config', '--profile', 'production'], options);
  expect(stderr).toBe('loaded node-config (production)\n');
  const lines = stdout.split('\n').map((line) => line.trim().replaceAll(/ {2,}/g, ' '));
  expect([code, lines.slice(0, 4)]).toEqual([
    0,
    [
      'server.port = 9000 integer · from config/local.yaml:2:9',
      '~ 8080 config/default.json:3:23',
      '~ 80 config/production.toml:2:8',
      '9000 config/local.yaml:2:9',
    ],
  ]);
  expect(lines[4]).toMatch(/^never reached: .*config\/local-production\.yaml \(there is no such file\)/);
});

test('a variable that is mapped, secrets, and environments by NODE_ENV', async () => {
  const explained = await cliJson(['explain', 'server.host', '--node-config'], options);
  expect(explained.document).toMatchObject({ explanations: [{ value: 'example.org', winner: { kind: 'env', variable: 'SHOP_HOST' } }] });
  const secret = await cli(['explain', 'password', '--node-config'], options);
  expect(secret.stdout).toContain('[redacted]');
  expect(secret.stdout).not.toContain('hunter2');
  const env = { ...options.env, NODE_ENV: 'production' };
  expect(await cli(['get', 'pool.size', '--node-config'], { ...options, env })).toMatchObject({ code: 0, stdout: '2\n', stderr: '' });
  expect(await cli(['get', 'pool.size', '--node-config'], options)).toMatchObject({ code: 1 });
  expect(await cli(['get', 'server.port', '--node-config', '--set', 'server.port=1'], options)).toMatchObject({ stdout: '1\n' });
  expect(await cli(['get', 'server.port', '--node-config', '--', '--NODE_CONFIG={"server":{"port":5}}'], options)).toMatchObject({ stdout: '5\n' });
});

test('a definition that the drop-in gives', async () => {
  directory.write('definition.mjs', "import config from 'superconfig/node-config';\nexport default config.util.definition();\n");
  const { document } = await cliJson(['explain', 'server.port', '--from', 'definition.mjs'], options);
  expect(document).toMatchObject({ explanations: [{ value: 9000, winner: { line: 2, column: 9 }, candidates: [{ line: 3 }, { line: 2 }] }] });
});

test('a broken tree is one located error, and two definitions are bad usage', async () => {
  directory.write('broken/default.json', '{\n  "a": ]\n}');
  const { code, stderr } = await cli(['explain', '--node-config'], { ...options, env: { NODE_CONFIG_DIR: './broken' } });
  expect([code, stderr]).toEqual([1, expect.stringMatching(/default\.json.*2:8/s)]);
  expect(await cli(['explain', '--node-config', '--from', 'x.mjs'], options)).toMatchObject({ code: 2, stderr: expect.stringContaining('two definitions') });
});
