// The addon, loaded where package managers install it; `addon-search.ts` has the other places, and what to say where there is none.
import { VERSION } from '../internal/version.js';
import { installedAddon, openAddon, ownFile, packagesOf } from './addon-file.js';
import { searchAddon } from './addon-search.js';
import { OUTDATED } from './outdated.js';
import type { Native } from './protocol.js';

function loadNative(): Native {
  const file = ownFile();
  // The usual case, without a failed try. All others are looked into where they come up.
  const packages = process.env.SUPERCONFIG_ADDON || file === undefined ? undefined : packagesOf(file);
  if (packages !== undefined) {
    const path = installedAddon(packages);
    try {
      const addon = path === undefined ? undefined : openAddon(path);
      if (addon?.version?.() === VERSION) return addon;
    } catch {
      // The search meets it again, and says what is wrong with it.
    }
  }
  return searchAddon(file);
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
  words ??= new Uint32Array(native().generations(process.env.SUPERCONFIG_EXTERNAL_MEMORY === 'off', OUTDATED.buffer));
  return words;
}

/** The index of a configuration's or entry's word among the generation words. */
export function wordIndex(id: number): number {
  return id & 4095;
}
