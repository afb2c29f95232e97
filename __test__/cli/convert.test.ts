// `superconfig convert`: what is kept, what is lost and said, where secrets go.
import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Format, parse } from '../../ts/index.ts';
import { cli, cliJson } from '../support/cli.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();
const here = () => ({ cwd: directory.path });
const WRITTEN = ['yaml', 'toml', 'json', 'jsonc', 'json5'] as const;

test('keeps the order of the keys and the values, in every format', async () => {
  const text = 'z = 1\na = "text"\n1 = [1, 2.5, true]\n"with.dot" = "é"\nbig = 9007199254740993\nlist_add = [1]\n\n[t]\ny = -1\nx = []\n';
  directory.write('in.toml', text);
  for (const format of WRITTEN) {
    const { code, stdout, stderr } = await cli(['convert', 'in.toml', '--to', format], here());
    expect([code, stderr]).toEqual([0, '']);
    expect(parse(stdout, format)).toEqual(parse(text, 'toml'));
    const keys = [...stdout.matchAll(/^ *\[?["']?(z|a|1|with\.dot|big|list_add|t|y|x)["']? *[\]:=]/gm)].map(([, key]) => key);
    expect(keys, format).toEqual(['z', 'a', '1', 'with.dot', 'big', 'list_add', 't', 'y', 'x']);
    directory.write(`back.${format}`, stdout);
    expect((await cli(['convert', `back.${format}`, '--to', 'toml'], here())).stdout).toBe(text);
  }
});

test('JSON is written for people', async () => {
  directory.write('in.yaml', 'a: { b: [1, {}] }\nc: []\n');
  const { stdout } = await cli(['convert', 'in.yaml', '--to', 'json'], here());
  expect(stdout).toBe('{\n  "a": {\n    "b": [\n      1,\n      {}\n    ]\n  },\n  "c": []\n}\n');
});

test('says what the format cannot hold', async () => {
  directory.write('in.yaml', 'a: null\nb:\n  - 1\n  - ~\nc: .inf\n');
  const { code, stdout, stderr } = await cli(['convert', 'in.yaml', '--to', 'toml'], here());
  expect([code, stdout]).toEqual([0, 'b = [1]\nc = inf\n']);
  expect(stderr).toBe('a: it is left out: TOML has no null\nb[1]: it is left out: TOML has no null\n');
  const { document } = await cliJson(['convert', 'in.yaml', '--to', 'json'], here());
  expect(document).toEqual({
    format: 1,
    command: 'convert',
    from: 'yaml',
    to: 'json',
    losses: [{ path: 'c', message: 'it is infinite, which JSON has no number for: it is written as null' }],
    text: '{\n  "a": null,\n  "b": [\n    1,\n    null\n  ],\n  "c": null\n}\n',
    warnings: [],
  });
});

describe('secrets', () => {
  const text = 'user: me\npassword: Planted-Secret\nurl: https://me:Planted-Secret@host/\ntokens:\n  Planted-Secret: ~\n';

  test.each([...WRITTEN, 'dotenv'])('are masked on standard output as %s, and in the document', async (format) => {
    directory.write('in.yaml', text);
    const { stdout, stderr } = await cli(['convert', 'in.yaml', '--to', format], here());
    expect(stdout + stderr).not.toContain('Planted');
    expect(stdout).toContain('[redacted]');
    expect(JSON.stringify((await cliJson(['convert', 'in.yaml', '--to', format], here())).document)).not.toContain('Planted');
    expect(await cli(['convert', 'in.yaml', '--to', format, '--show-secrets'], here())).toMatchObject({ code: 2, stdout: '' });
    expect((await cli(['convert', 'in.yaml', '--to', format, '--show-secrets', '--force'], here())).stdout).toContain('Planted-Secret');
  });

  test('are those that the definition marks, too', async () => {
    directory.write('in.yaml', 'pin: Planted-Secret\nhosts_add: [Planted-Secret]\nkey: Planted-Secret\n');
    directory.write(
      'superconfig.config.mjs',
      `import { z } from ${JSON.stringify(import.meta.resolve('zod'))};
       export default { secrets: ['**.pin', 'hosts'], sources: [], schema: z.object({ key: z.string().meta({ writeOnly: true }) }) };`,
    );
    const { code, stdout } = await cli(['convert', 'in.yaml', '--to', 'toml'], here());
    expect([code, stdout]).toEqual([0, 'pin = "[redacted]"\nhosts_add = "[redacted]"\nkey = "[redacted]"\n']);
    expect(await cli(['convert', 'in.yaml', '--out', 'out.toml'], here())).toMatchObject({ code: 0 });
    expect([statSync(directory.at('out.toml')).mode & 0o777, readFileSync(directory.at('out.toml'), 'utf8')]).toEqual([
      0o600,
      expect.stringContaining('Planted'),
    ]);
    directory.write('superconfig.config.mjs', "throw new Error('broken')");
    expect(await cli(['convert', 'in.yaml', '--to', 'toml'], here())).toMatchObject({ code: 1, stdout: '' });
  });

  test('are kept in a file, which is for its owner alone; said is nothing of them', async () => {
    directory.write('in.yaml', text);
    const { code, stdout, stderr } = await cli(['convert', 'in.yaml', '--out', 'out.toml'], here());
    expect([code, stdout, stderr]).toEqual([0, '', 'wrote out.toml\ntokens: it is left out: TOML has no null\n']);
    expect(parse(readFileSync(directory.at('out.toml'), 'utf8'), 'toml')).toMatchObject({ password: 'Planted-Secret' });
    expect(statSync(directory.at('out.toml')).mode & 0o777).toBe(0o600);
    const { document } = await cliJson(['convert', 'in.yaml', '--out', 'out.toml'], here());
    expect(document).toMatchObject({ out: 'out.toml', losses: [{ path: 'tokens' }] });
  });

  test('do not come out of what cannot be read', async () => {
    directory.write('in.yaml', `${text}broken: [\n`);
    for (const extra of [[], ['--json'], ['--verbose'], ['--out', 'out.json']]) {
      const { code, stdout, stderr } = await cli(['convert', 'in.yaml', '--to', 'json', ...extra], here());
      expect(code).toBe(1);
      expect(stdout + stderr).not.toContain('Planted');
    }
  });
});

test('a file that is replaced keeps its permissions, and a link stays one', async () => {
  directory.write('in.yaml', 'a: 1\n');
  directory.write('real.json', '{}');
  chmodSync(directory.at('real.json'), 0o640);
  symlinkSync('real.json', directory.at('link.json'));
  expect(await cli(['convert', 'in.yaml', '--out', 'link.json'], here())).toMatchObject({ code: 0 });
  expect(readFileSync(directory.at('real.json'), 'utf8')).toBe('{\n  "a": 1\n}\n');
  expect(statSync(directory.at('real.json')).mode & 0o777).toBe(0o640);
  expect(await cli(['convert', 'in.yaml', '--to', 'json', '--out', '/dev/null'], here())).toMatchObject({ code: 0 });
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
});

test('a file that cannot be written is said, and nothing is left', async () => {
  directory.write('in.yaml', 'a: 1\n');
  directory.write('folder/keep', '');
  for (const [out, reason] of [
    ['none/out.json', 'no such file or directory'],
    ['folder', 'illegal operation on a directory'],
  ] as const) {
    const { code, stdout, stderr } = await cli(['convert', 'in.yaml', '--to', 'json', '--out', out], here());
    expect([code, stdout, stderr]).toEqual([1, '', `error ${out}: the file cannot be written: ${reason}\n`]);
    const { document } = await cliJson(['convert', 'in.yaml', '--to', 'json', '--out', out], here());
    expect(document.error).toMatchObject({ code: 'ERR_SUPERCONFIG_IO', origin: { file: out } });
  }
  expect(readdirSync(directory.path).sort()).toEqual(['folder', 'in.yaml']);
});

describe('what cannot be read is said with its place', () => {
  test.each<[string, string, string | Buffer, RegExp]>([
    ['a syntax error', 'in.toml', 'a = 1\nb = x\n', /^error in\.toml:2:5: /],
    ['several documents', 'in.yaml', 'a: 1\n---\nb: 2\n', /^error in\.yaml:2:1: .*document/],
    ['bytes that are no UTF-8', 'in.json', Buffer.from([0x7b, 0xff, 0x7d]), /^error in\.json.*UTF-8/],
    ['UTF-16', 'in.json', Buffer.from('\ufeff{}', 'utf16le'), /^error in\.json.*UTF-16/],
    ['half a document', 'in.json', '{ "a": ', /^error in\.json:1:/],
  ])('%s', async (_, name, content, expected) => {
    writeFileSync(directory.at(name), content);
    const { code, stdout, stderr } = await cli(['convert', name, '--to', 'yaml'], here());
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(expected);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect((await cliJson(['convert', name, '--to', 'yaml'], here())).document.error).toMatchObject({ origin: { file: name } });
  });

  test('a file that is not there, and a root that a format cannot have', async () => {
    expect((await cli(['convert', 'none.json', '--to', 'yaml'], here())).stderr).toMatch(/^error none\.json: /);
    directory.write('list.json', '[1]');
    const { code, stderr } = await cli(['convert', 'list.json', '--to', 'toml'], here());
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^error list\.json/)]);
  });
});

test('the formats are those of the names, or are asked for', async () => {
  const out = async (...args: string[]) => cli(['convert', ...args], here());
  directory.write('settings', 'A=1\n');
  expect(await out('settings', '--to', 'json')).toMatchObject({ code: 2, stderr: 'error the name settings tells no format\n  name it with --format\n' });
  expect(await out('settings', '--format', 'dotenv')).toMatchObject({ code: 2, stderr: 'error there is no format to write\n  name it with --to\n' });
  expect((await out('settings', '--format', 'dotenv', '--to', 'json')).stdout).toBe('{\n  "A": "1"\n}\n');
  directory.write('.env.local', 'A=1\n');
  expect((await out('.env.local', '--to', 'yaml')).stdout).toBe('A: "1"\n');
  directory.write('in.ini', '[s]\na = 1\n');
  expect(parse((await out('in.ini', '--to', 'toml')).stdout, 'toml')).toEqual(parse('[s]\na = 1\n', 'ini'));
  expect(await out('in.ini', '--to', 'ini')).toMatchObject({ code: 2 });
});

test('odd documents', async () => {
  const out = async (name: string, text: string, to: Format) => {
    directory.write(name, text);
    return cli(['convert', name, '--to', to], here());
  };
  expect(await out('empty.yaml', '', 'json')).toMatchObject({ code: 0 });
  expect(await out('empty.json', '{}', 'toml')).toMatchObject({ code: 0, stdout: '' });
  const planted = await out('proto.json', '{ "__proto__": { "a": 1 }, "constructor": 2, "a\\nb": 3, "": 4 }', 'yaml');
  expect(parse(planted.stdout, 'yaml')).toEqual(parse('{ "constructor": 2, "a\\nb": 3, "": 4 }', 'json'));
  expect(planted.stderr).toContain('__proto__');
  expect((await out('date.toml', 'at = 2020-01-02T03:04:05Z\n', 'yaml')).stderr).toContain('at: ');
  const long = JSON.stringify({ list: Array.from({ length: 100_000 }, (_, index) => ({ index })) });
  expect(parse((await out('long.json', long, 'yaml')).stdout, 'yaml')).toEqual(JSON.parse(long));
  expect((await out('ascii.yaml', 'é: →\n', 'json')).stdout).toBe('{\n  "é": "→"\n}\n');
  expect((await cli(['convert', 'ascii.yaml', '--to', 'json'], { ...here(), env: { LANG: 'C' } })).stdout).toBe('{\n  "\\u00e9": "\\u2192"\n}\n');
});

test.each([
  ['broken.toml', 'a = \n'],
  ['bytes.json', Buffer.from([0x22, 0xff, 0x22])],
])('an error of %s names the file', async (name, text) => {
  writeFileSync(directory.at(name), text);
  const { code, stdout, stderr } = await cli(['convert', name, '--to', 'yaml'], here());
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain(name);
});
