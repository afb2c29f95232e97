// `superconfig diff`: profiles, files, directories, references of git, saved outputs.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Difference } from '../../ts/index.ts';
import { cli, cliJson } from '../support/cli.ts';
import { sharedDirectory } from '../support/temporary.ts';

const shared = sharedDirectory();
shared.write('package.json', '{}');
shared.write('.gitignore', '.env\n');
shared.write(
  'superconfig.config.mjs',
  `import { join } from 'node:path';
const json = { type: 'object', properties: { dsn: { type: 'string', writeOnly: true } } };
const schema = { '~standard': { version: 1, vendor: 'own', validate: (value) => ({ value }), jsonSchema: { input: () => json } } };
export default {
  sources: [{ kind: 'dir', path: 'config' }, { kind: 'file', path: join(import.meta.dirname, 'extra.json'), optional: true }, { kind: 'dotenv', optional: true }, { kind: 'env', prefix: 'APP' }],
  arrays: { users: { by: 'name' } },
  secrets: ['hidden'],
  schema,
};`,
);
shared.write(
  'config/default.toml',
  'port = 1\nratio = 1.0\nhidden = "a-secret"\n[db]\npassword = "planted-1"\n[[users]]\nname = "a"\nrole = "x"\n[[users]]\nname = "b"\n',
);
shared.write('config/production.yaml', 'port: 2\nratio: 1\nhidden: b-secret\nhost: h\nusers:\n  - name: a\n    role: y\n');
shared.write('config/staging.yaml', 'port: 1\n');
shared.write('extra.json', '{"extra": 1}');
shared.write('.env', 'APP_DB__PASSWORD=planted-2\n');
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false', ...args], { cwd: shared.path, stdio: 'pipe' });
git('init', '-q');
git('add', '-A');
git('commit', '-qm', 'one');
git('tag', 'one');
const project = (env: Record<string, string> = {}) => ({ cwd: shared.path, env });
const diff = async (...args: string[]) => {
  const { code, document } = await cliJson<{ a: string; b: string; differences: Difference[] }>(['diff', ...args], project());
  return { code, ...document, brief: document.differences.map(({ kind, path }) => `${kind} ${path}`) };
};

test('two profiles: what is changed and added, by meaning, with the origins of both sides', async () => {
  const { code, a, b, differences } = await diff('staging', 'production');
  expect([code, a, b]).toEqual([1, 'staging', 'production']);
  const origin = (file: string, line: number, column: number) => ({ kind: 'file', source: file, file, line, column });
  expect(differences).toEqual([
    {
      kind: 'changed',
      path: 'port',
      before: { value: 1, origin: origin('config/staging.yaml', 1, 7) },
      after: { value: 2, origin: origin('config/production.yaml', 1, 7) },
    },
    expect.objectContaining({ kind: 'changed', path: 'hidden', before: expect.objectContaining({ value: '[redacted]' }) }),
    { kind: 'changed', path: 'users[0].role', before: expect.objectContaining({ value: 'x' }), after: expect.objectContaining({ value: 'y' }) },
    { kind: 'added', path: 'host', after: { value: 'h', origin: origin('config/production.yaml', 4, 7) } },
  ]);
});

test('for people, a line a difference', async () => {
  const { code, stdout, stderr } = await cli(['diff', 'production'], project());
  expect([code, stderr]).toEqual([1, 'comparing production with what is loaded now\n']);
  expect(stdout.split('\n')).toContain('~ port = 2 (config/production.yaml:1:7) → 1 (config/default.toml:1:8)');
  expect(stdout.split('\n')).toContain('- host = "h" (config/production.yaml:4:7)');
  expect(stdout).not.toMatch(/secret|planted/);
  expect(await cli(['diff', 'staging'], project())).toMatchObject({ code: 0, stdout: '' });
});

test('files and directories, by the rules of the definition', async () => {
  shared.write(
    'other/default.json',
    '{"port": 1, "ratio": 1, "hidden": "c-secret", "dsn": "z-secret", "db": {"password": "planted-1"}, "users": [{"name": "b"}, {"name": "a", "role": "x"}]}',
  );
  const { differences, brief } = await diff('config/default.toml', 'other/default.json');
  expect(brief).toEqual(['changed hidden', 'added dsn']);
  expect(JSON.stringify(differences)).not.toContain('secret');
  expect((await diff('config', 'other')).brief).toEqual(['changed hidden', 'added dsn']);
  expect((await diff('config', 'config', '--profile', 'staging')).code).toBe(0);
});

test('what is neither a profile nor a path is refused, with what there is', async () => {
  const { code, stdout, stderr } = await cli(['diff', 'prodution', 'staging'], project());
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('prodution is neither a profile nor a path\n  the profiles are production, staging');
});

describe('a saved print', () => {
  test('stands beside what is loaded now; what it masks is unknown', async () => {
    const { stdout } = await cli(['print', '--json', '--origins', '--profile', 'staging'], project());
    writeFileSync(join(shared.path, 'saved.json'), stdout);
    const { code, brief } = await diff('saved.json');
    expect([code, brief]).toEqual([0, ['unknown hidden', 'unknown db.password']]);
    expect((await diff('saved.json', 'production')).differences.find(({ path }) => path === 'port')).toEqual({
      kind: 'changed',
      path: 'port',
      before: { value: 1, origin: expect.objectContaining({ file: 'config/staging.yaml', line: 1 }) },
      after: { value: 2, origin: expect.objectContaining({ file: 'config/production.yaml', line: 1 }) },
    });
    const { stdout: shown } = await cli(['diff', 'saved.json'], project());
    expect(shown).toBe('? hidden was masked when it was saved: nobody can tell\n? db.password was masked when it was saved: nobody can tell\n');
  });
});

describe('a reference of git', () => {
  test('stands beside what is loaded now, with what git ignores on both sides', async () => {
    expect(await diff('git:one')).toMatchObject({ code: 0, differences: [], a: 'git:one', b: 'what is loaded now' });
    shared.write('config/default.toml', 'port = 7\nratio = 1.0\nhidden = "other-secret"\n[db]\npassword = "planted-3"\n[[users]]\nname = "a"\nrole = "x"\n');
    shared.write('extra.json', '{"extra": 2}');
    const { code, brief, differences } = await diff('git:one');
    // db.password is set by .env, which git does not have.
    expect([code, brief]).toEqual([1, ['changed port', 'changed hidden', 'removed users[1].name', 'changed extra']]);
    expect(differences[0]).toEqual({
      kind: 'changed',
      path: 'port',
      before: { value: 1, origin: expect.objectContaining({ file: 'config/default.toml', line: 1, column: 8 }) },
      after: { value: 7, origin: expect.objectContaining({ file: 'config/default.toml', line: 1, column: 8 }) },
    });
  });

  test('with a path stands beside the same path, from a directory below too', async () => {
    expect((await diff('git:one', 'config/default.toml')).brief).toEqual(['changed port', 'changed hidden', 'changed db.password', 'removed users[1].name']);
    expect((await diff('git:one', 'config')).a).toBe('git:one config');
    mkdirSync(join(shared.path, 'below'), { recursive: true });
    const { document } = await cliJson<{ differences: Difference[] }>(['diff', 'git:one', '../config/default.toml'], { cwd: join(shared.path, 'below') });
    expect(document.differences[0]).toMatchObject({ path: 'port', before: { value: 1 }, after: { value: 7 } });
  });

  test('stands beside another one, or a profile', async () => {
    git('commit', '-qam', 'two');
    expect((await diff('git:one', 'git:HEAD')).brief).toContain('changed port');
    expect(await diff('git:HEAD')).toMatchObject({ code: 0, differences: [] });
    expect((await diff('git:HEAD', 'production')).brief).toContain('added host');
  });

  test('that is not there is refused, and nothing stays behind', async () => {
    expect((await cli(['diff', 'git:nowhere'], project())).stderr).toContain('git knows no nowhere here');
    expect((await cli(['diff', 'git:--output=x'], project())).code).toBe(2);
    expect((await cli(['diff', 'git:one', 'config/none.toml'], project())).stderr).toContain('one has no config/none.toml');
    shared.write('temporary/x', '');
    await cli(['diff', 'git:one'], project({ TMPDIR: join(shared.path, 'temporary') }));
    expect(readdirSync(join(shared.path, 'temporary'))).toEqual(['x']);
  });
});
