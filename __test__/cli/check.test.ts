// `superconfig check`: every profile, all problems, and the formats of reports.
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { beforeEach, describe, expect, test } from 'vitest';
import { cli, cliJson } from '../support/cli.ts';
import { sharedDirectory, temporaryDirectory } from '../support/temporary.ts';

const SCHEMA = `
const json = { type: 'object', properties: { port: { type: 'integer' }, db: { type: 'object', properties: { password: { type: 'string' }, size: { type: 'integer', minimum: 3 } } } } };
const validate = (value) => {
  const issues = [];
  if (value.port > 100) issues.push({ path: ['port'], message: 'at most 100' });
  if (value.port === value.admin) issues.push({ path: ['admin'], message: 'the two ports are the same' });
  for (const key of ['password', 'size']) if (value.db?.[key] === undefined) issues.push({ path: ['db', key], message: 'is required' });
  if (typeof value.db?.password === 'string' && value.db.password.length < 4) issues.push({ path: ['db', 'password'], message: 'is too short: ' + value.db.password });
  return issues.length > 0 ? { issues } : { value };
};
export const schema = { '~standard': { version: 1, vendor: 'own', validate, jsonSchema: { input: () => json } } };
`;
const DEFINITION = `import { schema } from './schema.mjs';
export default { sources: [{ kind: 'dir', path: 'config' }, { kind: 'dotenv', optional: true }, { kind: 'env', prefix: 'APP' }], schema };`;

const shared = sharedDirectory();
shared.write('package.json', '{}');
shared.write('schema.mjs', SCHEMA);
shared.write('superconfig.config.mjs', DEFINITION);
shared.write('config/default.toml', 'port = 1\nadmin = 2\n[db]\npassword = "long-enough"\nsize = 3\n');
shared.write('config/production.yaml', '# the other port is in default.toml\nadmin: 1\nport: 5000\n');
shared.write('config/staging.yaml', 'port: 2\n');
shared.write('config/broken.toml', 'a = \n');
shared.write('config/broken.local.toml', 'a = 1\nb = ]\n');
shared.write('config/fine.json', '{"port": 3, "port": 4}');
const project = (env: Record<string, string> = {}) => ({ cwd: shared.path, env });

interface Report {
  error?: object;
  problems: {
    level: string;
    path?: string;
    message: string;
    origin?: { file?: string; line?: number; column?: number };
    profiles: string[];
    isInBase: boolean;
  }[];
  selections: string[][];
  assumed: { path: string; type: string }[];
  counts: { errors: number; warnings: number };
}
const places = ({ problems }: Report) => problems.map(({ origin, profiles }) => [`${origin?.file}:${origin?.line}:${origin?.column}`, ...profiles]);

test('every profile and the base are loaded, and each problem stands at the line that won', async () => {
  const { code, document } = await cliJson<Report>(['check'], project());
  expect(code).toBe(1);
  expect(document.selections).toEqual([[], ['broken'], ['fine'], ['production'], ['staging']]);
  expect(places(document)).toEqual([
    ['config/broken.toml:1:5', 'broken'],
    ['config/broken.local.toml:2:5', 'broken'],
    ['config/production.yaml:3:7', 'production'],
    // Fails only once merged: the line that won is that of the default.
    ['config/default.toml:2:9', 'staging'],
    ['config/fine.json:1:13', 'fine'],
  ]);
  expect(document.counts).toEqual({ errors: 4, warnings: 1 });
  expect(JSON.parse((await cli(['check', '--format', 'json'], project())).stdout)).toEqual(document);
});

test('a definition that is a function is asked for each profile', async () => {
  const directory = mkdtempSync(join(shared.path, 'function-'));
  const write = (name: string, text: string) => writeFileSync(join(directory, name), text);
  const more = "...(profiles.includes('eu') ? [{ kind: 'file', path: 'more.toml' }] : [])";
  write('superconfig.config.mjs', `export default ({ profiles }) => ({ sources: [{ kind: 'dir', path: 'config' }, ${more}] });`);
  mkdirSync(join(directory, 'config'));
  write('config/eu.toml', 'a = 1\n');
  write('more.toml', 'a = \n');
  const { document } = await cliJson<Report>(['check'], { cwd: directory });
  expect(places(document)).toEqual([['more.toml:1:5', 'eu']]);
});

test('--strict lets warnings count, and --profile asks for these alone', async () => {
  expect((await cli(['check', '--profile', 'fine'], project())).code).toBe(0);
  expect((await cli(['check', '--profile', 'fine', '--strict'], project())).code).toBe(1);
  const { stdout, stderr } = await cli(['validate', '--profile', 'fine'], project());
  expect(stderr).toBe('checking superconfig.config.mjs\n');
  expect(stdout.trimEnd().split('\n')).toEqual([
    'warning config/fine.json:1:13: port: the key repeats; the last one counts',
    '0 errors, 1 warning in 1 configuration: fine',
  ]);
});

describe('without what CI has not', () => {
  const directory = temporaryDirectory();
  beforeEach(() => {
    directory.write('package.json', '{}');
    directory.write('schema.mjs', SCHEMA);
    directory.write('superconfig.config.mjs', DEFINITION);
    directory.write('config/default.toml', 'port = 1\nadmin = 2\n');
    directory.write('.env', 'APP_DB__PASSWORD=from-dotenv\nAPP_DB__SIZE=3\n');
  });
  const at = (env: Record<string, string> = {}) => ({ cwd: directory.path, env });

  test('--no-env leaves variables and .env files out', async () => {
    expect((await cli(['check'], at({ APP_PORT: '2' }))).code).toBe(1);
    expect((await cli(['check'], at())).code).toBe(0);
    const { document } = await cliJson<Report>(['check', '--no-env'], at({ APP_PORT: '2' }));
    expect(document.problems.map(({ path }) => path)).toEqual(['db.password', 'db.size']);
  });

  test('--assume fills holes with values of their type, and lists those that were holes', async () => {
    const { code, document } = await cliJson<Report>(['check', '--no-env', '--assume', 'db.password', '--assume', 'db.size', '--assume', 'port'], at());
    expect([code, document.problems]).toEqual([0, []]);
    expect(document.assumed).toEqual([
      { path: 'db.password', type: 'string' },
      { path: 'db.size', type: 'integer' },
    ]);
    const { stdout } = await cli(['check', '--no-env', '--assume', 'db.password', '--assume', 'db.size'], at());
    expect(stdout.trimEnd().split('\n').slice(-2)).toEqual([
      'assumed: db.password (string), db.size (integer)',
      '0 errors, 0 warnings in 1 configuration: (no profile)',
    ]);
  });

  test('a hole is listed too where something else is wrong, and what is there is still checked', async () => {
    const { document } = await cliJson<Report>(['check', '--no-env', '--assume', 'db.password', '--assume', 'admin'], at());
    expect(document.problems.map(({ path }) => path)).toEqual(['db.size']);
    expect(document.assumed).toEqual([{ path: 'db.password', type: 'string' }]);
  });

  test('an assumed value stands for a reference to what is not there', async () => {
    directory.write('superconfig.config.mjs', DEFINITION.replace(', schema }', ', schema, interpolate: true }'));
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference of the configuration.
    directory.write('config/default.toml', 'port = 1\nadmin = 2\n[db]\npassword = "${env:DB_PASSWORD}"\nsize = 4\n');
    expect((await cliJson<Report>(['check', '--no-env'], at())).document.problems.map(({ path }) => path)).toEqual(['db.password']);
    const { code, document } = await cliJson<Report>(['check', '--no-env', '--assume', 'db.password'], at());
    expect([code, document.assumed]).toEqual([0, [{ path: 'db.password', type: 'string' }]]);
  });

  test('a path that is none is refused', async () => {
    expect(await cli(['check', '--assume', 'hosts[0].name'], at())).toMatchObject({ code: 2, stdout: '' });
  });
});

test('a schema of another file checks too', async () => {
  shared.write('plain.mjs', "export default { sources: [{ kind: 'dir', path: 'config' }] };");
  const plain = ['check', '--from', 'plain.mjs', '--profile', 'production'];
  expect((await cliJson<Report>(plain, project())).document.problems).toEqual([]);
  const { document: checked } = await cliJson<Report>([...plain, '--schema', 'schema.mjs#schema'], project());
  expect(places(checked)).toEqual([['config/production.yaml:3:7', 'production']]);
});

test('a definition that cannot be loaded is a problem in every format', async () => {
  shared.write('throws.mjs', "throw new Error('no such luck')");
  const { code, document } = await cliJson<Report>(['check', '--from', 'throws.mjs'], project());
  expect([code, document.problems]).toEqual([1, [expect.objectContaining({ level: 'error', message: 'no such luck', isInBase: true })]]);
  for (const format of ['text', 'github', 'sarif', 'junit']) {
    const { code, stdout } = await cli(['check', '--from', 'throws.mjs', '--format', format], project());
    expect([code, stdout]).toEqual([1, expect.stringContaining('no such luck')]);
  }
});

describe('for GitHub', () => {
  test('errors come first, a place has one annotation, the whole follows as text, the counts are last', async () => {
    const { code, stdout } = await cli(['check', '--format', 'github'], project());
    expect(code).toBe(1);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(11);
    expect(lines.slice(0, 5).map((line) => /^::(\w+) file=([^,]+),line=(\d+),col=\d+,title=[^:]+::/.exec(line)?.slice(1))).toEqual([
      ['error', 'config/broken.toml', '1'],
      ['error', 'config/broken.local.toml', '2'],
      ['error', 'config/production.yaml', '3'],
      ['error', 'config/default.toml', '2'],
      ['warning', 'config/fine.json', '1'],
    ]);
    expect(lines.slice(5, 10).every((line) => /^(error|warning) config\//.test(line))).toBe(true);
    expect(lines[10]).toBe('4 errors, 1 warning in 5 configurations: (no profile), broken, fine, production, staging');
  });

  test('problems of one line share an annotation, and text cannot become a command', async () => {
    shared.write('odd/one.json', '{"port": 200, "admin": 200, "db": {"password": "x", "size": 1}, "%0A::error::": 1}');
    shared.write('odd.mjs', "import { schema } from './schema.mjs'; export default { sources: [{ kind: 'file', path: 'odd/one.json' }], schema };");
    const { stdout } = await cli(['check', '--from', 'odd.mjs', '--format', 'github'], project());
    const annotations = stdout.split('\n').filter((line) => line.startsWith('::'));
    expect(annotations).toHaveLength(1);
    expect(annotations[0]).toMatch(/^::error file=odd\/one\.json,line=1,col=\d+,title=.*::.*at most 100.*%0A.*the two ports are the same/);
    expect(stdout).not.toContain('too short: x');
  });

  test('files are named from the checkout', async () => {
    shared.write('services/api/superconfig.config.mjs', "export default { sources: [{ kind: 'file', path: 'app.json' }] };");
    shared.write('services/api/app.json', '{');
    shared.write('services/api/src/x.txt', '');
    const run = { cwd: join(shared.path, 'services/api/src'), env: { GITHUB_WORKSPACE: shared.path } };
    expect((await cli(['check', '--format', 'github'], run)).stdout).toContain('file=services/api/app.json,');
    expect((await cli(['check', '--format', 'text'], { ...run, env: {} })).stdout).toContain('error ../app.json:');
  });
});

test('SARIF is valid, and every result has a place', async () => {
  // Of a draft that says `id`.
  const {
    id: _,
    $schema: __,
    ...schema
  } = JSON.parse(readFileSync(join(import.meta.dirname, '../../node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'), 'utf8'));
  const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);
  for (const env of [{}, { APP_PORT: '101' }]) {
    const { stdout } = await cli(['check', '--format', 'sarif'], project(env));
    const log = JSON.parse(stdout);
    expect(validate(log), JSON.stringify(validate.errors)).toBe(true);
    const [{ results, tool }] = log.runs;
    for (const { locations, ruleId, ruleIndex } of results) {
      expect(locations[0].physicalLocation.artifactLocation).toMatchObject({ uriBaseId: '%SRCROOT%' });
      expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
    }
    expect(new Set(results.map(({ partialFingerprints }: { partialFingerprints: object }) => JSON.stringify(partialFingerprints))).size).toBe(results.length);
  }
});

test('JUnit has a suite for each configuration, with the same counts', async () => {
  const { stdout } = await cli(['check', '--format', 'junit', '--strict'], project({ APP_ODD: '<&">' }));
  expect([...stdout.matchAll(/<testsuite name="([^"]+)" tests="(\d+)" failures="(\d+)"/g)].map((match) => match.slice(1))).toEqual([
    ['(no profile)', '1', '0'],
    ['broken', '2', '2'],
    ['fine', '1', '1'],
    ['production', '1', '1'],
    ['staging', '1', '1'],
  ]);
  expect(stdout).toContain('<testsuites name="superconfig check" tests="6" failures="5"');
  // Every tag that is opened is closed, in order.
  const open: string[] = [];
  for (const [, close, name, single] of stdout.replace(/<\?.*?\?>/, '').matchAll(/<(\/?)([\w-]+)(?:\s+[\w-]+="[^"<]*")*\s*(\/?)>/g)) {
    if (close) expect(open.pop()).toBe(name);
    else if (!single) open.push(name as string);
  }
  expect(open).toEqual([]);
});

test('--out takes every format', async () => {
  for (const format of ['text', 'json', 'github', 'sarif', 'junit']) {
    const { code, stdout } = await cli(['check', '--format', format, '--out', `report.${format}`], project({ FORCE_COLOR: '1' }));
    expect([code, stdout]).toEqual([1, '']);
    expect(readFileSync(join(shared.path, `report.${format}`), 'utf8')).toContain('config/production.yaml');
    expect(readFileSync(join(shared.path, `report.${format}`), 'utf8')).not.toContain('\x1b');
  }
});
