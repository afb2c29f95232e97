// The setup of a clone: the words for a machine that lacks something, and no work done twice.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { file, folder } from '../../scripts/addon.mjs';
import { PLATFORMS } from '../../scripts/platforms/platforms.mjs';
import { isWindows } from '../support/platform.ts';
import { sharedDirectory } from '../support/temporary.ts';

const root = join(import.meta.dirname, '../..');
const clone = sharedDirectory();

// Copied once for all tests: what they change is the addon that is loaded, which each of them chooses.
beforeAll(() => {
  for (const path of ['scripts', 'package.json', 'package-lock.json', 'Cargo.toml', 'Cargo.lock', 'ts', 'tsconfig.json', 'tsconfig.types.json']) {
    cpSync(join(root, path), clone.at(path), { recursive: true, filter: (source) => !source.endsWith('dist') });
  }
  // Only read.
  symlinkSync(join(root, 'crates'), clone.at('crates'), 'junction');
  mkdirSync(clone.at('bin'));
  // What npm's scripts call; Windows finds it by itself, and keeps links to administrators.
  if (!isWindows) symlinkSync(process.execPath, clone.at('bin/node'));
});

/** Runs the setup with nothing but Node on the path, and on what `pretend` says is another machine. */
function setup(pretend = ''): string {
  const options = pretend === '' ? [] : ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...options, clone.at('scripts/setup.mjs')], {
    encoding: 'utf8',
    env: { PATH: clone.at('bin') },
  });
  expect([status, stdout]).toEqual([1, '']);
  return stderr;
}

test('without Rust', () => {
  expect(setup()).toBe('superconfig: Rust is missing; install it (https://rustup.rs, or your system’s packages) and run this again.\n');
});

test('with too old a Rust', ({ skip }) => {
  skip(isWindows, 'a program cannot be made of text there');
  const cargo = clone.at('bin/cargo');
  writeFileSync(cargo, '#!/bin/sh\necho "cargo 1.80.1 (376290515 2024-07-16)"\n');
  chmodSync(cargo, 0o755);
  const said = setup();
  rmSync(cargo);
  expect(said).toBe('superconfig: Rust 1.80 is too old; run `rustup update stable`, or install Rust 1.95 or newer, and run this again.\n');
});

test('with too old a Node', () => {
  const old = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.8' } });";
  expect(setup(old)).toBe('superconfig: Node 18.20.8 is too old; install Node 20 or newer.\n');
});

/** What makes this seem another machine. */
const machine = (platform: string, arch: string) =>
  `Object.defineProperties(process, { platform: { value: '${platform}' }, arch: { value: '${arch}' } });
  if ('${platform}' === 'linux') process.report.getReport = () => ({ header: {} });`;

test.each([
  ['freebsd', 'x64', 'freebsd-x64'],
  ['linux', 'riscv64', 'linux-riscv64-musl'],
  ['win32', 'arm64', 'win32-arm64-msvc'],
])('on %s %s, for which there is no package', (platform, arch, name) => {
  const list = Object.keys(PLATFORMS).join(', ');
  const said = `superconfig: there is no package for ${name}, only for ${list}; docs/platforms.md says how to build the addon alone.\n`;
  expect(setup(machine(platform, arch))).toBe(said);
});

test.each([
  ['darwin', 'arm64'],
  ['darwin', 'x64'],
  ['linux', 'arm64'],
  ['linux', 'x64'],
])('on %s %s it gets as far as asking for Rust', (platform, arch) => {
  expect(setup(machine(platform, arch))).toContain('Rust is missing');
});

test('for a build that there is not', () => {
  const env = { ...process.env, SUPERCONFIG_BUILD: 'debug' };
  const { status, stderr } = spawnSync(process.execPath, [clone.at('scripts/setup.mjs')], { encoding: 'utf8', env });
  expect([status, stderr]).toEqual([1, 'superconfig: SUPERCONFIG_BUILD is `debug`; it can be `dev` or `release`.\n']);
});

/** The build of the addon that the facade loads, and what was compiled. */
const stamped = () => readFileSync(join(root, 'target/stamps/addon'), 'utf8').split(' ') as ['dev' | 'release', string];

test('where everything is done, nothing is done again', () => {
  const files = [join(folder, file), 'ts/dist/index.js', 'target/stamps/packages'].map((path) => join(root, path));
  const times = () => files.map((path) => statSync(path).mtimeMs);
  const before = times();
  const env = { ...process.env, SUPERCONFIG_BUILD: stamped()[0] };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts/setup.mjs')], { encoding: 'utf8', env });
  expect([status, stdout, stderr]).toEqual([0, '', '']);
  expect(times()).toEqual(before);
});

describe('of two builds', () => {
  const programs = { dev: 'unoptimised', release: 'optimised' };
  const loaded = () => readFileSync(clone.at(folder, file), 'utf8');
  const script = (name: string, args: string[] = [], build?: string) =>
    spawnSync(process.execPath, [clone.at('scripts', name), ...args], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, ...(build === undefined ? {} : { SUPERCONFIG_BUILD: build }) },
    });

  /** Everything but the addons is as it is here; what stands for them is text. */
  beforeAll(() => {
    for (const path of ['target/stamps', 'ts/dist', 'npm']) {
      cpSync(join(root, path), clone.at(path), { recursive: true, filter: (source) => !source.endsWith('.node') });
    }
    symlinkSync(join(root, 'node_modules'), clone.at('node_modules'), 'junction');
    for (const [build, text] of Object.entries(programs)) {
      clone.write(join('target/addon', build, file), text);
      clone.write(join('target/stamps', `addon-${build}`), stamped()[1]);
    }
  }, 60_000);

  test.each([
    ['the one asked for is loaded', [], 'dev', 'unoptimised'],
    ['the release is loaded unless another is asked for', [], undefined, 'optimised'],
    ['what ships and what is measured is the release', ['release'], 'dev', 'optimised'],
    ['quick scripts take the other one', ['dev'], undefined, 'unoptimised'],
    ['quick scripts take the release where it is asked for', ['dev'], 'release', 'optimised'],
  ])('%s', (_, args, build, wanted) => {
    // From the other one, and back: neither is compiled again.
    expect(script('setup.mjs', [], wanted === 'optimised' ? 'dev' : 'release')).toMatchObject({ status: 0, stderr: '' });
    expect(loaded()).not.toBe(wanted);
    expect(script('setup.mjs', args, build)).toMatchObject({ status: 0, stderr: '' });
    expect(loaded()).toBe(wanted);
  });
});
