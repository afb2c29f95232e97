// Names of options, checked against those that there are.
import { objectOf, optionError } from '../internal/validate.js';
import { native } from './addon.js';

/** Checks that an object has no other names than the known ones. @throws `ERR_SUPERCONFIG_OPTION` with the closest known name. */
export function checkNames(given: unknown, known: readonly string[], what: string): void {
  const unknown = Object.keys(objectOf(given, what)).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const closest = native().closestName(unknown, [...known]);
  throw optionError(`\`${unknown}\` is not one of ${what}`, closest == null ? `they are ${known.join(', ')}` : `did you mean \`${closest}\`?`);
}
