// Unpaired surrogates: what a JavaScript string can hold and UTF-8 cannot.
import { documentError } from './document-error.js';

/** The index of the first unpaired surrogate in a string; -1 for none. Cost: one pass. */
export function unpairedSurrogate(text: string): number {
  // The search compiles a large pattern, which few processes need.
  return text.isWellFormed() ? -1 : text.search(/\p{Surrogate}/u);
}

/**
 * Refuses a document that would silently change on its way to UTF-8.
 *
 * @throws `ERR_SUPERCONFIG_PARSE` with the position.
 */
export function checkDocument(text: string, source: string): void {
  const at = unpairedSurrogate(text);
  if (at >= 0) throw documentError(text, at, source);
}
