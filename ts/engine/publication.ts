// The publication of loads, changes and failures on the channels of diagnostics, never with values.
import { isSuperConfigError, type Origin } from '../internal/errors.js';
import { channelOf, type Subject } from './diagnostics.js';
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
