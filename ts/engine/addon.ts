// The only importer of the addon. Reads are synchronous; loads and reloads are either.
import { isError, SuperConfigError } from '../internal/errors.js';
import { unpairedSurrogate } from '../internal/unicode.js';
import type { NativeTree } from './codec.js';

/** What the addon gives for a value: scalars as they are, trees as text. */
export type NativeValue = undefined | null | boolean | number | bigint | string | NativeTree;

/** `[attachment, configId, generation, version]` */
export type Attached = [attachment: number, configId: number, generation: number, version: number];

/** One version of a configuration, kept by whoever holds this. */
export type Version = object & { readonly '': unique symbol };

/** What `describe` can tell; the answer is JSON text. */
export type Described = 'layers' | 'warnings' | 'status' | 'name' | 'token';

/** The functions of the addon. Each may throw an `Error` whose message is a report in JSON text. */
export interface Native {
  /** 4096 words, shared by the whole process: the word of a configuration stands at its id modulo 4096. */
  generations(copied: boolean): ArrayBuffer;
  /** Whether this is the thread that the process began with; `false` where that cannot be told. */
  onInitialThread(): boolean;
  load(options: string, environment?: string): Attached;
  loadAsync(options: string, environment?: string): Promise<Attached>;
  attach(nameOrToken: string): Attached;
  /** Moves the attachment to the newest version: `[generation, version]`. */
  sync(attachment: number): [generation: number, version: number];
  read(attachment: number, path: string, segments: boolean): NativeValue;
  /** An `Explanation`. */
  explain(attachment: number, path: string, segments: boolean): NativeValue;
  /** All values with secrets redacted. */
  redacted(attachment: number): NativeValue;
  describe(attachment: number, what: Described): string;
  /** The name that may be meant by one that nobody knows. */
  nearestName(wanted: string, names: string[]): string | null | undefined;
  nearest(attachment: number, path: string, segments: boolean): string | undefined | null;
  render(attachment: number, format: string, secrets: boolean): string;
  /** `supplied`: what custom sources gave, `{ "<place among the sources>": { value, specials? } | { error: text } }` as JSON text. */
  reload(attachment: number, environment: string | undefined, supplied: string | undefined, background: boolean): string;
  reloadAsync(attachment: number, environment: string | undefined, supplied: string | undefined, background: boolean): Promise<string>;
  /** What custom sources are told of a load: `{ cwd, home?, profiles }` as JSON text. */
  sourceContext(options: string, environment?: string): string;
  /** Reads and merges without publishing: a number for `pendingValue`, then `commitLoad`, `refuse` or `discard`. */
  prepare(options: string, environment?: string): number;
  prepareAsync(options: string, environment?: string): Promise<number>;
  /** The same for the next version; `commitReload` publishes it. */
  prepareReload(attachment: number, environment: string | undefined, supplied: string | undefined, background: boolean): number;
  prepareReloadAsync(attachment: number, environment: string | undefined, supplied: string | undefined, background: boolean): Promise<number>;
  pendingValue(pending: number): NativeValue;
  /** `output`: what a schema gave, `{ value, specials? }` as JSON text; readers see it in place of the merged values. */
  commitLoad(pending: number, output?: string): Attached;
  commitReload(pending: number, output?: string): string;
  /** Forgets it and throws `VALIDATION`; the issues are `[{ path: segments, message, expected?, found?, unknown?, known? }]` as JSON text. */
  refuse(pending: number, issues: string): never;
  discard(pending: number): void;
  close(attachment: number): void;
  /** Calls back when there is something for `takeEvents` to tell; keeps neither the process nor the thread alive. */
  subscribe(attachment: number, callback: () => void): void;
  unsubscribe(attachment: number): void;
  /** What happened since the last call, as JSON text, with the version that was told of last and the newest. */
  takeEvents(attachment: number): [report: string, previous?: Version | null, current?: Version | null] | null | undefined;
  versionRead(version: Version, path: string, segments: boolean): NativeValue;
  /** With secrets redacted. */
  versionRedacted(version: Version, path: string, segments: boolean): NativeValue;
  /** The paths that differ at or below one, as JSON text. */
  versionChanges(previous: Version, current: Version, path: string, segments: boolean): string;
  registryInsert(value: string, name?: string, ttlMilliseconds?: number): [reference: number, id: number];
  registryFind(name: string): [reference: number, id: number];
  registryRelease(reference: number): void;
  registryGet(id: number): NativeValue;
  registryUpdate(id: number, value: string): void;
  registryRemove(id: number): boolean;
  registryHas(id: number): boolean;
  registryStats(): string;
  registryMetrics(): string;
  parse(text: string, format: string): NativeValue;
}

// One text for both bundles: the one for CommonJS is built with `import.meta.url` undefined. Asking for `require` first would
// find the one that `node -e` makes global, and importing `createRequire` would take a millisecond of every start.
function requireFrom(place: string): unknown {
  return (import.meta.url === undefined ? require : process.getBuiltinModule('node:module').createRequire(import.meta.url))(place);
}

function pathOf(place: string): string {
  return import.meta.url === undefined ? `${__dirname}/${place}` : decodeURIComponent(new URL(place, import.meta.url).pathname);
}

/**
 * Opens the addon where installers put it: below the package, or beside it. What is not found here, or does not load, is left to
 * `require`, which knows all places and takes as long as the rest of a first load.
 */
function openDirectly(name: string, file: string): Native | undefined {
  for (const above of ['../../node_modules', '../../..']) {
    const module = { exports: {} };
    try {
      process.dlopen(module, pathOf(`${above}/@superconfig/${name}/${file}`));
      return module.exports as Native;
    } catch {
      // It is told of below, if nothing else is found.
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
    for (const place of [`@superconfig/${name}`, `../../npm/${name}/${file}`]) {
      try {
        return requireFrom(place) as Native;
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

let mainThread: boolean | undefined;

/** A worker never runs on the thread that its process began with. Only elsewhere is Node asked, whose answer takes 3 ms to load. */
function isMainThread(): boolean {
  mainThread ??= native().onInitialThread() || (requireFrom('node:worker_threads') as typeof import('node:worker_threads')).isMainThread;
  return mainThread;
}

/**
 * The environment as JSON text, or `undefined` where the addon reads the process's own. A worker's `process.env` is a copy of
 * its own that only JavaScript can see.
 */
export function captureEnvironment(given?: Readonly<Record<string, string | undefined>>): string | undefined {
  if (given !== undefined) {
    for (const [name, value] of Object.entries(given)) {
      if (unpairedSurrogate(name) >= 0 || (typeof value === 'string' && unpairedSurrogate(value) >= 0)) {
        throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `the environment's ${name} holds half of a surrogate pair`);
      }
    }
    return JSON.stringify(given);
  }
  return isMainThread() ? undefined : JSON.stringify({ ...process.env });
}
