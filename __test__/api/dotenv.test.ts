// The options of `.env` files: which ones are read, and their variables in the program's own environment.
import { afterEach, describe, expect, test } from 'vitest';
import { dotenv, env, loadConfig, loadConfigSync, SuperConfig } from '../../ts/index.ts';
import { caught } from '../support/errors.ts';
import { sharedDirectory } from '../support/temporary.ts';

const directory = sharedDirectory();

afterEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('DOTENV_TEST_')) delete process.env[name];
});

describe('path', () => {
  test('a named file has to be there, unless it is optional', () => {
    const load = (optional: boolean) => loadConfigSync({ cwd: directory.path, sources: [dotenv({ path: 'not-there.env', optional }), env('DOTENV_TEST')] });
    expect(caught(() => load(false))).toMatchObject({ code: 'ERR_SUPERCONFIG_NOT_FOUND', origin: { kind: 'dotenv', file: 'not-there.env' } });
    expect(load(true).current).toEqual({});
  });
});

describe('export', () => {
  const load = (cwd: string, options: object) => SuperConfig.builder({ cwd }).dotenv(options).env('DOTENV_TEST').loadSync();
  /** Writes a `.env` file into a directory, and gives the directory. */
  const write = (name: string, text: string) => {
    directory.write(`${name}/.env`, text);
    return directory.at(name);
  };

  test('sets what is not set, and nothing without the option', async () => {
    const cwd = write('plain', `DOTENV_TEST_A=1\nDOTENV_TEST_B=\${DOTENV_TEST_A}2\nDOTENV_TEST_C=file\nDOTENV_TEST_D=file\n`);
    Object.assign(process.env, { DOTENV_TEST_C: 'real', DOTENV_TEST_D: '' });
    expect(load(cwd, {}).current).toMatchObject({ a: 1, c: 'real' });
    expect(process.env.DOTENV_TEST_A).toBeUndefined();
    const config = await loadConfig({ cwd, sources: [dotenv({ export: true }), env('DOTENV_TEST')] });
    expect(process.env).toMatchObject({ DOTENV_TEST_A: '1', DOTENV_TEST_B: '12', DOTENV_TEST_C: 'real', DOTENV_TEST_D: '' });
    expect(config.get('b')).toBe(12);
    config.close();
  });

  test('a load that fails sets nothing', () => {
    const cwd = write('failing', 'DOTENV_TEST_A=1\n');
    const builder = SuperConfig.builder({ cwd }).dotenv({ export: true }).file('not-there.toml');
    expect(caught(() => builder.loadSync()).code).toBe('ERR_SUPERCONFIG_NOT_FOUND');
    expect(process.env.DOTENV_TEST_A).toBeUndefined();
  });

  test('what was put there does not hide a change of the file', async () => {
    const cwd = write('changing', 'DOTENV_TEST_A=1\nDOTENV_TEST_B=1\n');
    const config = load(cwd, { export: true });
    write('changing', 'DOTENV_TEST_A=2\nDOTENV_TEST_B=2\n');
    expect(config.reloadSync().changed).toEqual(['a', 'b']);
    expect([config.get('a'), process.env.DOTENV_TEST_A]).toEqual([2, '1']);
    // What the program has set itself since then is the real environment.
    process.env.DOTENV_TEST_B = '3';
    expect((await config.reload()).changed).toEqual(['b']);
    expect(config.get('b')).toBe(3);
    config.close();
  });
});
