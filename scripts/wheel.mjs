// Wheels of the package for Python: each is for all CPython from 3.9 on, on this platform as it is or on any other.
// usage: node scripts/wheel.mjs [NAME…]; prints the files. Without a name the wheel is for this platform, on Linux for a C library as new as
// the one here. SUPERCONFIG_PYTHON names the interpreter that packs them. What has been built of the same sources is not built again.
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { flags } from './addon.mjs';
import { inspect, isNewer, LIBRARIES, ownPaths } from './platforms/inspect.mjs';
import { hostName, manifest, PLATFORMS, root } from './platforms/platforms.mjs';
import { files, rustSources, step } from './steps.mjs';
import { interpreter, virtualEnvironment } from './virtual-environment.mjs';

const crate = 'crates/superconfig-py';
/** The newest of each that has what is used here. */
const TOOLS = ['maturin==1.16.0', 'wheel==0.48.0', 'packaging==26.4', 'twine==7.0.0'];

/** The tag of a platform, as `packaging.tags` gives it there. */
const TAGS = {
  'darwin-arm64': 'macosx_11_0_arm64',
  'darwin-x64': 'macosx_11_0_x86_64',
  'linux-arm64-gnu': 'manylinux_2_17_aarch64.manylinux2014_aarch64',
  'linux-arm64-musl': 'musllinux_1_2_aarch64',
  'linux-x64-gnu': 'manylinux_2_17_x86_64.manylinux2014_x86_64',
  'linux-x64-musl': 'musllinux_1_2_x86_64',
  'win32-x64-msvc': 'win_amd64',
};

const sources = () => ['pyproject.toml', 'README.md', 'LICENSE', ...rustSources(), ...files(crate, /\.(rs|toml|py|pyi|typed)$/, ['tests', '__pycache__'])];

function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`\`${command} ${args.join(' ')}\` failed${error === undefined ? '; its output is above' : `: ${error.message}`}`);
}

/** An interpreter that has the tools. */
function packer() {
  const python = interpreter();
  if (python === undefined) throw new Error('a wheel needs Python from 3.9 on with `venv`; SUPERCONFIG_PYTHON can name one');
  return virtualEnvironment(python, 'wheel', TOOLS);
}

/** The one wheel of a folder. */
function only(folder) {
  const found = readdirSync(join(root, folder)).filter((name) => name.endsWith('.whl'));
  if (found.length !== 1) throw new Error(`there are ${found.length} wheels in ${folder}, not one`);
  return join(root, folder, found[0]);
}

/** The wheel of this platform, built by maturin as `pip install .` does it. @throws `Error` where it fails, or the wheel is not as it has to be. */
export function hostWheel() {
  const name = hostName();
  const folder = `target/wheels/${name}`;
  step(`wheel-${name}`, [...sources(), 'scripts/wheel.mjs'], folder).do(() => {
    const python = packer();
    rmSync(join(root, folder), { recursive: true, force: true });
    // musl's own default is a program of one piece, which loads nothing.
    const env = { ...flags(name.endsWith('-musl') ? ['-C', 'target-feature=-crt-static'] : []), VIRTUAL_ENV: dirname(dirname(python)) };
    // The addon's build names this platform as well, so that what both need is compiled once.
    const [, host] = spawnSync('rustc', ['-vV'], { encoding: 'utf8' }).stdout?.match(/^host: (.+)$/m) ?? [];
    const target = host === undefined ? [] : ['--target', host];
    run(python, ['-m', 'maturin', 'build', '--release', ...target, '--locked', '--interpreter', python, '--out', folder], env);
    check(name, only(folder), python);
  });
  return only(folder);
}

/** The wheel of any platform, built on this machine. @throws `Error` where it fails, or the wheel is not as it has to be. */
export async function platformWheel(name) {
  const { compile, recipe } = await import('./platforms/build.mjs');
  const folder = `target/platforms/wheels/${name}`;
  step(`wheel-of-${name}`, [...sources(), 'scripts/wheel.mjs', ...recipe()], folder).do(() => {
    process.stderr.write(`superconfig: building the wheel for ${name}\n`);
    const started = performance.now();
    const python = packer();
    const { extension } = compile(name);
    rmSync(join(root, folder), { recursive: true, force: true });
    const staging = join(root, folder, 'staging');
    mkdirSync(staging, { recursive: true });
    run(python, ['-m', 'maturin', 'pep517', 'write-dist-info', '--metadata-directory', staging, '--interpreter', python]);
    const [information] = readdirSync(staging);
    const file = join(staging, information, 'WHEEL');
    const tags = TAGS[name].split('.').map((tag) => `Tag: cp39-abi3-${tag}`);
    const kept = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('Tag: '));
    writeFileSync(file, `${[...kept, ...tags].join('\n')}\n`);
    const isOfSources = (path) => !/__pycache__|\.(so|pyd)$/.test(path);
    cpSync(join(root, crate, 'python/superconfig'), join(staging, 'superconfig'), { recursive: true, filter: isOfSources });
    copyFileSync(extension, join(staging, 'superconfig', moduleFile(name)));
    run(python, ['-m', 'wheel', 'pack', staging, '--dest-dir', join(root, folder)]);
    rmSync(staging, { recursive: true });
    check(name, only(folder), python, TAGS[name]);
    process.stderr.write(`superconfig: built ${relative(root, only(folder))} in ${Math.round((performance.now() - started) / 1000)} s\n`);
  });
  return only(folder);
}

/** The extension module's file in a wheel, as Python looks for it. */
const moduleFile = (name) => (name.startsWith('win32') ? '_superconfig.pyd' : '_superconfig.abi3.so');

/** Unpacks a wheel and looks at its tags, which are those of a platform where `platform` is not given, its metadata and what its library needs. */
function check(name, wheel, python, platform = '') {
  const unpacked = `${wheel}.unpacked`;
  rmSync(unpacked, { recursive: true, force: true });
  try {
    const program = `
import os, sys, zipfile
from packaging.tags import sys_tags
from packaging.utils import parse_wheel_filename
wheel, expected, folder = sys.argv[1:]
tags = parse_wheel_filename(os.path.basename(wheel))[3]
assert all((tag.interpreter, tag.abi) == ("cp39", "abi3") for tag in tags), tags
if expected == "":
    assert tags & set(sys_tags()), f"{tags} are of no use here"
else:
    wanted = set(expected.split("."))
    assert {tag.platform for tag in tags} == wanted, f"{tags} are not for {wanted}"
with zipfile.ZipFile(wheel) as opened:
    names = opened.namelist()
    opened.extractall(folder)
for part in ("superconfig/py.typed", "superconfig/_superconfig.pyi", "superconfig/__init__.py"):
    assert part in names, f"{part} is missing"
strange = [name for name in names if not name.startswith("superconfig/") and ".dist-info/" not in name or "__pycache__" in name]
assert strange == [], strange
`;
    run(python, ['-c', program, wheel, platform, unpacked]);
    run(python, ['-m', 'twine', 'check', '--strict', wheel]);
    const found = problems(name, join(unpacked, 'superconfig', moduleFile(name)), platform !== '');
    if (found.length > 0) throw new Error(`the library of ${relative(root, wheel)} ${found.join('; it ')}`);
  } finally {
    rmSync(unpacked, { recursive: true, force: true });
  }
}

/** What is wrong with the extension module for a platform; `isForAll` asks that it loads on the oldest systems as well. */
function problems(name, file, isForAll) {
  const library = inspect(file);
  const { os, cpu, libc } = manifest(name);
  const { oldest } = PLATFORMS[name];
  const strange = (texts) => texts.slice(0, 5).join(', ');
  // On macOS each name has an underscore before it, and linkers put two of their own into every library.
  const exported = library.exports.filter((symbol) => !/^(_?PyInit__superconfig|___dso_handle|__mh_dylib_header)$/.test(symbol));
  const needed = library.libraries.filter((one) => !LIBRARIES[libc?.[0] ?? os[0]].test(one) && one !== 'python3.dll');
  const own = ownPaths(file);
  const wrong = [
    [library.arch !== cpu[0], `is for ${library.arch}`],
    [!library.exports.some((symbol) => symbol.endsWith('PyInit__superconfig')), 'does not export PyInit__superconfig'],
    [exported.length > 0, `exports ${strange(exported)}`],
    [isForAll && needed.length > 0, `needs ${strange(needed)}`],
    [own.length > 0, `names ${strange(own)}`],
    [isForAll && oldest.glibc !== undefined && isNewer(library.glibc ?? '0', oldest.glibc), `needs glibc ${library.glibc}`],
    [libc?.[0] === 'musl' && library.glibc !== undefined, `needs glibc ${library.glibc}`],
    [isForAll && os[0] === 'darwin' && library.macos !== oldest.macos, `says macOS ${library.macos}`],
    [os[0] === 'darwin' && cpu[0] === 'arm64' && !(library.signature?.isAdHoc && library.signature.isIntact), 'is not signed'],
  ];
  return wrong.flatMap(([is, what]) => (is ? [what] : []));
}

/** Puts wheels into a folder, in place of those that are there. */
export function place(wheels, folder) {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder).filter((name) => name.endsWith('.whl'))) rmSync(join(folder, name));
  for (const wheel of wheels) copyFileSync(wheel, join(folder, basename(wheel)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2);
  if (names.length === 0) process.stdout.write(`${relative(root, hostWheel())}\n`);
  for (const name of names) process.stdout.write(`${relative(root, await platformWheel(name))}\n`);
}
