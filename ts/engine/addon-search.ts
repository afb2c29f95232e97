// The search for the addon in all but the usual case: one that was named or embedded, in a bundle, and where there is none.
import { SuperConfigError } from '../internal/errors.js';
import { VERSION } from '../internal/version.js';
import { misnamed, missing, ofOtherVersion, unloadable } from './addon-error.js';
import { addonFiles, addonPath, openAddon, packagesOf, platformNames } from './addon-file.js';
import { builtin } from './builtin.js';
import type { Native } from './protocol.js';

/** What `superconfig/embed` puts here opens the addon in the program. */
const EMBEDDED = Symbol.for('superconfig.embedded');

/**
 * The addon for the code in a file, of this package or of a bundle.
 *
 * @throws `ERR_SUPERCONFIG_LOAD_NATIVE` where there is none, or none that loads.
 */
export function searchAddon(own: string | undefined): Native {
  const named = process.env.SUPERCONFIG_ADDON;
  if (named) return openNamed(named);
  // Turbopack's bundles go by the name of the file that their code is from, which is not there: then the program's main file counts.
  const file = own !== undefined && packagesOf(own) !== undefined && !isFile(own) ? process.argv[1] : own;
  const isInstalled = file !== undefined && isOfPackage(file);
  let failure: SuperConfigError | undefined;
  const opened = (path: string, open: () => Native | undefined): Native | undefined => {
    try {
      const addon = open();
      return addon && checked(addon, path);
    } catch (thrown) {
      // Another one may fit: of two for the same processor one is for another C library.
      failure ??= thrown instanceof SuperConfigError ? thrown : unloadable(path, thrown as Error);
      return undefined;
    }
  };
  const embedded = (globalThis as { [EMBEDDED]?: () => Native | undefined })[EMBEDDED];
  let addon = embedded && opened('in the program', embedded);
  for (const path of isInstalled ? installedPlaces(file) : bundlePlaces(file)) {
    if (addon !== undefined) return addon;
    if (isFile(path)) addon = opened(path, () => openAddon(path));
  }
  if (addon !== undefined) return addon;
  throw failure ?? missing(file, isInstalled);
}

/** The addon that `SUPERCONFIG_ADDON` names. */
function openNamed(path: string): Native {
  if (!builtin('node:path').isAbsolute(path)) throw misnamed(`is \`${path}\`, which is not an absolute path`);
  if (!isFile(path)) throw misnamed(`names no file: ${path}`);
  let addon: Native;
  try {
    addon = openAddon(path);
  } catch (thrown) {
    throw unloadable(path, thrown as Error);
  }
  return checked(addon, path);
}

/** An addon of the version that this facade is made for. @throws `ERR_SUPERCONFIG_LOAD_NATIVE` for another one. */
function checked(addon: Native, path: string): Native {
  const found = typeof addon.version === 'function' ? addon.version() : undefined;
  if (found !== VERSION) throw ofOtherVersion(path, found);
  return addon;
}

function isFile(path: string): boolean {
  return builtin('node:fs').statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Whether a file is of this package as it was installed, not of a bundle: also under another name, or in a checkout. */
function isOfPackage(file: string): boolean {
  if (packagesOf(file) !== undefined) return true;
  return /[\\/]ts[\\/](dist|engine)[\\/][^\\/]+$/.test(file) && manifest(builtin('node:path').join(file, '../../..'))?.name === 'superconfig';
}

function manifest(directory: string): { name?: unknown; workspaces?: unknown } | undefined {
  try {
    return JSON.parse(builtin('node:fs').readFileSync(builtin('node:path').join(directory, 'package.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

/** Below the package, beside it, and where the runtime finds it: hoisted, or in an archive. */
function* installedPlaces(file: string): Generator<string> {
  const { join } = builtin('node:path');
  for (const name of platformNames()) for (const packages of ['../../../node_modules', '../../../..']) yield join(file, packages, addonPath(name));
  for (const name of platformNames()) {
    try {
      const path = builtin('node:module').createRequire(file).resolve(addonPath(name));
      if (!isShared(path, '../../../..')) yield path;
    } catch {
      // It is not there either.
    }
  }
}

/** With the bundle, in `node_modules` of the application that it is of, and beside the program itself. */
function* bundlePlaces(file: string | undefined): Generator<string> {
  const { dirname, join } = builtin('node:path');
  for (const name of platformNames()) {
    const moved = movedFile(name);
    if (moved !== undefined) yield moved;
    if (file !== undefined) yield* besideBundle(dirname(file), name);
    if (!isShared(process.execPath, '..')) yield join(process.execPath, `../superconfig.${name}.node`);
  }
}

/** The file that a bundler put beside its bundle. */
function movedFile(name: string): string | undefined {
  try {
    const { directory, files } = addonFiles();
    const path = files[name];
    // A path that was not rewritten leads out of the bundle's directory, to where others may write.
    return path?.startsWith(builtin('node:path').join(directory, '/')) ? path : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The places of a bundle: its own directory, `node_modules` of the package that it belongs to, and of the workspace that this is in. What
 * lies further up belongs to others, as does all in a directory that every user may write to.
 */
function* besideBundle(bundle: string, name: string): Generator<string> {
  const { dirname, join } = builtin('node:path');
  const { existsSync } = builtin('node:fs');
  let isOwn = true;
  for (let directory = bundle, above = ''; directory !== above && !isShared(directory); above = directory, directory = dirname(directory)) {
    // As a person copies it, and as ncc does.
    if (directory === bundle) yield* ['', name].map((folder) => join(directory, folder, `superconfig.${name}.node`));
    const found = manifest(directory);
    const isWorkspace = found?.workspaces !== undefined || existsSync(join(directory, 'pnpm-workspace.yaml'));
    if (isOwn || isWorkspace) yield join(directory, 'node_modules', addonPath(name));
    if (isWorkspace) return;
    if (found?.name !== undefined || existsSync(join(directory, 'node_modules'))) isOwn = false;
  }
}

/** Whether every user may put files into a directory, as into that for temporary ones. */
function isShared(...directory: string[]): boolean {
  if (process.platform === 'win32') return false;
  const { mode = 0 } = builtin('node:fs').statSync(builtin('node:path').join(...directory), { throwIfNoEntry: false }) ?? {};
  return (mode & 0o002) !== 0;
}
