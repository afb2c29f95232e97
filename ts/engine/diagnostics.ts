// The channels of `node:diagnostics_channel` on which loads, changes and failures are published, never with values.
import type { Channel } from 'node:diagnostics_channel';
import type { Origin } from '../internal/errors.js';
import { isSuperConfigError } from '../internal/errors.js';
import { builtin } from './builtin.js';
import { fromNative } from './native-error.js';

/** What is published. */
interface Diagnostic {
  /** The configuration's name, where it has one. */
  readonly name?: string | undefined;
  readonly version?: number | undefined;
  /** The paths that changed. */
  readonly changed?: readonly string[] | undefined;
  readonly durationMs?: number | undefined;
  readonly error?: { readonly code: string; readonly path?: string | undefined; readonly origin?: Origin | undefined } | undefined;
}

type Subject = 'load' | 'change' | 'error';

let channels: Readonly<Record<Subject, Channel>> | undefined;

function channelOf(subject: Subject): Channel {
  if (channels === undefined) {
    const { channel } = builtin('node:diagnostics_channel');
    channels = { load: channel('superconfig:load'), change: channel('superconfig:change'), error: channel('superconfig:error') };
  }
  return channels[subject];
}

/** Whether anybody listens. Costs a property. */
export function isObserved(subject: Subject): boolean {
  return channelOf(subject).hasSubscribers;
}

/** Publishes what `describe` describes, where anybody listens. */
export function publish(subject: Subject, describe: () => Diagnostic): void {
  const channel = channelOf(subject);
  if (channel.hasSubscribers) channel.publish(describe());
}

/** Publishes a failure: its code, path and origin. */
export function publishFailure(thrown: unknown, describe: () => Diagnostic): void {
  publish('error', () => {
    const error = fromNative(thrown);
    if (!isSuperConfigError(error)) return { ...describe(), error: { code: 'ERR_SUPERCONFIG_INTERNAL' } };
    const { code, path, origin } = error;
    return { ...describe(), error: { code, ...(path !== undefined && { path }), ...(origin !== undefined && { origin }) } };
  });
}
