// The blocks of docs/cli.md and docs/ci.md, on the example service, and the example service itself.
import { spawn } from 'node:child_process';
import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blocks } from '../docs/markdown.ts';
import { cli, cliEnvironment } from '../support/cli.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const root = join(import.meta.dirname, '../..');
const cwd = join(root, 'examples/service');
const all = ['docs/cli.md', 'docs/ci.md'].flatMap(blocks);
const of = (language: string) => all.filter((block) => block.language === language);
const directory = temporaryDirectory();

test('every block is one that runs', () => {
  expect(of('console').length).toBeGreaterThan(8);
  expect(all.filter(({ language }) => !['console', 'yaml', 'toml', 'json', 'js'].includes(language))).toEqual([]);
});

test.each(of('console'))('$place prints what it says', async ({ code }) => {
  const [command = '', ...printed] = code.trimEnd().split('\n');
  const { stdout } = await cli(command.replace('$ superconfig ', '').split(' '), { cwd });
  expect(stdout.trimEnd()).toBe(printed.join('\n'));
});

test.each(of('js'))('$place is a definition', async ({ code }) => {
  directory.write('package.json', '{}');
  directory.write('node_modules/.keep', '');
  symlinkSync(root, join(directory.path, 'node_modules/superconfig'), 'junction');
  directory.write('config/default.toml', 'port = 1\n');
  directory.write('superconfig.config.mjs', code);
  expect(await cli(['get', 'port'], { cwd: directory.path, env: { APP_PORT: '2' } })).toMatchObject({ code: 0, stdout: '2\n' });
});

const isWorkflow = ({ code }: { code: string }) => code.includes('npx superconfig');
const layers = ['yaml', 'toml', 'json'].flatMap(of).filter((block) => !isWorkflow(block));

test.each(layers)('$place is a file that loads', async ({ code, language }) => {
  directory.write('package.json', '{}');
  directory.write(`layer.${language}`, code);
  expect(await cli(['get', 'server.host', '--file', `layer.${language}`], { cwd: directory.path })).toMatchObject({ code: 0 });
});

test.each(of('yaml').filter(isWorkflow))('$place has commands that run', async ({ code }) => {
  const lines = [...code.matchAll(/- (?:run: )?npx superconfig (.+)/g)].map(([, line]) => line as string);
  expect(lines.length).toBeGreaterThan(0);
  cpSync(cwd, join(directory.path, 'service'), { recursive: true });
  directory.write('node_modules/.keep', '');
  symlinkSync(root, join(directory.path, 'node_modules/superconfig'), 'junction');
  symlinkSync(join(root, 'node_modules/zod'), join(directory.path, 'node_modules/zod'), 'junction');
  for (const line of lines) expect(await cli(line.split(' '), { cwd: join(directory.path, 'service') })).toMatchObject({ code: 0 });
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
