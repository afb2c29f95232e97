// Properties of every command line: help, exit codes, streams, one document.
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../ts/cli/commands.ts';
import { inOwnProcess } from '../support/cli.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const { cli, cliJson } = inOwnProcess;
const directory = temporaryDirectory();
const project = () => {
  directory.write('package.json', '{}');
  directory.write('config/default.toml', '[server]\nport = 8080\n[db]\npassword = "hunter2"\n');
  return { cwd: directory.path };
};

describe('help', () => {
  test('lists every command with an example, in 80 columns', async () => {
    for (const args of [[], ['--help'], ['-h'], ['help']]) {
      const { code, stdout, stderr } = await cli(args, project());
      expect([code, stderr]).toEqual([0, '']);
      for (const { name, example } of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${name} .* ${example.replace(/[.$*+?()[\]{}|\\]/g, '\\$&')}$`, 'm'));
      expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    }
  });

  test.each(COMMANDS.map(({ name }) => name))('of %s is its own, and names its options', async (name) => {
    const outcomes = await Promise.all([cli([name, '--help'], project()), cli(['help', name], project())]);
    for (const { code, stdout, stderr } of outcomes) {
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toContain(`Usage: superconfig ${name}`);
      expect(stdout).toMatch(/Examples:\n {2}\$ superconfig /);
    }
  });
});

describe('a command line that makes no sense ends with 2 and says why', () => {
  test.each([
    [['prnt'], 'there is no command prnt', 'did you mean print?'],
    [['--json', 'get'], 'the command comes first, not --json', ''],
    [['get'], "missing required argument 'PATH'", ''],
    [['get', 'a', 'b'], 'too many arguments', ''],
    [['print', '--frmat', 'toml'], "unknown option '--frmat'", '--format'],
    [['print', '--format', 'xml'], "'xml' is invalid", 'yaml, toml'],
    [['get', 'db.password', '--show-secrets'], 'standard output is no terminal', '--force'],
  ])('%j', async (args, sentence, hint) => {
    const { code, stdout, stderr } = await cli(args, project());
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(sentence);
    expect(stderr).toContain(hint);
  });

  test('also where there is nothing to load', async () => {
    directory.write('package.json', '{}');
    const { code, stderr } = await cli(['print'], { cwd: directory.path });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error there is nothing to load/);
  });

  test('as a document with --json', async () => {
    const { code, document } = await cliJson(['get'], project());
    expect(code).toBe(2);
    expect(document.error).toEqual({ code: 'ERR_SUPERCONFIG_OPTION', message: "missing required argument 'PATH'", hint: 'superconfig get --help' });
  });
});

test('get prints scalars as they are, and ends with 1 where there is nothing', async () => {
  expect(await cli(['get', 'server.port'], project())).toEqual({ code: 0, signal: null, stdout: '8080\n', stderr: '' });
  const { code, stdout, stderr } = await cli(['get', 'server.prt'], project());
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain('did you mean `server.port`?');
  expect((await cliJson(['get', 'server.prt'], project())).document.error).toMatchObject({ code: 'ERR_SUPERCONFIG_PATH' });
});

test('print says on standard error what was loaded', async () => {
  const { stdout, stderr } = await cli(['print'], project());
  expect(stderr).toBe('loaded --dir config\n');
  expect(stdout).toBe('server:\n  port: 8080\ndb:\n  password: "[redacted]"\n');
  expect((await cliJson(['print'], project())).document).toMatchObject({ loaded: { from: '--dir config', profiles: [] }, warnings: [] });
});
