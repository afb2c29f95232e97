// The errors of an addon that is missing, or is there and does not load: what is wrong, and the one command that helps.
import { SuperConfigError } from '../internal/errors.js';
import { VERSION } from '../internal/version.js';
import { addonPath, platformNames } from './addon-file.js';
import { builtin } from './builtin.js';

/** The platforms that there is an addon for, by the names of their packages. */
export const PLATFORMS: readonly string[] = [
  'darwin-arm64',
  'darwin-x64',
  'linux-arm64-gnu',
  'linux-arm64-musl',
  'linux-x64-gnu',
  'linux-x64-musl',
  'win32-x64-msvc',
];

function failure(message: string, hint: string, cause?: unknown): SuperConfigError {
  return new SuperConfigError('ERR_SUPERCONFIG_LOAD_NATIVE', message, { hint, ...(cause === undefined ? {} : { cause }) });
}

/** The package that holds the addon of a platform, with its version. */
const packageOf = (name: string): string => `@superconfig/${name}@${VERSION}`;

/** The version of glibc that this runs on; nothing elsewhere. It takes long to find out. */
function glibcVersion(): string | undefined {
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  return report?.header?.glibcVersionRuntime;
}

/** The platform's name, by the C library that is here. */
function platformName(): string {
  const [first, musl] = platformNames() as [string, string?];
  return musl !== undefined && glibcVersion() === undefined ? musl : first;
}

/** `SUPERCONFIG_ADDON` names nothing that could be the addon. */
export function misnamed(problem: string): SuperConfigError {
  return failure(`SUPERCONFIG_ADDON ${problem}`, `set SUPERCONFIG_ADDON to the full path of superconfig.${platformName()}.node`);
}

/** The addon is that of another version. */
export function ofOtherVersion(path: string, found: string | undefined): SuperConfigError {
  return failure(
    `superconfig ${VERSION} found an addon of ${found === undefined ? 'another version' : `version ${found}`} (${path}); both have to be of one version`,
    `npm install superconfig@${VERSION} ${packageOf(platformName())}`,
  );
}

/** The addon is there, and the system does not load it. */
export function unloadable(path: string, cause: Error): SuperConfigError {
  const does = (problem: string, hint: string) => failure(`the addon ${path} does not load: ${problem}`, hint, cause);
  const version = glibcVersion();
  const [, needed] = /(GLIBC_[\d.]+)' not found/.exec(cause.message) ?? [];
  if (needed !== undefined && version !== undefined) {
    return does(`it needs ${needed}, and this system has GLIBC_${version}`, `use a system or base image with ${needed} or newer`);
  }
  const install = `npm install --force ${packageOf(platformName())}`;
  if (process.platform === 'linux') {
    const [, library] = /-(gnu|musl)\.node$/.exec(path) ?? [];
    if (version === undefined && (library === 'gnu' || needed !== undefined)) return does('it needs glibc, and this system has musl', install);
    if (version !== undefined && library === 'musl') return does(`it needs musl, and this system has glibc ${version}`, install);
  }
  if (/map segment|not permitted|permission denied/i.test(cause.message)) {
    return does(
      cause.message,
      'where its file system is mounted `noexec`, copy the addon to one from which programs run, and set SUPERCONFIG_ADDON to its path; ' +
        'where memory is limited (`ulimit -v`), allow more',
    );
  }
  return does(cause.message, install);
}

/** There is no file at all. */
export function missing(file: string | undefined, isInstalled: boolean): SuperConfigError {
  const name = platformName();
  const system = `${process.platform} ${process.arch}${name.endsWith('-musl') ? ' with musl' : ''}`;
  if (!PLATFORMS.includes(name)) {
    return failure(
      `superconfig has no addon for ${system}; there are some for ${PLATFORMS.join(', ')}`,
      'build the addon from its sources and set SUPERCONFIG_ADDON to its path',
    );
  }
  if (isInstalled) {
    return failure(
      `the package ${packageOf(name)}, which holds the addon for ${system}, is not installed: it is left out by \`--omit=optional\`, ` +
        'and by a lockfile that was made on another system',
      `npm install ${packageOf(name)}`,
    );
  }
  const directory = file === undefined ? undefined : builtin('node:path').dirname(file);
  return failure(
    `there is no addon for ${system} beside the bundle${directory === undefined ? '' : ` in ${directory}`}: bundlers leave it out`,
    `mark \`superconfig\` as external, or run \`cp node_modules/${addonPath(name)} ${directory ?? 'the directory of the bundle'}\` after bundling`,
  );
}
