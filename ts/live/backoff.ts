// The time between tries, with full jitter, so that many processes do not come back at once.

/** The bounds of the time between tries, in milliseconds. */
export interface BackoffOptions {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** The time before try number `tries`, from 0: anything up to what doubles with each. */
export function backoffMs(tries: number, { firstMs, longestMs }: BackoffOptions, random: () => number): number {
  return Math.round(random() * Math.min(longestMs, firstMs * 2 ** Math.min(tries, 30)));
}
