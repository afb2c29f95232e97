// The tools that build and run the addons of other platforms: fetched once, into `target/tools/`, or by the system's package manager
// where they are part of it. Debian 12 is what this knows; elsewhere it says what is missing.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { npm } from '../programs.mjs';
import { names, PLATFORMS, root } from './platforms.mjs';

export const tools = join(root, 'target/tools');

/** Runs a program to its end. @throws `Error` with what it wrote where it fails. */
export function run(command, args, { quiet = true, env, ...options } = {}) {
  const stdio = ['ignore', 'pipe', quiet ? 'pipe' : 'inherit'];
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', stdio, maxBuffer: 1 << 28, ...options, env: { ...process.env, ...env } });
  if (result.status === 0) return result.stdout;
  throw new Error(`\`${command} ${args.join(' ')}\` failed: ${result.error?.message ?? result.stderr ?? ''}`);
}

/** A folder of a tool, made once: what `make` leaves there is kept until `version` is another. */
export function once(name, version, make) {
  const folder = join(tools, name);
  const mark = join(folder, '.version');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === version) return folder;
  process.stderr.write(`superconfig: fetching ${name} ${version}\n`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  make(folder);
  writeFileSync(mark, version);
  return folder;
}

/** Packages of Debian. @throws `Error` with the command to run where this may not install them. */
export function debian(...packages) {
  const isInstalled = (name) => /^Status: .* installed$/m.test(spawnSync('dpkg-query', ['--status', name], { encoding: 'utf8' }).stdout);
  const missing = packages.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0) throw new Error(`this needs packages of Debian: sudo apt-get install --no-install-recommends ${missing.join(' ')}`);
  process.stderr.write(`superconfig: installing ${missing.join(', ')}\n`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update', '--quiet=2'], { env });
  run('apt-get', ['install', '--yes', '--quiet=2', '--no-install-recommends', ...missing], { env });
}

/** A package of npm for any platform, with its dependencies, of which `overrides` sets versions; gives the folder of the package. */
export function fromNpm(name, version, overrides = {}) {
  const spec = `${name}@${version}`;
  const folder = once(spec.replace(/[@/]+/g, '-').replace(/^-/, ''), version, (prefix) => {
    writeFileSync(join(prefix, 'package.json'), JSON.stringify({ private: true, overrides }));
    run(...npm(['install', '--prefix', prefix, '--ignore-scripts', '--no-audit', '--no-fund', '--force', spec]), { cwd: prefix });
  });
  return join(folder, 'node_modules', name);
}

/** An environment of Python with pinned packages; gives the folder of its programs. */
function python(name, packages) {
  const folder = once(name, packages.join(' '), (path) => {
    if (spawnSync('python3', ['-c', 'import ensurepip']).status !== 0) debian('python3-venv');
    run('python3', ['-m', 'venv', path]);
    run(join(path, 'bin/pip'), ['install', '--quiet', ...packages]);
  });
  return join(folder, 'bin');
}

/** A file of PyPI for a platform of its own, unpacked; gives the folder. */
export function wheel(name, version, platform) {
  return once(`${name}-${platform}`, version, (folder) => {
    const where = ['--no-deps', '--only-binary=:all:', '--platform', platform, '--dest', folder];
    run('python3', ['-m', 'pip', 'download', '--quiet', ...where, `${name}==${version}`]);
    const unpack = 'import glob, sys, zipfile\nfor path in glob.glob(sys.argv[1] + "/*.whl"): zipfile.ZipFile(path).extractall(sys.argv[1])';
    run('python3', ['-c', unpack, folder]);
  });
}

/** Zig as a linker and the subcommand of cargo that calls it, as variables of the environment. */
export function zig() {
  const programs = python('zig', ['ziglang==0.17.1', 'cargo-zigbuild==0.24.1']);
  const cache = join(tools, 'cache');
  return {
    PATH: `${programs}${delimiter}${process.env.PATH}`,
    ZIG_GLOBAL_CACHE_DIR: join(cache, 'zig'),
    ZIG_LOCAL_CACHE_DIR: join(cache, 'zig'),
    CARGO_ZIGBUILD_CACHE_DIR: join(cache, 'zigbuild'),
  };
}

/**
 * A Rust that compiles for every platform: the one at hand where it has their standard libraries (`rustup target add`), otherwise
 * Debian's, which has the library's source. Gives variables of the environment and arguments for cargo.
 */
export function rust() {
  const hasLibrary = (target) => {
    const { status, stdout } = spawnSync('rustc', ['--print', 'target-libdir', '--target', target], { cwd: root, encoding: 'utf8' });
    return status === 0 && existsSync(stdout.trim());
  };
  if (names.every((name) => hasLibrary(PLATFORMS[name].target))) return { env: {}, args: [] };
  debian('rustc-web', 'cargo-web', 'rust-web-src');
  // The standard library is built from its source, which only asks for an unstable option; without what names the functions of a backtrace,
  // as there are no names in what is stripped.
  const args = ['-Zbuild-std=std,panic_unwind', '-Zbuild-std-features=panic-unwind'];
  return { env: { RUSTC_BOOTSTRAP: '1', RUSTC: '/usr/bin/rustc', CARGO: '/usr/bin/cargo' }, args };
}
