// The terminal sessions of docs/cli.md, on the example service, and the example service itself.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blocks } from '../docs/markdown.ts';
import { cli, cliEnvironment } from '../support/cli.ts';

const root = join(import.meta.dirname, '../..');
const cwd = join(root, 'examples/service');
const sessions = blocks('docs/cli.md').filter(({ language }) => language === 'console');

test('there are sessions', () => expect(sessions.length).toBeGreaterThan(3));

test.each(sessions)('$place prints what it says', async ({ code }) => {
  const [command = '', ...printed] = code.trimEnd().split('\n');
  const { stdout } = await cli(command.replace('$ superconfig ', '').split(' '), { cwd });
  expect(stdout.trimEnd()).toBe(printed.join('\n'));
});

test('the example service starts with its definition', async () => {
  const child = spawn(process.execPath, ['main.mjs', '--server.port=0'], { cwd, env: cliEnvironment(), stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise<string>((done) => child.stdout.setEncoding('utf8').once('data', done));
  const [, address = ''] = /^listening on (http:\S+)/.exec(line) ?? [];
  expect(await (await fetch(address)).json()).toEqual(['search']);
  const ended = new Promise((done) => child.once('close', done));
  child.kill();
  await ended;
});
