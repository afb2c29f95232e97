// The error of everything that is used after it was closed.
import { SuperConfigError } from '../internal/errors.js';

/** The error of everything that is used after it was closed. */
export function closedError(what: string): SuperConfigError {
  return new SuperConfigError('ERR_SUPERCONFIG_CLOSED', `the ${what} is closed`);
}
