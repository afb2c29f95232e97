import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { type BuilderOptions, discover, type LayerInfo, loadConfig, loadConfigSync, SuperConfig } from '../../ts/index.ts';
import { caught } from '../support/errors.ts';
import { isWindows, link } from '../support/platform.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();
let places: BuilderOptions & Record<'cwd' | 'home' | 'root', string>;

beforeEach(() => {
  places = { cwd: directory.at('home/me/work/app'), home: directory.at('home/me'), root: directory.at('root'), env: {} };
  mkdirSync(places.cwd, { recursive: true });
});

function write(name: string, text: string, mode = 0o644): void {
  const path = directory.at(name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
}

function names(layers: LayerInfo[], status: LayerInfo['status']): string[] {
  return layers.filter((layer) => layer.status === status).map((layer) => layer.name.replace(`${directory.path}/`, ''));
}

describe('discover', () => {
  test('system, user and project in their order, manifests included', ({ skip }) => {
    skip(isWindows, 'the directories of the system are others there');
    write('root/etc/xdg/app/config.toml', 'last = "xdg"\nsystem = true');
    write('root/etc/app.json', '{ "last": "etc" }');
    write('home/me/.config/app/config.yaml', 'last: user\nuser: true');
    write('home/me/.apprc', 'last = "rc"');
    write('home/me/work/package.json', '{ "name": "x", "app": { "last": "package", "workspace": true } }');
    write('home/me/work/app/pyproject.toml', '[tool.app]\nlast = "pyproject"');
    write('home/me/work/app/Cargo.toml', '[package.metadata.app]\nlast = "cargo"');
    write('home/me/work/app/app.config.json', '{ "last": "project" }');
    const config = SuperConfig.builder(places).discover('app').loadSync();
    expect(config.current).toEqual({ last: 'project', system: true, user: true, workspace: true });
    expect(names(config.layers, 'found')).toEqual([
      'root/etc/xdg/app/config.toml',
      'root/etc/app.json',
      'home/me/.config/app/config.yaml',
      'home/me/.apprc',
      'home/me/work/package.json',
      'pyproject.toml',
      'Cargo.toml',
      'app.config.json',
    ]);
    const { candidates, winner } = config.explain('last');
    expect(candidates.map((candidate) => candidate.value)).toEqual(['xdg', 'etc', 'user', 'rc', 'package', 'pyproject', 'cargo', 'project']);
    expect(winner).toMatchObject({ kind: 'file', file: 'app.config.json', line: 1, column: 11 });
    expect(candidates[5]).toMatchObject({ file: 'pyproject.toml', line: 2, column: 8 });
  });

  test('layers list what was found, missing or skipped, and why', async () => {
    write('home/me/work/app/package.json', '{ "name": "x" }');
    write('home/me/work/app/app.production.yaml', 'a: 1');
    const config = await SuperConfig.builder(places).discover('app').profile('production').load();
    const layer = (name: string) => config.layers.find((layer) => layer.name === name);
    expect(layer('package.json')).toEqual({ kind: 'file', name: 'package.json', file: 'package.json', status: 'skipped', reason: 'it has no `app`' });
    expect(layer('app.production.yaml')).toEqual({
      kind: 'file',
      name: 'app.production.yaml',
      file: 'app.production.yaml',
      status: 'found',
      format: 'yaml',
    });
    expect(layer('app.production.local.*')).toMatchObject({ status: 'missing', reason: 'there is no such file' });
    expect(layer(join(places.root, isWindows ? 'ProgramData' : 'etc', 'app/config.*'))).toMatchObject({
      status: 'missing',
      reason: 'the directory is not there',
    });
    expect(config.warnings).toEqual([]);
  });

  test('given variables and no home directory', ({ skip }) => {
    skip(isWindows, 'the directories of the system are others there');
    write('own/app/config.json', '{ "own": true }');
    write('root/first/app/config.json', '{ "last": 1 }');
    write('root/second/app/config.json', '{ "last": 2 }');
    const env = { XDG_CONFIG_HOME: directory.at('own'), XDG_CONFIG_DIRS: '/first:/second' };
    const { cwd, root } = places;
    const config = loadConfigSync({ cwd, root, env, sources: [discover('app')] });
    expect(config.current).toEqual({ own: true, last: 1 });
    expect(config.layers.find((layer) => layer.name === '~')).toMatchObject({ status: 'skipped', reason: 'no home directory is known' });
  });

  test('a file that everybody can write warns, or fails with strict trust', async ({ skip }) => {
    skip(isWindows, 'Windows has no modes of files');
    write('home/me/work/app/app.toml', 'a = 1', 0o666);
    const config = await loadConfig({ ...places, sources: [discover('app')] });
    expect(config.warnings).toMatchObject([{ code: 'insecure-permissions', origin: { file: 'app.toml' } }]);
    expect(caught(() => SuperConfig.builder(places).discover('app', { trust: 'strict' }).loadSync())).toMatchObject({
      code: 'ERR_SUPERCONFIG_TRUST',
      origin: { file: 'app.toml' },
    });
    for (const builder of [
      SuperConfig.builder(places).file('app.toml', { trust: 'strict' }),
      SuperConfig.builder(places).glob('*.toml', { trust: 'strict' }),
    ]) {
      expect(caught(() => builder.loadSync()).code).toBe('ERR_SUPERCONFIG_TRUST');
    }
    expect(SuperConfig.builder(places).file('app.toml').loadSync().warnings).toEqual([]);
    expect(SuperConfig.builder(places).file('app.toml', { trust: 'warn' }).loadSync().warnings).toHaveLength(1);
  });

  test('invalid names and options', () => {
    for (const name of ['../app', 'a/b', 'a\0b', '']) {
      const error = caught(() => SuperConfig.builder(places).file('absent.toml').discover(name).loadSync());
      expect(error.code).toBe('ERR_SUPERCONFIG_OPTION');
    }
    expect(caught(() => discover(1 as never)).code).toBe('ERR_SUPERCONFIG_OPTION');
    const error = caught(() => loadConfigSync({ ...places, sources: [discover('app', { trusted: 'strict' } as never)] }));
    expect(error).toMatchObject({ code: 'ERR_SUPERCONFIG_OPTION', hint: 'did you mean `trust`?' });
  });

  test('a part of a manifest that is no table is an error with its position', () => {
    write('home/me/work/app/package.json', '{\n  "app": 5\n}');
    expect(caught(() => SuperConfig.builder(places).discover('app').loadSync())).toMatchObject({
      code: 'ERR_SUPERCONFIG_PARSE',
      path: 'app',
      origin: { file: 'package.json', line: 2, column: 10 },
      snippet: '   2 |   "app": 5\n     |          ^',
    });
  });

  test('patterns and directories in the home directory', () => {
    write('home/me/conf/a.toml', 'a = 1');
    write('home/me/conf/default.toml', 'b = 2');
    const config = SuperConfig.builder(places).glob('~/conf/a*.toml').dir('~/conf').loadSync();
    expect(config.current).toEqual({ a: 1, b: 2 });
    config.close();
    const error = caught(() => SuperConfig.builder(places).dir('~/none').loadSync());
    expect(error).toMatchObject({ code: 'ERR_SUPERCONFIG_NOT_FOUND', origin: { file: '~/none' } });
  });

  test('a link that leads back to itself is an error', ({ skip }) => {
    link('app.toml', join(places.cwd, 'app.toml'), skip);
    const error = caught(() => SuperConfig.builder(places).discover('app').loadSync());
    expect(error).toMatchObject({ code: 'ERR_SUPERCONFIG_IO', origin: { file: 'app.toml' } });
  });

  test('a reload finds new files, and values that moved to another file', () => {
    write('home/me/work/app/app.toml', 'a = 1');
    const config = SuperConfig.builder(places).discover('app').loadSync();
    write('home/me/.app.json', '{ "b": 2 }');
    expect(config.reloadSync().changed).toEqual(['b']);
    write('home/me/work/app/app.toml', '# moved\n\na = 1');
    expect(config.reloadSync()).toEqual({ version: 2, changed: [] });
    expect(config.explain('a').winner).toMatchObject({ line: 3, column: 5 });
  });
});
