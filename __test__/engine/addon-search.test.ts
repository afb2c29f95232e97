// The search for the addon where it is named or beside a bundle, in directories as they are around bundles.
import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { PLATFORMS, unloadable } from '../../ts/engine/addon-error.ts';
import { addonPath, installedAddon, pathOf, platformNames } from '../../ts/engine/addon-file.ts';
import { searchAddon } from '../../ts/engine/addon-search.ts';
import { VERSION } from '../../ts/internal/version.ts';
import { isWindows } from '../support/platform.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();
const [name = ''] = platformNames().filter((name) => installedAddon(join(import.meta.dirname, '../../node_modules'))?.includes(name));
const installed = join(import.meta.dirname, '../../node_modules', addonPath(name));
const EMBEDDED = Symbol.for('superconfig.embedded');
const program = globalThis as { [EMBEDDED]?: () => unknown };

afterEach(() => {
  delete process.env.SUPERCONFIG_ADDON;
  delete program[EMBEDDED];
});

/** Puts the addon into the directory. */
function put(path: string): string {
  mkdirSync(dirname(directory.at(path)), { recursive: true });
  copyFileSync(installed, directory.at(path));
  return directory.at(path);
}

const versionOf = (own: string | undefined) => searchAddon(own).version?.();

function refused(own: string | undefined): { message: string; hint?: string } {
  try {
    searchAddon(own);
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_SUPERCONFIG_LOAD_NATIVE' });
    return error as { message: string; hint?: string };
  }
  throw new Error('an addon was found');
}

test('the one that is named counts, by its full path', () => {
  process.env.SUPERCONFIG_ADDON = put('named.node');
  expect(versionOf(undefined)).toBe(VERSION);
  process.env.SUPERCONFIG_ADDON = 'named.node';
  expect(refused(undefined)).toMatchObject({
    message: expect.stringContaining('is not an absolute path'),
    hint: expect.stringContaining(`superconfig.${name}.node`),
  });
  process.env.SUPERCONFIG_ADDON = directory.at('none.node');
  expect(refused(undefined).message).toContain('names no file');
  directory.write('broken.node', 'no library');
  process.env.SUPERCONFIG_ADDON = directory.at('broken.node');
  expect(refused(undefined)).toMatchObject({
    message: expect.stringContaining('broken.node does not load'),
    hint: `npm install --force @superconfig/${name}@${VERSION}`,
  });
});

test.each(['app/dist/superconfig.NAME.node', 'app/dist/NAME/superconfig.NAME.node', 'app/node_modules/@superconfig/NAME/superconfig.NAME.node'])(
  'a bundle finds %s',
  (place) => {
    directory.write('app/package.json', '{ "name": "app" }');
    directory.write('app/dist/main.js', '');
    expect(refused(directory.at('app/dist/main.js')).message).toContain('beside the bundle');
    put(place.replaceAll('NAME', name));
    expect(versionOf(directory.at('app/dist/main.js'))).toBe(VERSION);
  },
);

test('a bundle takes what the workspace has, and nothing from further up or where every user may write', () => {
  directory.write('packages/app/package.json', '{ "name": "app" }');
  directory.write('packages/app/main.js', '');
  put(`node_modules/${addonPath(name)}`);
  const own = directory.at('packages/app/main.js');
  expect(refused(own).hint).toContain('mark `superconfig` as external');
  directory.write('package.json', '{ "workspaces": ["packages/*"] }');
  expect(versionOf(own)).toBe(VERSION);
  if (isWindows) return;
  chmodSync(directory.at('packages'), 0o777);
  expect(refused(own).message).toContain('beside the bundle');
});

test('an installed package finds it below, and says how it is installed where it is not', () => {
  directory.write('node_modules/superconfig/ts/dist/index.js', '');
  const own = directory.at('node_modules/superconfig/ts/dist/index.js');
  expect(refused(own)).toMatchObject({ message: expect.stringContaining('is not installed'), hint: `npm install @superconfig/${name}@${VERSION}` });
  expect(installedAddon(directory.at('node_modules'))).toBeUndefined();
  put(`node_modules/${addonPath(name)}`);
  expect(versionOf(own)).toBe(VERSION);
});

test('one in the program goes first, if it is of this version', () => {
  program[EMBEDDED] = () => ({ version: () => '0.0.1' });
  expect(refused(directory.at('main.js')).message).toContain('found an addon of version 0.0.1 (in the program)');
  program[EMBEDDED] = () => ({});
  expect(refused(directory.at('main.js')).message).toContain('found an addon of another version');
});

test('what the system says of an addon names its remedy', () => {
  const said = (message: string) => unloadable(`/app/superconfig.${name}.node`, new Error(message));
  expect(said('failed to map segment from shared object')).toMatchObject({ hint: expect.stringContaining('`noexec`') });
  expect(said('unknown')).toMatchObject({ hint: `npm install --force @superconfig/${name}@${VERSION}` });
  expect(PLATFORMS).toContain(name);
});

test('an address of a file is its path, also on Windows', () => {
  expect([pathOf('file:///a%20b/c.js'), pathOf('file:///C:/a.js'), pathOf('/a.js')]).toEqual(['/a b/c.js', 'C:/a.js', '/a.js']);
});
