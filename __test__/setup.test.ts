// What a fresh clone says on a machine that lacks something, and that nothing is done twice.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
let clone: string;

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'superconfig-setup-'));
  for (const path of ['scripts', 'package.json', 'package-lock.json', 'Cargo.toml', 'Cargo.lock', 'crates', 'ts', 'tsconfig.json', 'tsconfig.types.json']) {
    cpSync(join(root, path), join(clone, path), { recursive: true, filter: (source) => !/(target|dist)$/.test(source) });
  }
  mkdirSync(join(clone, 'bin'));
  symlinkSync(process.execPath, join(clone, 'bin/node'));
});

afterEach(() => rmSync(clone, { recursive: true }));

/** Runs the setup with nothing but Node on the path, and on what `pretend` says is another machine. */
function setup(pretend = ''): string {
  const options = pretend === '' ? [] : ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...options, join(clone, 'scripts/setup.mjs')], {
    encoding: 'utf8',
    env: { PATH: join(clone, 'bin') },
  });
  expect([status, stdout]).toEqual([1, '']);
  return stderr;
}

test('without Rust', () => {
  expect(setup()).toBe('superconfig: Rust is missing; install it (https://rustup.rs, or your system’s packages) and run this again.\n');
});

test('with too old a Rust', () => {
  const cargo = join(clone, 'bin/cargo');
  writeFileSync(cargo, '#!/bin/sh\necho "cargo 1.80.1 (376290515 2024-07-16)"\n');
  chmodSync(cargo, 0o755);
  expect(setup()).toBe('superconfig: Rust 1.80 is too old; run `rustup update stable`, or install Rust 1.95 or newer, and run this again.\n');
});

test('with too old a Node', () => {
  const old = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.8' } });";
  expect(setup(old)).toBe('superconfig: Node 18.20.8 is too old; install Node 20 or newer.\n');
});

test.each([
  ['darwin', 'arm64', ''],
  ['linux', 'arm64', ''],
  ['linux', 'x64', 'process.report.getReport = () => ({ header: {} });'],
])('on %s %s %s', (platform, arch, more) => {
  const other = `Object.defineProperties(process, { platform: { value: '${platform}' }, arch: { value: '${arch}' } });${more}`;
  expect(setup(other)).toBe(`superconfig: ${platform}-${arch} is not built yet; use Linux with glibc on x86-64.\n`);
});

test('where everything is done, nothing is done again', () => {
  const files = ['npm/linux-x64-gnu/superconfig.linux-x64-gnu.node', 'ts/dist/index.js', 'target/stamps/packages'].map((path) => join(root, path));
  const times = () => files.map((path) => statSync(path).mtimeMs);
  const before = times();
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts/setup.mjs')], { encoding: 'utf8' });
  expect([status, stdout, stderr]).toEqual([0, '', '']);
  expect(times()).toEqual(before);
});
