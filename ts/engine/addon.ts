// Loads the addon; no other file in the package does. `addon-search.ts` says where it is looked for.
import { isError, SuperConfigError } from '../internal/errors.js';
import { VERSION } from '../internal/version.js';
import { builtin, candidates, isInstalled, ownFile, PLATFORMS, platformNames } from './addon-search.js';
import type { Native } from './protocol.js';

function isFile(path: string): boolean {
  return builtin('node:fs').statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Opens a file as the addon. @throws What the system says of one that it cannot load. */
function open(path: string): Native {
  const module = { exports: {} as Native };
  process.dlopen(module, path);
  return module.exports;
}

function failure(message: string, hint: string, cause?: unknown): SuperConfigError {
  return new SuperConfigError('ERR_SUPERCONFIG_LOAD_NATIVE', message, { hint, ...(cause === undefined ? {} : { cause }) });
}

/** The package that holds the addon of a platform, with its version. */
const packageOf = (name: string): string => `@superconfig/${name}@${VERSION}`;

/** An addon of the version that this facade is made for. @throws `ERR_SUPERCONFIG_LOAD_NATIVE` for another one. */
function checked(addon: Native, path: string, name: string): Native {
  const found = typeof addon.version === 'function' ? addon.version() : undefined;
  if (found === VERSION) return addon;
  throw failure(
    `superconfig ${VERSION} found an addon of ${found === undefined ? 'another version' : `version ${found}`} (${builtin('node:path').normalize(path)}); both have to be of one version`,
    `npm install superconfig@${VERSION} ${packageOf(name)}`,
  );
}

/** The addon that `SUPERCONFIG_ADDON` names. */
function chosen(path: string, name: string): Native {
  if (!builtin('node:path').isAbsolute(path)) {
    throw failure(`SUPERCONFIG_ADDON is \`${path}\`, which is not an absolute path`, 'set SUPERCONFIG_ADDON to the full path of the addon');
  }
  if (!isFile(path)) throw failure(`SUPERCONFIG_ADDON names no file: ${path}`, `copy the addon of the package ${packageOf(name)} there`);
  try {
    return checked(open(path), path, name);
  } catch (error) {
    throw isUnloadable(error) ? unloadable(path, name, error) : error;
  }
}

const isUnloadable = (error: unknown): error is Error => isError(error) && !(error instanceof SuperConfigError);

/** The version of glibc that this runs on; nothing elsewhere. It takes long to find out. */
function glibcVersion(): string | undefined {
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  return report?.header?.glibcVersionRuntime;
}

/** What to do about a file that is there and does not load, by the words of the system. */
function unloadable(path: string, name: string, cause: Error): SuperConfigError {
  const [, needed] = /(GLIBC_[\d.]+)' not found/.exec(cause.message) ?? [];
  if (needed !== undefined) {
    const version = glibcVersion();
    const found = version === undefined ? 'another C library' : `GLIBC_${version}`;
    return failure(`the addon ${path} does not load: it needs ${needed}, and this system has ${found}`, `use a system with ${needed} or newer`, cause);
  }
  const hint = /map segment|not permitted|permission denied/i.test(cause.message)
    ? 'copy the addon to a file system from which programs run, and set SUPERCONFIG_ADDON to its path'
    : `npm install --force ${packageOf(name)}`;
  return failure(`the addon ${path} does not load: ${cause.message}`, hint, cause);
}

/** What is missing where there is no file at all. */
function missing(name: string, file: string | undefined): SuperConfigError {
  const isMusl = process.platform === 'linux' && glibcVersion() === undefined;
  const system = `${process.platform} ${process.arch}${isMusl ? ' with musl' : ''}`;
  if (!PLATFORMS.includes(isMusl ? name.replace(/gnu$/, 'musl') : name)) {
    return failure(
      `superconfig has no addon for ${system}; there ${PLATFORMS.length === 1 ? 'is one' : 'are some'} for ${PLATFORMS.join(', ')}`,
      'build the addon from its sources and set SUPERCONFIG_ADDON to its path',
    );
  }
  if (file !== undefined && isInstalled(file)) {
    return failure(
      `the package ${packageOf(name)}, which holds the addon for ${system}, is not installed: it is left out by \`--omit=optional\`, ` +
        'and by a lockfile that was made on another system',
      `npm install ${packageOf(name)}`,
    );
  }
  return failure(
    `there is no addon for ${system} beside the bundle${file === undefined ? '' : ` in ${builtin('node:path').dirname(file)}`}: bundlers leave it out`,
    `mark \`superconfig\` as external, or put the package ${packageOf(name)} into \`node_modules\` beside the bundle`,
  );
}

function loadNative(): Native {
  const names = platformNames();
  const likeliest = names.find((name) => PLATFORMS.includes(name)) ?? (names[0] as string);
  const path = process.env.SUPERCONFIG_ADDON;
  if (path !== undefined && path !== '') return chosen(path, likeliest);
  const file = ownFile();
  for (const name of names) {
    for (const candidate of candidates(name, file)) {
      try {
        return checked(open(candidate), candidate, name);
      } catch (error) {
        if (!isUnloadable(error)) throw error;
        if (isFile(candidate)) throw unloadable(builtin('node:path').normalize(candidate), name, error);
      }
    }
  }
  throw missing(likeliest, file);
}

let addon: Native | undefined;

/**
 * The addon, loaded at the first use.
 *
 * @throws `ERR_SUPERCONFIG_LOAD_NATIVE` where it is missing or does not fit.
 */
export function native(): Native {
  addon ??= loadNative();
  return addon;
}

let words: Uint32Array | undefined;

/**
 * The generation words that the addon shares with this thread. Runtimes that refuse memory of an addon give their own; with
 * `SUPERCONFIG_EXTERNAL_MEMORY=off` in the environment every one does.
 */
export function generationWords(): Uint32Array {
  words ??= new Uint32Array(native().generations(process.env.SUPERCONFIG_EXTERNAL_MEMORY === 'off'));
  return words;
}

/** The index of a configuration's or entry's word among the generation words. */
export function wordIndex(id: number): number {
  return id & 4095;
}
