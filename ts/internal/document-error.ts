// The error of a document that holds half of a surrogate pair.
import { SuperConfigError } from './errors.js';

/** The error of a document with half of a surrogate pair at an index. */
export function documentError(text: string, at: number, source: string): SuperConfigError {
  const lines = text.slice(0, at).split(/\r\n|[\r\n]/);
  const line = lines.length;
  const column = [...(lines.at(-1) as string)].length + (line === 1 && text.startsWith('\ufeff') ? 0 : 1);
  const code = `\\u${text.charCodeAt(at).toString(16)}`;
  return new SuperConfigError('ERR_SUPERCONFIG_PARSE', `${source}:${line}:${column}: the text holds ${code}, half of a surrogate pair`, {
    origin: { kind: 'text', source, line, column },
    hint: 'the text was decoded or cut wrongly: a character beyond the basic plane takes both halves',
  });
}
