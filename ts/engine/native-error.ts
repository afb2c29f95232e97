// Errors of the addon, which cross as JSON text, as errors of this package.
import { type ErrorDetails, isError, isSuperConfigError, SuperConfigError, type SuperConfigErrorCode } from '../internal/errors.js';
import { captureStack, type Frame, startAt, withStack } from '../internal/stack.js';

/** An error as the addon describes it. */
export interface ErrorReport extends ErrorDetails {
  code: SuperConfigErrorCode;
  /** The sentence alone. */
  message: string;
  /** The sentence with its position, snippet and hint. */
  rendered: string;
}

/** The error that a report describes. */
export function fromReport({ code, rendered, ...details }: ErrorReport): SuperConfigError {
  return new SuperConfigError(code, rendered, details);
}

/** The error for what the addon threw: an `Error` whose message is a report as JSON text. Anything else than an `Error` stays. */
export function fromNative(thrown: unknown): unknown {
  if (!isError(thrown) || isSuperConfigError(thrown)) return thrown;
  try {
    const report = JSON.parse(thrown.message) as ErrorReport;
    if (typeof report.code === 'string') return fromReport(report);
  } catch {
    // It is no report.
  }
  return new SuperConfigError('ERR_SUPERCONFIG_INTERNAL', `the addon failed: ${thrown.message}`, { cause: thrown });
}

/** What a public function throws in place of `thrown`: an error of this package, whose stack begins at the caller of `frame`. */
export function publicError(thrown: unknown, frame: Frame): unknown {
  const error = fromNative(thrown);
  return isSuperConfigError(error) ? startAt(error, frame) : error;
}

/** Runs the body of a public function; the stacks of its errors begin at the caller of `frame`. */
export function guard<R>(frame: Frame, body: () => R): R {
  try {
    return body();
  } catch (thrown) {
    throw publicError(thrown, frame);
  }
}

/** The same for an asynchronous function, whose caller has left the stack when it fails. */
export async function guardAsync<R>(frame: Frame, body: () => Promise<R>): Promise<R> {
  const frames = captureStack(frame);
  try {
    return await body();
  } catch (thrown) {
    const error = fromNative(thrown);
    throw isSuperConfigError(error) ? withStack(error, frames) : error;
  }
}
