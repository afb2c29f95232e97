// Loads the addon; nothing else in the package imports it.
import { isError, SuperConfigError } from '../internal/errors.js';
import type { Native } from './protocol.js';

/** Requires a module, from whichever module system this runs in. */
export function requireModule(name: string): unknown {
  // One text for both bundles: the one for CommonJS is built with `import.meta.url` undefined. Testing for `require` first would
  // find the one that `node -e` makes global, and importing `createRequire` would take a millisecond of every start.
  return (import.meta.url === undefined ? require : process.getBuiltinModule('node:module').createRequire(import.meta.url))(name);
}

function absolute(path: string): string {
  return import.meta.url === undefined ? `${__dirname}/${path}` : decodeURIComponent(new URL(path, import.meta.url).pathname);
}

/**
 * Opens the addon where installers put it: below the package, or beside it. What is not found here, or does not load, is left to
 * `require`, which searches everywhere and takes as long as the rest of a first load.
 */
function openDirectly(name: string, file: string): Native | undefined {
  for (const above of ['../../node_modules', '../../..']) {
    const module = { exports: {} };
    try {
      process.dlopen(module, absolute(`${above}/@superconfig/${name}/${file}`));
      return module.exports as Native;
    } catch {
      // Reported below, if nothing else is found.
    }
  }
  return undefined;
}

/** The platform's names as the packages carry them, likeliest first. */
function platformNames(): string[] {
  const base = `${process.platform}-${process.arch}`;
  switch (process.platform) {
    case 'linux':
      // Only the one that fits the C library is installed, so the order decides nothing but the time it takes.
      return [`${base}-gnu`, `${base}-musl`];
    case 'win32':
      return [`${base}-msvc`];
    default:
      return [base];
  }
}

function isMissing(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'MODULE_NOT_FOUND';
}

function loadNative(): Native {
  const names = platformNames();
  let broken: unknown;
  for (const name of names) {
    const file = `superconfig.${name}.node`;
    const opened = openDirectly(name, file);
    if (opened !== undefined) return opened;
    // A checkout holds the addon beside the sources: two levels up from ts/engine/ as well as from ts/dist/.
    for (const module of [`@superconfig/${name}`, `../../npm/${name}/${file}`]) {
      try {
        return requireModule(module) as Native;
      } catch (error) {
        if (!isMissing(error)) broken ??= error;
      }
    }
  }
  const wanted = `@superconfig/${names[0]}`;
  const found = isError(broken) ? `an addon that does not load (${broken.message})` : 'no addon';
  throw new SuperConfigError(
    'ERR_SUPERCONFIG_LOAD_NATIVE',
    `found ${found} for ${process.platform} ${process.arch}; needs the package ${wanted}; ` +
      `run \`npm install ${wanted}\`, or install again without \`--omit=optional\``,
    { hint: `npm install ${wanted}`, ...(broken === undefined ? {} : { cause: broken }) },
  );
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
