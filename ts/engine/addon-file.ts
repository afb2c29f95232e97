// The file that this code is in, and those of the addon as package managers lay them out around it.
import { builtin } from './builtin.js';
import type { Native } from './protocol.js';

// Both exist in bundles of webpack alone, which writes the path of the machine that built them in place of `import.meta.url`.
declare const __webpack_require__: unknown;
declare const __non_webpack_require__: NodeJS.Require;

/** The platform's names as packages carry them, likeliest first: only the one that fits the C library is installed. */
export function platformNames(): string[] {
  const base = `${process.platform}-${process.arch}`;
  if (process.platform === 'linux') return [`${base}-gnu`, `${base}-musl`];
  return [process.platform === 'win32' ? `${base}-msvc` : base];
}

/** The path of the addon in a directory with packages. */
export const addonPath = (name: string): string => `@superconfig/${name}/superconfig.${name}.node`;

/** The path of a file's address. */
export function pathOf(url: string): string {
  // As `fileURLToPath`, which would have to be loaded; a path on Windows begins with its drive.
  return url.startsWith('file:') ? decodeURIComponent(new URL(url).pathname).replace(/^\/(?=\w:)/, '') : url;
}

/** The file that this code is in: of the package, or a bundle; `undefined` where no one can say. */
export function ownFile(): string | undefined {
  if (typeof __webpack_require__ === 'function') {
    try {
      const [nearest] = __non_webpack_require__.resolve.paths('superconfig') ?? [];
      return nearest === undefined ? undefined : builtin('node:path').join(nearest, '../bundle');
    } catch {
      // In ECMAScript modules by ncc it stands for something that they do not have.
      return mainFile();
    }
  }
  // Node says the path itself. Others have the address alone, which takes longer to read.
  if (import.meta.filename !== undefined) return import.meta.filename;
  if (import.meta.url !== undefined) return pathOf(import.meta.url);
  if (typeof __filename === 'string') return __filename;
  // A bundle of CommonJS code as an ECMAScript module, which knows neither: the program's main file.
  return mainFile();
}

function mainFile(): string | undefined {
  const [, main] = process.argv;
  return main !== undefined && /^(\/|\w:)/.test(main) ? main : undefined;
}

/** The directory of packages that a file of this package is among, as npm, pnpm and Yarn install it. */
export function packagesOf(file: string): string | undefined {
  // Without a regular expression, which would have to be compiled at every start.
  const path = file.replaceAll('\\', '/');
  const at = path.lastIndexOf(INSIDE);
  return at < 0 || path.includes('/', at + INSIDE.length) ? undefined : file.slice(0, at + '/node_modules'.length);
}
const INSIDE = '/node_modules/superconfig/ts/dist/';

/** The addon below this package, or else beside it, among the packages of a directory. Cost: one look for each place before it. */
export function installedAddon(packages: string): string | undefined {
  const { existsSync } = builtin('node:fs');
  for (const name of platformNames()) {
    for (const place of [`${packages}/superconfig/node_modules`, packages]) {
      const path = `${place}/${addonPath(name)}`;
      if (existsSync(path)) return path;
    }
  }
  return undefined;
}

/** Opens a file as the addon. @throws What the system says of one that it cannot load. */
export function openAddon(path: string): Native {
  const module = { exports: {} as Native };
  process.dlopen(module, path);
  return module.exports;
}

/** What a file of CommonJS exports. */
export function requireFile(path: string): unknown {
  return builtin('node:module').createRequire(path)(path);
}

/** The files that tools which gather those of a program have found. */
export interface AddonFiles {
  /** The directory that they are told from. */
  directory: string;
  /** By the platforms' names. */
  files: Readonly<Record<string, string>>;
}

/** The addons' files as paths that such tools can read, and put others in place of. */
export function addonFiles(): AddonFiles {
  // Tools follow just this: a literal path for `require`, or in a URL. Importing `createRequire`, which some follow too, would
  // lengthen every start.
  if (import.meta.url === undefined) return require('./addon-files/index.js')();
  return (requireFile(pathOf(new URL('./addon-files/index.js', import.meta.url).href)) as () => AddonFiles)();
}
