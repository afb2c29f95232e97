// The rules that all commands keep: secrets, streams, pipes, colours, widths, characters.
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../ts/cli/commands.ts';
import { Terminal } from '../../ts/cli/output/terminal.ts';
import { BIN, checkDocument, cli, cliEnvironment, cliJson, type Outcome } from '../support/cli.ts';
import { isWindows } from '../support/platform.ts';
import { sharedDirectory } from '../support/temporary.ts';

const directory = sharedDirectory();
const PLANTED = 'Planted-Secret-1';
directory.write('package.json', '{}');
directory.write(
  'superconfig.config.mjs',
  `export default ({ profiles }) => ({
    secrets: ['**.hidden'],
    sources: [{ kind: 'dir', path: 'config' }, { kind: 'dotenv' }, { kind: 'env', prefix: 'APP' }, { kind: 'args' }],
    ...(profiles.length === 0 && { profile: ['production'] }),
  });`,
);
directory.write(
  'config/default.toml',
  `name = "é→✓"\nhidden = ["${PLANTED}"]\nurl = "https://me:${PLANTED}@host/x"\n[db]\npassword = "${PLANTED}"\n[credentials]\n${PLANTED} = 1\n[list]\nof = [${'"word", '.repeat(40)}"end"]\n`,
);
directory.write('config/production.yaml', `db:\n  password: ${PLANTED}-2\n  api_key: ${PLANTED}\n`);
directory.write('.env', `APP_DB__PASSWORD=${PLANTED}-3\nAPP_TOKEN=${PLANTED}\n`);
directory.write(
  'schema.mjs',
  `export default { '~standard': { version: 1, vendor: 'mine', validate: (value) => ({ value }), jsonSchema: { input: () => ({ type: 'object', properties: { é: { type: 'array' } } }) } } };`,
);
const project = (env: Record<string, string> = {}) => ({ cwd: directory.path, env });
const env = { APP_DB__PASSWORD: `${PLANTED}-4`, APP_DB__HOTS: 'x' };

/** Command lines that end by themselves and load something. */
const LINES: [string, string[]][] = [
  ['print', ['print']],
  ...['yaml', 'toml', 'json', 'jsonc', 'json5', 'dotenv'].map((format): [string, string[]] => [`print ${format}`, ['print', '--format', format]]),
  ...['yaml', 'toml', 'jsonc', 'json5', 'dotenv'].map((format): [string, string[]] => [
    `print ${format} --origins`,
    ['print', '--origins', '--format', format],
  ]),
  ['print --changed', ['print', '--changed']],
  ['get', ['get', 'db.password']],
  ['get a table', ['get', 'db']],
  ['get a list', ['get', 'hidden']],
  ['get below a secret', ['get', 'credentials.nothing']],
  ['explain', ['explain']],
  ['explain a secret', ['explain', 'db.password']],
  ['explain a url', ['explain', 'url']],
  ['explain a secret table', ['explain', 'credentials']],
  ['env', ['env']],
  ['env --unmatched', ['env', '--unmatched']],
  ['env --example', ['env', '--example']],
  ['files', ['files']],
  ...['text', 'github', 'sarif', 'junit'].map((format): [string, string[]] => [`check ${format}`, ['check', '--format', format]]),
  ['check', ['check', '--strict']],
  ['check with holes', ['check', '--no-env', '--assume', 'db.password']],
  ['diff of profiles', ['diff', 'production', '--set', 'db.password=Planted-Secret-5']],
  ['unused', ['unused', '--with-env']],
  ['types', ['types']],
  ...['yaml', 'toml', 'json', 'jsonc', 'json5', 'dotenv'].map((format): [string, string[]] => [`convert ${format}`, ['convert', '.env', '--to', format]]),
  ...['yaml', 'toml', 'json'].map((format): [string, string[]] => [`convert a file to ${format}`, ['convert', 'config/default.toml', '--to', format]]),
  ['schema', ['schema', '--schema', 'schema.mjs']],
  ...['bash', 'zsh', 'fish'].map((shell): [string, string[]] => [`completion ${shell}`, ['completion', shell]]),
  ['diff of files', ['diff', 'config/default.toml', 'config/production.yaml']],
  ['doctor', ['doctor']],
  ['migrate', ['migrate', 'dotenv']],
];

const outcomes = new Map<readonly string[], Promise<Outcome>>();
/** What a command line says in the usual surroundings; run once. */
function usual(args: readonly string[]): Promise<Outcome> {
  const known = outcomes.get(args) ?? cli(args, project(env));
  outcomes.set(args, known);
  return known;
}

describe('no secret is shown by', () => {
  test.each(LINES)('%s', async (_, args) => {
    const { stdout, stderr, code } = await usual(args);
    expect(code).toBeLessThan(2);
    expect(stdout + stderr).not.toMatch(/Planted-Secret/i);
  });

  test.each(LINES.filter(([, args]) => !args.includes('--format')))('%s --json, one document that is ASCII with LANG=C', async (_, args) => {
    const { stdout, stderr } = await cli([...args, '--json'], project({ ...env, LANG: 'C' }));
    expect(stderr).toBe('');
    expect(stdout).not.toMatch(/Planted-Secret/i);
    expect(stdout).toMatch(/^[\0-\x7f]*$/);
    checkDocument(args[0] as string, JSON.parse(stdout));
  });

  test('an error', async () => {
    const broken = mkdtempSync(join(directory.path, 'broken-'));
    writeFileSync(join(broken, 'app.toml'), `port = 1\npassword = "${PLANTED}" oops\n`);
    for (const { name } of COMMANDS.filter(({ name }) => ['print', 'explain', 'env', 'files', 'watch', 'unused', 'types'].includes(name))) {
      for (const args of [[name], [name, '--json'], [name, '--verbose']]) {
        const { code, stdout, stderr } = await cli([...args, '--file', 'app.toml', '--from', 'package.json#none'], { cwd: broken });
        expect(code).toBe(1);
        expect(stdout + stderr).not.toMatch(/Planted-Secret/i);
      }
      const { code, stdout, stderr } = await cli([name, '--file', 'app.toml'], { cwd: broken });
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).not.toMatch(/Planted-Secret|\n\s+at /i);
    }
    for (const format of ['text', 'json', 'github', 'sarif', 'junit']) {
      const { code, stdout, stderr } = await cli(['check', '--file', 'app.toml', '--format', format], { cwd: broken });
      expect([code, stdout]).toEqual([1, expect.stringContaining('app.toml')]);
      expect(stdout + stderr).not.toMatch(/Planted-Secret|\n\s+at /i);
    }
  });
});

test('an error is located, with the lines around it and a stack only where it is asked for', async () => {
  const folder = mkdtempSync(join(directory.path, 'located-'));
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(join(folder, 'app.toml'), 'port = 1\nhost = x\n');
  const { code, stdout, stderr } = await cli(['print', '--file', 'app.toml', '--from', 'package.json#name'], { cwd: folder });
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain('there is no such export');
  writeFileSync(join(folder, 'superconfig.config.mjs'), 'export default { sources: [] }');
  const located = await cli(['print', '--file', 'app.toml'], { cwd: folder });
  expect(located.stderr).toMatch(/^loaded superconfig\.config\.mjs --file app\.toml\nerror app\.toml:2:8: /);
  expect(located.stderr).toContain('host = x');
  expect(located.stderr).not.toMatch(/\n\s+at /);
  expect((await cli(['print', '--file', 'app.toml', '--verbose'], { cwd: folder })).stderr).toMatch(/\n\s+at /);
  const { code: status, document } = await cliJson(['print', '--file', 'app.toml'], { cwd: folder });
  expect(status).toBe(1);
  expect(document.error).toMatchObject({ code: 'ERR_SUPERCONFIG_PARSE', origin: { file: 'app.toml', line: 2, column: 8 } });
});

test.each(LINES)('%s has no colours without a terminal, with NO_COLOR and with --no-color', async (_, args) => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what colours begin with.
  const colour = /\x1b\[/;
  const outcomes = await Promise.all([
    usual(args),
    cli(args, project({ ...env, NO_COLOR: '1', FORCE_COLOR: '1' })),
    cli([...args, '--no-color'], project({ ...env, FORCE_COLOR: '1' })),
  ]);
  for (const { stdout, stderr } of outcomes) expect(stdout + stderr).not.toMatch(colour);
});

test('FORCE_COLOR asks for colours where there is no terminal', async () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what colours begin with.
  expect((await cli(['explain', 'url'], project({ FORCE_COLOR: '1' }))).stdout).toMatch(/\x1b\[/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
  expect((await cli(['explain', 'url'], project({ FORCE_COLOR: '0' }))).stdout).not.toMatch(/\x1b\[/);
});

test.each([['explain'], ['explain', 'name'], ['env'], ['files'], ['env', '--unmatched'], ['unused', '--with-env']])(
  '%s %s fits 40 columns',
  async (...args) => {
    const { stdout } = await cli(
      args.filter((arg) => arg !== undefined),
      project({ ...env, COLUMNS: '40' }),
    );
    // A word that is longer than the line stays whole.
    const long = stdout.split('\n').filter(
      (line) =>
        line.length > 40 &&
        line.trim().includes(' ') &&
        line
          .trim()
          .split(' ')
          .every((word) => word.length < 20),
    );
    expect(long).toEqual([]);
  },
);

test.each(LINES.filter(([, args]) => !args.includes('dotenv')))('%s is ASCII with LANG=C', async (_, args) => {
  const { stdout, stderr } = await cli(args, project({ ...env, LANG: 'C' }));
  expect(stdout + stderr).toMatch(/^[\0-\x7f]*$/);
});

test.for(LINES)('%s ends quietly when its reader goes away', async ([, args], { skip }) => {
  skip(isWindows, 'the shell that pipes it is one of Unix');
  const child = spawn('sh', ['-c', `"$0" "$@" | true; exit 0`, process.execPath, BIN, ...args], {
    cwd: directory.path,
    env: cliEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  expect(await new Promise((done) => child.on('close', done))).toBe(0);
  expect(stderr).not.toMatch(/EPIPE|\n\s+at /);
});

test('watch prints changes and failures as they happen, a document a line, and ends with 130 on Ctrl-C', async () => {
  const folder = mkdtempSync(join(directory.path, 'watch-'));
  const write = (text: string) => writeFileSync(join(folder, 'app.toml'), text);
  writeFileSync(join(folder, 'superconfig.config.mjs'), "export default { sources: [{ kind: 'file', path: 'app.toml' }] }");
  write('port = 1\npassword = "Planted-Secret-1"\n');
  const child = spawn(process.execPath, [BIN, 'watch', '--json'], { cwd: folder, env: cliEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more) => {
    text += more;
  });
  const documents = () =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => checkDocument('watch', JSON.parse(line)) as { event: string; changes: object[]; error: object });
  const ended = new Promise((done) => child.on('close', (code) => done(code)));
  const until = async (count: number) => {
    while (documents().length < count) await new Promise((done) => setTimeout(done, 20));
    return documents()[count - 1];
  };
  expect(await until(1)).toMatchObject({ event: 'load', version: 1 });
  write('port = 2\npassword = "Planted-Secret-2"\nhost = "a"\n');
  const origin = (line: number, column: number) => ({ kind: 'file', source: 'app.toml', file: 'app.toml', line, column });
  expect(await until(2)).toMatchObject({
    event: 'change',
    version: 2,
    changes: [
      { path: 'host', change: 'added', to: { value: 'a', origin: origin(3, 8) } },
      { path: 'password', change: 'changed', from: { value: '[redacted]' }, to: { value: '[redacted]' } },
      { path: 'port', change: 'changed', from: { value: 1, origin: origin(1, 8) }, to: { value: 2, origin: origin(1, 8) } },
    ],
  });
  write('port = \n');
  expect(await until(3)).toMatchObject({ event: 'error', error: { code: 'ERR_SUPERCONFIG_PARSE', origin: { file: 'app.toml', line: 1 } } });
  child.kill('SIGINT');
  // Windows has no signals: it ends the program at once.
  expect(await ended).toBe(isWindows ? null : 130);
  expect(text).not.toContain('Planted');
});

test('watch says for people what changed', async () => {
  const folder = mkdtempSync(join(directory.path, 'watch-'));
  writeFileSync(join(folder, 'app.toml'), 'port = 1\n');
  const child = spawn(process.execPath, [BIN, 'watch', '--file', 'app.toml'], {
    cwd: folder,
    env: { ...cliEnvironment(), PWD: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (more) => {
    stdout += more;
  });
  child.stderr.setEncoding('utf8').on('data', (more) => {
    stderr += more;
  });
  const ended = new Promise((done) => child.on('close', (code) => done(code)));
  while (!stderr.includes('watching')) await new Promise((done) => setTimeout(done, 20));
  writeFileSync(join(folder, 'app.toml'), 'port = 2\n');
  while (!stdout.includes('port')) await new Promise((done) => setTimeout(done, 20));
  expect(stdout).toMatch(/^\d\d:\d\d:\d\d version 2\n {2}~ port = 1 \(watch-\w+[\\/]app\.toml:1:8\) → 2 \(watch-\w+[\\/]app\.toml:1:8\)\n$/);
  child.kill('SIGINT');
  // Windows has no signals: it ends the program at once.
  expect(await ended).toBe(isWindows ? null : 130);
});

test('a terminal obeys nothing that files hold, but for colours', () => {
  const terminal = new Terminal({}, { LANG: 'C.UTF-8' });
  const shown = terminal.text('\x1b[31ma\x1b[39m\x1b]0;x\x07\x1b[8mb\x1bc\u202e\t\n');
  expect(shown).toBe('\x1b[31ma\x1b[39m\\u{1b}]0;x\\u{7}\\u{1b}[8mb\\u{1b}c\\u{202e}\t\n');
});
