// The search for the addon's file: only where a package manager installs it, seen from where this code is.

// Both exist in bundles of webpack alone, which writes the path of the machine that built them in place of `import.meta.url`.
declare const __webpack_require__: unknown;
declare const __non_webpack_require__: NodeJS.Require;

/** A module of Node, loaded when it is needed: each import would lengthen every start. */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] {
  // Node before 20.16 has another way only where the program is CommonJS.
  return (process.getBuiltinModule?.(name) ?? require(name)) as Builtins[Name];
}

interface Builtins {
  'node:buffer': typeof import('node:buffer');
  'node:crypto': typeof import('node:crypto');
  'node:fs': typeof import('node:fs');
  'node:module': typeof import('node:module');
  'node:path': typeof import('node:path');
  'node:url': typeof import('node:url');
}

/** The platforms that there is an addon for, by the names of their packages. */
export const PLATFORMS: readonly string[] = ['linux-x64-gnu'];

/** The platform's names as packages carry them, likeliest first: only the one that fits the C library is installed. */
export function platformNames(): string[] {
  const base = `${process.platform}-${process.arch}`;
  if (process.platform === 'linux') return [`${base}-gnu`, `${base}-musl`];
  return [process.platform === 'win32' ? `${base}-msvc` : base];
}

/** The path of the addon in a directory with packages. */
export const addonPath = (name: string): string => `@superconfig/${name}/superconfig.${name}.node`;

function pathOf(url: string): string {
  // As `fileURLToPath`, which would have to be loaded; a path on Windows begins with its drive.
  return url.startsWith('file:') ? decodeURIComponent(new URL(url).pathname).replace(/^\/(?=\w:)/, '') : url;
}

/** The file that this code is in: of the package, or a bundle; `undefined` where no one can say. */
export function ownFile(): string | undefined {
  if (typeof __webpack_require__ === 'function') {
    const [nearest] = __non_webpack_require__.resolve.paths('superconfig') ?? [];
    return nearest === undefined ? undefined : builtin('node:path').join(nearest, '../bundle');
  }
  if (import.meta.url !== undefined) return pathOf(import.meta.url);
  if (typeof __filename === 'string') return __filename;
  // A bundle of CommonJS code as an ECMAScript module, which knows neither: the program's main file.
  const [, main] = process.argv;
  return main !== undefined && /^(\/|\w:)/.test(main) ? main : undefined;
}

/** Whether a file of this package is installed as it is, not part of a bundle. */
export function isInstalled(file: string): boolean {
  if (/[\\/]node_modules[\\/]superconfig[\\/]ts[\\/]dist[\\/][^\\/]+$/.test(file)) return true;
  // Under another name, or in a checkout.
  return manifest(builtin('node:path').join(file, '../../..'))?.name === 'superconfig';
}

function manifest(directory: string): { name?: unknown; workspaces?: unknown } | undefined {
  try {
    return JSON.parse(builtin('node:fs').readFileSync(`${directory}/package.json`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The files that could be the addon of a platform, likeliest first. */
export function* candidates(name: string, file: string | undefined): Generator<string> {
  const addon = addonPath(name);
  if (file !== undefined && isInstalled(file)) {
    // Below the package, or beside it: where npm, pnpm and Yarn install it.
    for (const packages of ['../../node_modules', '../../..']) yield `${file.replace(/[\\/][^\\/]*$/, '')}/${packages}/${addon}`;
    // Hoisted, or in an archive.
    try {
      yield builtin('node:module').createRequire(file).resolve(addon);
    } catch {
      // It is not there either.
    }
    return;
  }
  const { dirname, join } = builtin('node:path');
  const moved = movedFile(name);
  if (moved !== undefined) yield moved;
  if (file !== undefined) yield* besideBundle(dirname(file), addon);
  yield join(dirname(process.execPath), `superconfig.${name}.node`);
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

interface AddonFiles {
  directory: string;
  files: Readonly<Record<string, string>>;
}

function addonFiles(): AddonFiles {
  // Tools that gather files follow just this: a literal path for `require`, or in a URL. Importing `createRequire`, which some
  // follow too, would lengthen every start.
  if (import.meta.url === undefined) return require('./addon-files/index.js')();
  const path = pathOf(new URL('./addon-files/index.js', import.meta.url).href);
  return builtin('node:module').createRequire(path)(path)();
}

/**
 * The places of a bundle: `node_modules` of the package that it belongs to, and of the workspace that this is in. What lies further
 * up belongs to others.
 */
function* besideBundle(bundle: string, addon: string): Generator<string> {
  const { dirname, join } = builtin('node:path');
  const { existsSync } = builtin('node:fs');
  let isOwn = true;
  for (let directory = bundle, above = ''; directory !== above; above = directory, directory = dirname(directory)) {
    const found = manifest(directory);
    const isWorkspace = found?.workspaces !== undefined || existsSync(join(directory, 'pnpm-workspace.yaml'));
    if (isOwn || isWorkspace) yield join(directory, 'node_modules', addon);
    if (isWorkspace) return;
    if (found?.name !== undefined || existsSync(join(directory, 'node_modules'))) isOwn = false;
  }
}
