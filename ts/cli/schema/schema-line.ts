// The line of a file by which editors find its schema.
import type { Format } from '../../index.js';

/** The text with the line that names its schema, in the place of one that it has; `undefined` where its format has none. */
export function withSchemaLine(text: string, format: Format, reference: string): string | undefined {
  const [mark, body] = text.startsWith('\ufeff') ? ['\ufeff', text.slice(1)] : ['', text];
  const written = lineIn(body, format, reference);
  return written === undefined ? undefined : mark + written;
}

function lineIn(body: string, format: Format, reference: string): string | undefined {
  switch (format) {
    case 'yaml':
      return withComment(body, /^#\s*yaml-language-server:\s*\$schema=/, `# yaml-language-server: $schema=${reference}`);
    case 'toml':
      return withComment(body, /^#:schema(?:\s|$)/, `#:schema ${reference}`);
    case 'json':
    case 'jsonc':
    case 'json5':
      return withMember(body, JSON.stringify(reference));
    default:
      return undefined;
  }
}

/** With a comment as the first line, or in the place of one among the lines before the first value. */
function withComment(body: string, known: RegExp, comment: string): string {
  const lines = body.split('\n');
  const end = lines.findIndex((line) => !/^\s*(?:[#%][\s\S]*|---\s*)?$/.test(line));
  const at = lines.slice(0, end < 0 ? lines.length : end).findIndex((line) => known.test(line));
  if (at < 0) return `${comment}${lineEndOf(body)}${body}`;
  lines[at] = comment + (lines[at]?.endsWith('\r') ? '\r' : '');
  return lines.join('\n');
}

const lineEndOf = (text: string) => /\r?\n/.exec(text)?.[0] ?? '\n';

/** White space and comments, a string, a name or number, or a character. */
const TOKEN = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+|"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|[^\s"',:[\]{}/]+|[\s\S]/g;

/** With a member `$schema` first in the object, or in the place of one that is there; `undefined` for what is no object. */
function withMember(body: string, value: string): string | undefined {
  let depth = 0;
  let start = 0;
  let key: string | undefined;
  for (const { 0: token, index } of body.matchAll(TOKEN)) {
    if (/^(?:\s|\/\/|\/\*)/.test(token)) continue;
    if (depth === 0) {
      if (token !== '{') return undefined;
      start = index + 1;
    } else if (depth === 1 && key === '$schema:') {
      return body.slice(0, index) + value + body.slice(index + token.length);
    }
    if ('{['.includes(token)) depth += 1;
    else if ('}]'.includes(token)) depth -= 1;
    if (depth === 0) break;
    if (depth === 1) key = token === ':' ? `${key}:` : token.replace(/^(["'])([\s\S]*)\1$/, '$2');
  }
  if (depth !== 0 || start === 0) return undefined;
  const rest = body.slice(start);
  const isEmpty = /^(?:\s|\/\/[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*\}/.test(rest);
  const indent = /^[^\S\n]*(?:\/\/[^\n]*)?\r?\n([ \t]*)/.exec(rest)?.[1];
  const member = `"$schema": ${value}${isEmpty ? '' : ','}`;
  if (indent === undefined) return `${body.slice(0, start)}${isEmpty ? ` ${member} ` : ` ${member}`}${isEmpty || /^\s/.test(rest) ? rest : ` ${rest}`}`;
  const end = lineEndOf(body);
  return `${body.slice(0, start)}${end}${indent === '' && isEmpty ? '  ' : indent}${member}${rest}`;
}
