// Colours, where an output can show them.
import pico from 'picocolors';
import type { TerminalStream, Variables } from './terminal.js';

/** Functions that colour a text, or leave it alone. */
export type Colours = ReturnType<typeof pico.createColors>;

/** The colours for an output. `NO_COLOR` has the last word; `FORCE_COLOR` asks for them where there is no terminal. */
export function coloursFor(stream: TerminalStream, env: Variables, isOff: boolean): Colours {
  return pico.createColors(hasColours(stream, env, isOff));
}

function hasColours(stream: TerminalStream, env: Variables, isOff: boolean): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = env;
  if (isOff || (NO_COLOR !== undefined && NO_COLOR !== '')) return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return stream.isTTY === true && TERM !== 'dumb';
}
