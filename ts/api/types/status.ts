// The condition of a configuration.
import type { SourceReport } from '../../engine/custom-source.js';
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
  /** Why it is polled, or what keeps it from being read. */
  reason?: string;
}

/**
 * The state of a custom source.
 *
 * @example
 * ```ts
 * const remote = source({ name: 'remote', load: () => ({ search: true }) });
 * const [status]: SourceStatus[] = loadConfigSync({ sources: [remote] }).status.sources;
 * [status?.name, status?.state]; // ['remote', 'live']
 * ```
 */
export interface SourceStatus {
  /** The source's name. */
  name: string;
  /** Its own report, or the state that its last answer shows; see {@link SourceReport}. */
  state: SourceReport['state'];
  /** The revision of its values, where it reports one. */
  revision?: string;
  /** Since when it has been in this state. */
  since: Date;
  /** When it last answered, or reported that what is in use is what it has. */
  lastConfirmed: Date;
  /** The server that it reads from, as it reports. */
  endpoint?: string;
  /** The number of interruptions after which it resumed without reading everything again, as it reports. */
  resumes?: number;
  /** The number of times that it read everything again, as it reports. */
  relists?: number;
  /** Why it failed last; absent once it has answered, or reported that it is live. */
  lastError?: SuperConfigError;
}

/**
 * The durations of the stages of the last load or reload that succeeded, in milliseconds.
 *
 * @example
 * ```ts
 * const timings: Timings = config.status.timings;
 * timings.read + timings.parse + timings.merge < 60_000; // true
 * ```
 */
export interface Timings {
  /** Finding and reading files and variables, without parsing; calls of custom sources come before it. */
  read: number;
  /** Parsing files and texts. */
  parse: number;
  /** Merging the layers and resolving references, derived layers included. */
  merge: number;
  /** From then until publishing, in which the values are checked; an asynchronous load may wait for its thread in it. */
  validate: number;
  /** Comparing with the version before, publishing and notifying. */
  publish: number;
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
  /** A digest of the leaves that are not secret: equal in replicas that have loaded the same. */
  fingerprint: string;
  /** A digest of the secret leaves, with the key that the builder was given, else with one that only this process has. */
  secretsFingerprint: string;
  /** The profiles, in the order in which they applied. */
  profiles: string[];
  /** The watched files and directories; empty without `watch()`. */
  watching: Watching[];
  /** The custom sources, in their order. */
  sources: SourceStatus[];
  /** When a load or reload last succeeded, whether it changed anything or not. */
  lastReload: Date;
  /** The durations of the stages of the last load or reload that succeeded, in milliseconds. */
  timings: Timings;
  /** Why the last reload failed, or a source in it; absent after one that succeeded. */
  lastError?: SuperConfigError;
  /** Since when reloads, or sources, have been failing or not coming back, so that what is in use is older than its files. */
  staleSince?: Date;
}

/** The status of a source as the addon describes it. */
export interface SourceStatusReport extends Omit<SourceStatus, 'since' | 'lastConfirmed' | 'lastError'> {
  since: number;
  lastConfirmed: number;
  lastError?: ErrorReport;
}

/** A status as the addon describes it. */
export interface StatusReport extends Pick<Status, 'version' | 'fingerprint' | 'secretsFingerprint' | 'profiles' | 'watching' | 'timings'> {
  sources: SourceStatusReport[];
  lastReload: number;
  lastError?: ErrorReport;
  staleSince?: number;
}

/** The status that a report describes. */
export function toStatus({ lastReload, lastError, staleSince, sources, ...rest }: StatusReport): Status {
  const status: Status = { ...rest, sources: sources.map(toSourceStatus), lastReload: new Date(lastReload) };
  if (lastError !== undefined) status.lastError = fromReport(lastError);
  if (staleSince !== undefined) status.staleSince = new Date(staleSince);
  return status;
}

/** The status of a source that a report describes. */
export function toSourceStatus({ since, lastConfirmed, lastError, ...rest }: SourceStatusReport): SourceStatus {
  const status: SourceStatus = { ...rest, since: new Date(since), lastConfirmed: new Date(lastConfirmed) };
  if (lastError !== undefined) status.lastError = fromReport(lastError);
  return status;
}
