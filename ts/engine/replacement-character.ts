// Variables that show U+FFFD: whether they were given it, or are bytes that Node could not decode.
import { builtin } from './builtin.js';

/**
 * Whether Node could decode a variable, which is text then. Of one with U+FFFD, whether it was given that, as far as the system can tell:
 * its bytes say so, or it was set since the process began.
 */
export function isDecoded(name: string, value: string): boolean {
  const text = `${name}=${value}`;
  if (!text.isWellFormed() || !text.includes('\ufffd')) return text.isWellFormed();
  initial ??= readInitial();
  return initial !== undefined && initial.get(text) !== false;
}

/** The variables with U+FFFD that the process began with, and whether their bytes are UTF-8; nothing where the system does not tell. */
let initial: ReadonlyMap<string, boolean> | undefined;

function readInitial(): ReadonlyMap<string, boolean> | undefined {
  try {
    const { readFileSync } = builtin('node:fs');
    const { isUtf8 } = builtin('node:buffer');
    const bytes = readFileSync('/proc/self/environ');
    const variables = new Map<string, boolean>();
    for (let start = 0; start < bytes.length; ) {
      const end = bytes.indexOf(0, start);
      const variable = bytes.subarray(start, end < 0 ? bytes.length : end);
      const text = variable.toString();
      if (text.includes('\ufffd')) variables.set(text, isUtf8(variable) || variables.get(text) === true);
      start += variable.length + 1;
    }
    return variables;
  } catch {
    return undefined;
  }
}
