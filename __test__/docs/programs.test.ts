// The programs of `examples/`, run as a reader runs them: against the package, with what they print.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { sharedDirectory } from '../support/temporary.ts';

const root = join(import.meta.dirname, '../..');
const directory = sharedDirectory();
const run = promisify(execFile);

beforeAll(() => {
  mkdirSync(directory.at('node_modules'));
  symlinkSync(root, directory.at('node_modules/superconfig'), 'junction');
  for (const name of ['express', 'fastify', 'zod']) symlinkSync(join(root, 'node_modules', name), directory.at('node_modules', name), 'junction');
  for (const name of ['express', 'fastify', 'jest', 'workers', 'zod']) cpSync(join(root, 'examples', name), directory.at(name), { recursive: true });
});

test.each([
  ['express', "{ text: 'hello' }\n"],
  ['fastify', "{ text: 'hello' }\n"],
  ['workers', 'before [ 1, 1, 1 ]\nafter [ 20, 20, 20 ]\n'],
  [
    'zod',
    '{ server: { host: \'127.0.0.1\', port: 9000 }, log: \'debug\' }\nserver.port: Too big: expected number to be <=65535 (APP_SERVER__PORT)\nlog: Invalid option: expected one of "debug"|"info"|"warn" (APP_LOG)\n',
  ],
])('%s', async (name, output) => {
  const { stdout } = await run(process.execPath, ['main.mjs'], { cwd: directory.at(name) });
  expect(stdout).toBe(output);
});

test('jest', async () => {
  const { NODE_ENV: _, VITEST: __, ...env } = process.env;
  const { stderr } = await run(process.execPath, [join(root, 'node_modules/jest/bin/jest.js'), '--watchman=false'], {
    cwd: directory.at('jest'),
    env: { ...env, NO_COLOR: '1' },
  });
  expect(stderr).toMatch(/Tests: +4 passed, 4 total/);
});
