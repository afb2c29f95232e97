// The packages of all platforms as they are laid out, and the addon of this one as its file says what it is.
import { appendFileSync, copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { file, folder, platform } from '../../scripts/addon.mjs';
import { checks, inspect } from '../../scripts/platforms/inspect.mjs';
import { manifest, names, packageFolder, root } from '../../scripts/platforms/platforms.mjs';
import { temporaryDirectory } from '../support/temporary.ts';

const main = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const addon = join(root, folder, file);
const copies = temporaryDirectory();

test('each platform has a folder in npm/, and nothing else has', () => {
  expect(readdirSync(join(root, 'npm')).sort()).toEqual([...names].sort());
});

test.each(names)('%s says what it is, where it runs and where it comes from', (name) => {
  const [os, cpu, libc] = name.split('-');
  expect(manifest(name)).toMatchObject({
    name: `@superconfig/${name}`,
    version: main.version,
    license: main.license,
    repository: { ...main.repository, directory: `npm/${name}` },
    main: `superconfig.${name}.node`,
    files: [`superconfig.${name}.node`],
    os: [os],
    cpu: [cpu],
    engines: main.engines,
  });
  expect(manifest(name).libc).toEqual({ gnu: ['glibc'], musl: ['musl'] }[libc ?? '']);
  expect(readFileSync(join(packageFolder(name), 'README.md'), 'utf8')).toContain(`# @superconfig/${name}\n`);
  expect(existsSync(join(packageFolder(name), 'LICENSE'))).toBe(false);
});

describe('the addon of this platform', () => {
  test('is a library for it that exports one function', () => {
    const { isLibrary, arch, exports } = inspect(addon);
    expect([isLibrary, arch, exports.map((symbol: string) => symbol.replace(/^_/, ''))]).toEqual([true, process.arch, ['napi_register_module_v1']]);
  });

  test('needs nothing that a system lacks', () => {
    const found = checks(platform, addon);
    expect(found['needs libraries that every system has']).toBe(undefined);
    expect(found['looks for none in other folders']).toBe(undefined);
    expect(found["exports Node-API's functions and no others"]).toBe(undefined);
  });

  test('that names a folder of this machine, or grew too large, is found out', () => {
    const copy = copies.at('changed.node');
    copyFileSync(addon, copy);
    appendFileSync(copy, `${root}/crates/x.rs\0`);
    expect(checks(platform, copy)['names no folder of this machine']).toContain(root);
    appendFileSync(copy, Buffer.alloc(4 * 1024 * 1024));
    expect(checks(platform, copy)['is at most 4194304 bytes']).toMatch(/^is of \d+ bytes$/);
  });

  test('is taken for that of no other one', () => {
    const other = names.find((name) => manifest(name).cpu[0] !== process.arch) as string;
    expect(Object.values(checks(other, addon))).toContain(`is for ${process.arch}`);
  });
});

test('what is no library of any system is an error', () => {
  copies.write('none.node', 'text instead of a library');
  expect(() => inspect(copies.at('none.node'))).toThrow(/none\.node is no library of Linux, macOS or Windows$/);
});
