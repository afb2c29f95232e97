// `superconfig/testing` in real test runners: Jest in both module systems, and Vitest with the package as it is installed.
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { sharedDirectory } from '../support/temporary.ts';

const root = join(import.meta.dirname, '../..');
const require = createRequire(import.meta.url);
const directory = sharedDirectory();

/** The same tests for each runner; what they import stands before them. */
const TESTS = `
const config = createTestConfig({ server: { port: 8080 }, password: 'hunter2' });
const port = config.handle('server.port');

test('values are seen within, and nowhere else', async () => {
  const both = [1, 2].map((value) => withOverrides(config, { server: { port: value } }, async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return [config.get('server.port'), config.current.server.port, port.value];
  }));
  expect(port.value).toBe(8080);
  expect(await Promise.all(both)).toEqual([[1, 1, 1], [2, 2, 2]]);
  expect(config.current).toEqual({ server: { port: 8080 }, password: 'hunter2' });
});

test('files of its own, and process.env as the runner gives it', async () => {
  process.env.RUNNER_PORT = '5';
  const files = { 'config/default.json': { port: 1 } };
  const options = { env: process.env, build: (builder) => builder.dir('config').env('RUNNER') };
  expect(await temporaryConfig(files, (config) => config.get('port'), options)).toBe(5);
  expect(isSuperConfigError(await temporaryConfig({ 'a.json': '{' }, () => 1).catch((error) => error))).toBe(true);
});
`;
const NAMES = '{ createTestConfig, temporaryConfig, withOverrides }';

beforeAll(() => {
  mkdirSync(directory.at('node_modules'));
  symlinkSync(root, directory.at('node_modules/superconfig'), 'junction');
  symlinkSync(join(root, 'node_modules/vitest'), directory.at('node_modules/vitest'), 'junction');
  directory.write(
    'package.json',
    JSON.stringify({ jest: { transform: {}, testMatch: ['**/*.jest.?(c|m)js'], moduleFileExtensions: ['js', 'cjs', 'mjs', 'json'] } }),
  );
  const required = `const ${NAMES} = require('superconfig/testing');\nconst { isSuperConfigError } = require('superconfig');\n`;
  const imported = `import ${NAMES} from 'superconfig/testing';\nimport { isSuperConfigError } from 'superconfig';\n`;
  directory.write('required.jest.cjs', required + TESTS);
  directory.write('imported.jest.mjs', imported + TESTS);
  directory.write('imported.vitest.mjs', `import { expect, test } from 'vitest';\n${imported}${TESTS}`);
  directory.write('vitest.config.mjs', "export default { test: { include: ['**/*.vitest.mjs'] } };");
});

function run(program: string, args: string[]): string {
  const { NODE_OPTIONS: _, VITEST: __, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...args.filter((arg) => arg.startsWith('--experimental')), program, ...args.filter((arg) => !arg.startsWith('--experimental'))],
    {
      cwd: directory.path,
      env: { ...env, NODE_ENV: 'test', CI: '1', NO_COLOR: '1' },
      encoding: 'utf8',
    },
  );
  expect(status, stdout + stderr).toBe(0);
  return stdout + stderr;
}

test.each(['required.jest.cjs', 'imported.jest.mjs'])('jest runs %s', (file) => {
  const output = run(join(dirname(require.resolve('jest/package.json')), 'bin/jest.js'), ['--experimental-vm-modules', '--ci', '--watchman=false', file]);
  expect(output).toMatch(/Tests: +2 passed, 2 total/);
});

test('vitest runs them against the built package', () => {
  const output = run(join(dirname(require.resolve('vitest/package.json')), 'vitest.mjs'), ['run', '--root', directory.path]);
  expect(output).toMatch(/Tests +2 passed/);
});
