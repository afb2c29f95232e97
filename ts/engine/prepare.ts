// A version made on this thread, by one call of the addon.
import { native } from './addon.js';
import { PINNED } from './attachment.js';

/** Prepares a version, and publishes it where nothing here has a part in it: gives what `prepare` of the addon gives. */
export function prepare(request: string | undefined, environment: string | undefined, attachment?: number): number | string {
  return native().prepare(request, environment, attachment, PINNED);
}
