// A check for health probes: whether the sources of a configuration were confirmed recently.
import type { SuperConfig } from '../index.js';
import { monotonicMs } from './follower.js';

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
  /** The most time since each source was confirmed last, in milliseconds. */
  maxStaleMs: number;
}

/**
 * Returns whether every custom source is live or was confirmed recently. The library itself never discards configuration: what is old
 * stays in use, and a health probe decides.
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
  const now = monotonicMs();
  const before = seen.get(config);
  const { sources } = config.status;
  const ages = sources.map(({ lastConfirmed }, at): Seen => {
    const known = before?.[at];
    // A time to come is of a clock that was set back: by how much, it was at least that.
    return known?.[0] === +lastConfirmed ? known : [+lastConfirmed, now - Math.abs(Date.now() - +lastConfirmed)];
  });
  seen.set(config, ages);
  return sources.every(({ state }, at) => state === 'live' || now - (ages[at] as Seen)[1] <= maxStaleMs);
}

/** When a source was confirmed last, by the clock and by a time that only grows: the clock is read once for each confirmation. */
type Seen = readonly [clock: number, monotonic: number];
const seen = new WeakMap<object, readonly Seen[]>();
