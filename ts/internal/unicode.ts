// Unpaired surrogates: what a JavaScript string can hold and UTF-8 cannot.
import { SuperConfigError } from './errors.js';

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
  if (at < 0) return;
  const lines = text.slice(0, at).split(/\r\n|[\r\n]/);
  const line = lines.length;
  const column = [...(lines.at(-1) as string)].length + (line === 1 && text.startsWith('\ufeff') ? 0 : 1);
  const code = `\\u${text.charCodeAt(at).toString(16)}`;
  throw new SuperConfigError('ERR_SUPERCONFIG_PARSE', `${source}:${line}:${column}: the text holds ${code}, half of a surrogate pair`, {
    origin: { kind: 'text', source, line, column },
    hint: 'the text was decoded or cut wrongly: a character beyond the basic plane takes both halves',
  });
}
