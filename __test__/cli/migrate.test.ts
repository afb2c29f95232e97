// `superconfig migrate`: the definition that it writes, what is to be renamed, and the proof with the real packages.
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Difference } from '../../ts/index.ts';
import { cli, cliJson } from '../support/cli.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const root = join(import.meta.dirname, '../..');

interface Report {
  definition: { file: string; text: string; isWritten: boolean };
  changes: { kind: string; at?: string; from: string; to?: string }[];
  proof: { package: string; version?: string; environments: { environment: string; isEqual: boolean; differences: Difference[]; error?: string }[] };
}

const directory = temporaryDirectory();
const at = (env: Record<string, string> = {}) => ({ cwd: directory.path, env });
/** A project that has the old package, and this one. */
const project = (files: Record<string, string>) => {
  directory.write('package.json', '{}');
  directory.write('node_modules/.keep', '');
  for (const name of ['config', 'convict', 'dotenv', 'json5', 'yaml', 'js-yaml']) {
    const from = join(root, 'node_modules', name);
    if (existsSync(from)) symlinkSync(from, join(directory.path, 'node_modules', name), 'junction');
  }
  symlinkSync(root, join(directory.path, 'node_modules/superconfig'), 'junction');
  for (const [path, text] of Object.entries(files)) directory.write(path, text);
};
const outcomes = ({ proof }: Report) => proof.environments.map(({ environment, isEqual, error }) => [environment, error ?? isEqual]);

const NODE_CONFIG = {
  'config/default.json': '{ "server": { "port": 80, "host": "a" }, "db": { "password": "Planted-Secret-1" }, "list": [1, 2] }',
  'config/production.yaml': 'server:\n  port: 443\nlist: [3]\n',
  'config/local-production.json': '{ "db": { "password": "Planted-Secret-2" } }',
  'config/custom-environment-variables.json': '{ "server": { "port": { "__name": "PORT", "__format": "number" }, "host": "HOST_OF_SERVER" } }',
};

test('from node-config: the same in every environment, with variables too', async () => {
  project(NODE_CONFIG);
  const { code, document } = await cliJson<Report>(['migrate', 'node-config'], at({ PORT: '99', HOST_OF_SERVER: '007' }));
  expect(document.proof).toMatchObject({ package: 'config', version: expect.stringMatching(/^\d/) });
  expect(outcomes(document)).toEqual([
    ['development', true],
    ['production', true],
  ]);
  expect(code).toBe(0);
  expect(document.changes).toEqual(
    expect.arrayContaining([
      { kind: 'rename', from: 'config/local-production.json', to: 'config/production.local.json' },
      { kind: 'remove', from: 'config/custom-environment-variables.json', at: expect.any(String) },
    ]),
  );
  expect(existsSync(join(directory.path, 'superconfig.config.mjs'))).toBe(false);
});

test('--write writes the definition, which loads and is what is proved; never over another', async () => {
  project(NODE_CONFIG);
  const { code, document } = await cliJson<Report>(['migrate', 'node-config', '--write'], at({ NODE_CONFIG: '{"list": [9]}' }));
  expect([code, document.definition.isWritten]).toEqual([0, true]);
  expect(outcomes(document).map(([, isEqual]) => isEqual)).toEqual([true, true]);
  expect(readFileSync(join(directory.path, 'superconfig.config.mjs'), 'utf8')).toBe(document.definition.text);
  expect(await cli(['get', 'server.port'], at({ NODE_ENV: 'production', PORT: '7' }))).toMatchObject({ stdout: '7\n' });
  expect(await cli(['get', 'list', '--json', '--profile', 'production'], at())).toMatchObject({ code: 0 });
  expect(await cli(['migrate', 'node-config', '--write'], at())).toMatchObject({ code: 2, stdout: '' });
});

test('what differs is printed with the paths, and ends with 1', async () => {
  project({ ...NODE_CONFIG, 'config/production.js': 'module.exports = { server: { port: 8443 }, token: "Planted-Secret-3" };' });
  const { code, document } = await cliJson<Report>(['migrate', 'node-config'], at());
  expect(code).toBe(1);
  expect(outcomes(document)).toEqual([
    ['development', true],
    ['production', false],
  ]);
  expect(document.changes).toContainEqual({ kind: 'note', from: expect.stringContaining('config/production.js is a program') });
  const { stdout } = await cli(['migrate', 'node-config'], at());
  expect(stdout).toContain('\n  production: 1 path differs\n    token: "[redacted]" → nothing\n');
  expect(stdout).not.toContain('Planted');
});

test('where the old package is not installed nothing is proved, and that is said', async () => {
  for (const [path, text] of Object.entries({ 'package.json': '{}', ...NODE_CONFIG })) directory.write(path, text);
  const { code, document } = await cliJson<Report>(['migrate', 'node-config'], at());
  expect([code, document.proof]).toEqual([0, { package: 'config', environments: [] }]);
  expect((await cli(['migrate', 'node-config'], at())).stdout).toContain('not proved: config is not installed here');
});

test('an old package that does not load is told of without what it says of values', async () => {
  project({ ...NODE_CONFIG, 'config/staging.json': '{ "password": "Planted-Secret-1" oops }' });
  const { code, stdout, stderr } = await cli(['migrate', 'node-config'], at());
  expect(code).toBe(1);
  expect(stdout).toMatch(/staging: config does not load: /);
  expect(stdout + stderr).not.toContain('Planted');
});

test('from dotenv: names, uses, and the texts that stay', async () => {
  project({
    '.env': 'PORT=3000\nZIP=007\nRATIO=1.50\nDATABASE_URL=postgres://me:Planted-Secret-1@h/db\nAPI_TOKEN=Planted-Secret-2\n',
    '.env.production': "PORT=4000\nGREETING='hello $PORT'\n",
    '.env.example': 'OTHER=1\n',
    'src/db.mjs': "import 'dotenv/config';\nconst url = process.env.DATABASE_URL ?? process.env['API_TOKEN'];\n",
    'node_modules/x/index.js': 'process.env.PORT',
  });
  const { code, document } = await cliJson<Report>(['migrate', 'dotenv', '--write'], at());
  expect(outcomes(document)).toEqual([
    ['', true],
    ['production', true],
  ]);
  expect(code).toBe(0);
  expect(document.changes).toEqual([
    { kind: 'remove', at: 'src/db.mjs:1', from: "import 'dotenv/config'" },
    { kind: 'replace', at: 'src/db.mjs:2', from: 'process.env.DATABASE_URL', to: "config.get('databaseUrl')" },
    { kind: 'replace', at: 'src/db.mjs:2', from: "process.env['API_TOKEN']", to: "config.get('apiToken')" },
  ]);
  const { document: printed } = await cliJson<{ values: object }>(['print'], at());
  expect(printed.values).toMatchObject({ port: 3000, zip: '007', ratio: '1.50', apiToken: '[redacted]' });
});

test('from dotenv: what is expanded here and not there differs', async () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference of the file.
  project({ '.env': 'PORT=3000\nHELLO="a ${PORT}"\n' });
  const { code, document } = await cliJson<Report>(['migrate', 'dotenv'], at());
  expect(code).toBe(1);
  expect(document.proof.environments[0]?.differences).toEqual([
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what dotenv leaves as it is.
    { kind: 'changed', path: 'hello', before: { value: 'a ${PORT}' }, after: { value: 'a 3000', origin: expect.objectContaining({ file: '.env', line: 2 }) } },
  ]);
});

test('from convict: schema, files and variables', async () => {
  project({
    'src/config.js': `const convict = require('convict');
const config = convict({
  env: { format: ['production', 'development', 'test'], default: 'development', env: 'NODE_ENV' },
  server: { port: { format: 'port', default: 8080, env: 'PORT', arg: 'port' }, host: { format: String, default: 'x' } },
  db: { key: { format: String, default: 'Planted-Secret-1', sensitive: true }, size: { format: 'nat', default: null, nullable: true } },
});
if (config.get('env') !== 'test') config.loadFile('./config/' + config.get('env') + '.json');
module.exports = config.validate({ allowed: 'strict' });`,
    'config/production.json': '{ "server": { "host": "prod" } }',
    'config/development.json': '{}',
  });
  const { code, document } = await cliJson<Report>(['migrate', 'convict', '--write'], at({ PORT: '99' }));
  expect(outcomes(document)).toEqual([
    ['development', true],
    ['production', true],
    ['test', true],
  ]);
  expect(code).toBe(0);
  expect(document.changes).toEqual(
    expect.arrayContaining([
      { kind: 'rename', from: '--port=…', to: '--server.port=…', at: expect.any(String) },
      { kind: 'replace', at: 'server.port', from: "format: 'port'", to: expect.stringContaining('65535') },
    ]),
  );
  expect(document.definition.text).toContain("secrets: ['db.key']");
  expect(JSON.stringify(document)).not.toContain('Planted');
  expect(await cli(['get', 'server.host'], at({ NODE_ENV: 'production' }))).toMatchObject({ stdout: 'prod\n' });
});

test('what is not there is refused', async () => {
  directory.write('package.json', '{}');
  for (const args of [['node-config'], ['dotenv'], ['convict'], ['convict', 'none.js'], ['dotenv', 'x.js'], ['other']]) {
    const { code, stdout } = await cli(['migrate', ...args], at());
    expect([args, code, stdout]).toEqual([args, 2, '']);
  }
});
