// The result of a reload.

/**
 * The outcome of a reload.
 *
 * @example
 * ```ts
 * const { version, changed }: ReloadResult = config.reloadSync();
 * [version, changed]; // [1, []]
 * ```
 */
export interface ReloadResult {
  /** The version after it. */
  version: number;
  /** The leaves that were set, changed or removed, sorted; empty when nothing changed. */
  changed: string[];
}

/** What the addon gives for a reload: the result as JSON text, or the version alone where nothing changed. */
export function toReloadResult(reloaded: number | string): ReloadResult {
  return typeof reloaded === 'number' ? { version: reloaded, changed: [] } : (JSON.parse(reloaded) as ReloadResult);
}
