// Checks that an addon loads wherever its package says, read out of its file: so it is known for systems that are not at hand as well.
import { readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { isElf, readElf } from './elf.mjs';
import { isMachO, readMachO } from './mach-o.mjs';
import { isPe, readPe } from './pe.mjs';
import { addonFile, manifest, PLATFORMS, root } from './platforms.mjs';

export const LARGEST_ADDON = 4 * 1024 * 1024;

/** What Node looks for; everything else is of nobody's business. */
const EXPORTS = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];

/** What linkers for macOS put into every library. */
const MARKS = ['__dso_handle', '_mh_dylib_header'];

/** What every installation of a system has, by the system and the C library. */
export const LIBRARIES = {
  glibc: /^(ld-linux-(x86-64|aarch64)\.so\.[12]|lib(c|m|dl|pthread|rt|gcc_s)\.so\.\d)$/,
  musl: /^lib(c|gcc_s)\.so(\.\d)?$|^libc\.musl-\w+\.so\.1$/,
  darwin:
    /^\/(usr\/lib\/lib(System\.B|iconv\.2|charset\.1|objc\.A)\.dylib|System\/Library\/Frameworks\/(CoreFoundation|CoreServices)\.framework\/Versions\/A\/\w+)$/,
  win32: /^(kernel32|kernelbase|ntdll|ws2_32|userenv|advapi32|bcrypt|bcryptprimitives|msvcrt|synchronization|api-ms-win-[\w-]+)\.dll$/,
};

/** What a library says of itself, whichever system it is for. @throws `Error` for a file that is none. */
export function inspect(file) {
  const data = readFileSync(file);
  const read = [
    [isElf, readElf],
    [isMachO, readMachO],
    [isPe, readPe],
  ].find(([is]) => is(data))?.[1];
  if (read === undefined) throw new Error(`${file} is no library of Linux, macOS or Windows`);
  return { size: data.length, ...read(data) };
}

/** Whether a version is newer than another, number by number. */
export const isNewer = (version, other) => version.localeCompare(other, 'en', { numeric: true }) > 0;

/** The folders of this machine that a file names. */
export function ownPaths(file) {
  const content = readFileSync(file, 'latin1');
  const own = [root, homedir(), tmpdir(), process.env.CARGO_HOME].filter((path) => path && path.length > 1);
  return own.filter((path) => [path, path.replaceAll('\\', '/')].some((one) => content.includes(`${one}/`) || content.includes(`${one}\\`)));
}

/** The checks of a platform's addon: what each holds, and what is wrong where it does not. */
export function checks(name, file) {
  const { oldest } = PLATFORMS[name];
  const { os, cpu, libc } = manifest(name);
  const addon = inspect(file);
  // A linker that hides nothing shows thousands.
  const list = (texts) => (texts.length === 0 ? undefined : texts.slice(0, 10).join(', ') + (texts.length > 10 ? ` and ${texts.length - 10} more` : ''));
  const found = {
    [`is a library for ${cpu}`]: addon.isLibrary && addon.arch === cpu[0] ? undefined : `is for ${addon.arch}`,
    [`is at most ${LARGEST_ADDON} bytes`]: addon.size <= LARGEST_ADDON ? undefined : `is of ${addon.size} bytes`,
    'names no folder of this machine': list(ownPaths(file)),
    "exports Node-API's functions and no others": list(addon.exports.filter((symbol) => ![...EXPORTS, ...MARKS].includes(symbol.replace(/^_/, '')))),
    'has the function that Node calls': addon.exports.some((symbol) => symbol.replace(/^_/, '') === EXPORTS[0]) ? undefined : 'has none',
    'needs libraries that every system has': list(addon.libraries.filter((library) => !LIBRARIES[libc?.[0] ?? os[0]].test(library))),
    'looks for none in other folders': list(addon.searched),
  };
  if (addon.isStripped !== undefined) found['carries no symbols that nothing needs'] = addon.isStripped ? undefined : 'it is not stripped';
  if (os[0] === 'linux') {
    found['stays loaded when the worker that loaded it ends'] = addon.isKept ? undefined : 'it is unloaded';
    const highest = addon.glibc ?? '0';
    if (libc[0] === 'musl') found['needs no glibc'] = addon.glibc;
    else found[`needs glibc ${oldest.glibc} or older`] = isNewer(highest, oldest.glibc) ? `it needs ${highest}` : undefined;
  }
  if (os[0] === 'darwin') {
    const strange = addon.imports.filter(({ library }) => library === undefined).map((symbol) => symbol.name);
    found[`runs on macOS ${oldest.macos}`] = addon.macos === oldest.macos ? undefined : `it says ${addon.macos}`;
    found['has a name that no machine has a say in'] = addon.id === `@rpath/${addonFile(name)}` ? undefined : addon.id;
    found['takes each symbol from a library of the system, or from Node'] = list(strange.filter((symbol) => !/^_(napi|node_api)_/.test(symbol)));
    found['watches by FSEvents'] = addon.imports.some((symbol) => symbol.name === '_FSEventStreamCreate') ? undefined : 'it does not';
    if (cpu[0] === 'arm64') found['is signed, as macOS asks there'] = addon.signature?.isAdHoc && addon.signature.isIntact ? undefined : 'it is not';
  }
  return found;
}

/** What is wrong with a platform's addon. */
export function problems(name, file) {
  return Object.entries(checks(name, file)).flatMap(([what, wrong]) => (wrong === undefined ? [] : [`${what}: ${wrong}`]));
}
