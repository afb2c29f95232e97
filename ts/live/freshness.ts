// A check for health probes: whether the sources of a configuration were confirmed recently.
import type { SuperConfig } from '../index.js';

/**
 * The age up to which a source counts as recent.
 *
 * @example
 * ```ts
 * import type { Freshness } from 'superconfig/live';
 *
 * const freshness: Freshness = { maxStaleMs: 60_000 };
 * ```
 */
export interface Freshness {
  /** How long ago each source may have been confirmed last, in milliseconds. */
  maxStaleMs: number;
}

/**
 * Tells whether every custom source is live or was confirmed recently. The library itself never throws configuration away: what is old stays in use, and a
 * health probe decides.
 *
 * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
 * @example
 * ```ts
 * import { isFresh } from 'superconfig/live';
 *
 * const config = loadConfigSync({ sources: [source({ name: 'rooms', load: () => ({ rooms: 12 }) })] });
 * isFresh(config, { maxStaleMs: 60_000 }); // true
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: of whatever type.
export function isFresh(config: SuperConfig<any>, { maxStaleMs }: Freshness): boolean {
  const now = Date.now();
  return config.status.sources.every(({ state, lastConfirmed }) => state === 'live' || now - lastConfirmed.getTime() <= maxStaleMs);
}
