// The terminal that an output goes to: its width and its character set.

/** What a stream tells about the terminal behind it. */
export interface TerminalStream {
  isTTY?: boolean;
  columns?: number;
}

/** The variables of an environment. */
export type Variables = Readonly<Record<string, string | undefined>>;

const UNICODE_SYMBOLS = { dot: '·', dash: '–', ellipsis: '…', arrow: '→' };
const ASCII_SYMBOLS: typeof UNICODE_SYMBOLS = { dot: '-', dash: '-', ellipsis: '...', arrow: '->' };

/** Width and character set of an output. */
export class Terminal {
  /** Columns; infinite where nothing says how many, as for a pipe. */
  readonly width: number;
  /** Whether it shows more than ASCII. */
  readonly isUnicode: boolean;
  /** Whether a person looks at it. */
  readonly isInteractive: boolean;
  readonly symbols: typeof UNICODE_SYMBOLS;

  constructor(stream: TerminalStream, env: Variables) {
    const columns = Number(env.COLUMNS);
    this.isInteractive = stream.isTTY === true;
    this.width = Number.isInteger(columns) && columns > 0 ? columns : (stream.columns ?? Number.POSITIVE_INFINITY);
    this.isUnicode = isUnicode(env);
    this.symbols = this.isUnicode ? UNICODE_SYMBOLS : ASCII_SYMBOLS;
  }

  /** A text for people in the characters that the terminal has; what could move the cursor, or turn the text, is spelled out. */
  text(text: string): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about; tabs, line ends and the colours of this program stay.
    const visible = text.replace(/[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\x1b(?!\[(?:[0-4]|2[2-4]|[39]\d)m)/g, spellOut);
    return this.isUnicode ? visible : toAscii(visible);
  }
}

/** The same text in ASCII: punctuation as it is typed, anything else as its number. */
export function toAscii(text: string): string {
  return text.replace(/[^\0-\x7f]/gu, (character) => PUNCTUATION[character] ?? spellOut(character));
}

const PUNCTUATION: Readonly<Record<string, string>> = { '·': '-', '–': '-', '—': '-', '…': '...', '→': '->', '‘': "'", '’': "'", '“': '"', '”': '"' };

function spellOut(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}

/** Whether the locale is one of UTF-8; without any it is C, but on systems that do not use these variables. */
function isUnicode({ LC_ALL, LC_CTYPE, LANG }: Variables): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG;
  if (!locale) return process.platform === 'win32' || process.platform === 'darwin';
  return /utf-?8/i.test(locale);
}

/** Columns that a text takes: none for combining marks and colours, two for wide characters. */
export function widthOf(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what colours begin with.
  const plain = text.replace(/\x1b\[[0-9;]*m/g, '');
  if (/^[\x20-\x7e]*$/.test(plain)) return plain.length;
  let width = 0;
  for (const character of plain) {
    if (/\p{Mark}|\u200d|\ufe0f/u.test(character)) continue;
    width += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(character) ? 2 : 1;
  }
  return width;
}
