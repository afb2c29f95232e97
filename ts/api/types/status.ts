// The condition of a configuration.
import { type ErrorReport, fromReport } from '../../engine/native-error.js';
import type { SuperConfigError } from '../../internal/errors.js';

/**
 * One file or directory that is watched, whether it exists or not.
 *
 * @example
 * ```ts
 * const watched: Watching[] = SuperConfig.builder().file('app.toml').watch().loadSync().status.watching;
 * watched.length > 0; // true
 * ```
 */
export interface Watching {
  /** The file or directory. */
  path: string;
  /** `native`: the system notifies of changes, and nothing runs until then; `polling`: it is checked at intervals. */
  mode: 'native' | 'polling';
  /** Why it is polled. */
  reason?: string;
}

/**
 * The condition of a configuration: its version, what is watched, and how the last reload went.
 *
 * @example
 * ```ts
 * const { lastReload, staleSince }: Status = config.status;
 * [lastReload <= new Date(), staleSince]; // [true, undefined]
 * ```
 */
export interface Status {
  /** The version in use. */
  version: number;
  /** The profiles, in the order in which they applied. */
  profiles: string[];
  /** What is watched; empty without `watch()`. */
  watching: Watching[];
  /** When a load or reload last succeeded, whether it changed anything or not. */
  lastReload: Date;
  /** Why the last reload failed, or a source in it; absent after one that succeeded. */
  lastError?: SuperConfigError;
  /** Since when reloads, or sources, have been failing, so that what is in use is older than its files. */
  staleSince?: Date;
}

/** A status as the addon describes it. */
export interface StatusReport extends Pick<Status, 'version' | 'profiles' | 'watching'> {
  lastReload: number;
  lastError?: ErrorReport;
  staleSince?: number;
}

/** The status that a report describes. */
export function toStatus({ lastReload, lastError, staleSince, ...rest }: StatusReport): Status {
  const status: Status = { ...rest, lastReload: new Date(lastReload) };
  if (lastError !== undefined) status.lastError = fromReport(lastError);
  if (staleSince !== undefined) status.staleSince = new Date(staleSince);
  return status;
}
