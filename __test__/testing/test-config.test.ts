// Configurations for tests: of values alone, and of files in a folder of their own.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createTestConfig, temporaryConfig, withOverrides } from '../../ts/testing/index.ts';
import { caught, rejected } from '../support/errors.ts';

test('a configuration of values alone reads nothing else', () => {
  process.env.server__port = '9';
  const config = createTestConfig({ server: { port: 1 }, tags_add: ['kept'] });
  delete process.env.server__port;
  expect(config.current).toEqual({ server: { port: 1 }, tags_add: ['kept'] });
  expect([config.warnings, config.status.profiles]).toEqual([[], []]);
  expect(withOverrides(config, { server: { port: 2 } }, () => config.get('server.port'))).toBe(2);
  expect(createTestConfig({ port: '1' }, { schema: z.object({ port: z.coerce.number() }) }).get('port')).toBe(1);
  expect(caught(() => createTestConfig({ f: () => 1 })).code).toBe('ERR_SUPERCONFIG_OPTION');
});

test('files are there while the function runs, and gone afterwards', async () => {
  const folder = await temporaryConfig(
    { 'config/default.json': { a: 1, b: { c: null } }, 'config/local.toml': 'a = 2', 'extra.yaml': { d: [1] } },
    async (config, directory) => {
      await Promise.resolve();
      expect(config.current).toEqual({ a: 2, b: { c: null }, d: [1] });
      expect(config.explain('a').winner).toMatchObject({ kind: 'file', line: 1 });
      expect(readFileSync(join(directory, 'extra.yaml'), 'utf8')).toContain('d:');
      return directory;
    },
  );
  expect(existsSync(folder)).toBe(false);
});

test('the environment, profiles and sources are its own', async () => {
  const files = { 'app.toml': 'port = 1', '.env': 'port=5' };
  expect(await temporaryConfig(files, (config) => config.get('port'))).toBe(5);
  const options = { env: { APP_PORT: '3' }, build: (builder: import('../../ts/index.ts').SuperConfigBuilder) => builder.file('app.toml').env('APP') };
  expect(await temporaryConfig(files, (config) => config.get('port'), options)).toBe(3);
  const profiles = { 'config/default.json': { a: 1 }, 'config/production.json': { a: 2 } };
  expect(await temporaryConfig(profiles, (config) => config.get('a'), { profile: 'production' })).toBe(2);
});

test('what fails leaves nothing', async () => {
  let folder = '';
  const failing = temporaryConfig({ 'a.json': {} }, (_config, directory) => {
    folder = directory;
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(existsSync(folder)).toBe(false);
  expect((await rejected(temporaryConfig({ 'a.json': '{' }, () => 1))).code).toBe('ERR_SUPERCONFIG_PARSE');
  for (const name of ['../a.json', '/a.json', 'x/../../a.json'])
    expect((await rejected(temporaryConfig({ [name]: {} }, () => 1))).code).toBe('ERR_SUPERCONFIG_OPTION');
});

test('options and files that are none are refused', async () => {
  for (const wrong of [null, 5, 'x'] as never[]) {
    expect(caught(() => createTestConfig({ a: 1 }, wrong)).code).toBe('ERR_SUPERCONFIG_OPTION');
    expect((await rejected(temporaryConfig({}, () => 1, wrong))).code).toBe('ERR_SUPERCONFIG_OPTION');
    expect((await rejected(temporaryConfig(wrong, () => 1))).code).toBe('ERR_SUPERCONFIG_OPTION');
  }
  for (const wrong of [null, undefined, 5] as never[]) expect(caught(() => createTestConfig(wrong)).code).toBe('ERR_SUPERCONFIG_OPTION');
});
