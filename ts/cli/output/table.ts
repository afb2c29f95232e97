// Tables for people: columns where they fit, else one block for each row.
import { type Terminal, widthOf } from './terminal.js';

/** A cell: its text, and a colour for it. */
export type Cell = string | { text: string; colour: (text: string) => string };

const GAP = '  ';

/** A table as lines, with headings. Columns that are empty in every row are left out. */
export function renderTable(headings: readonly string[], rows: readonly (readonly Cell[])[], terminal: Terminal, heading: (text: string) => string): string {
  const kept = headings.map((_, column) => column).filter((column) => rows.some((row) => textOf(row[column]) !== ''));
  const shown = (cell: Cell | undefined) => terminal.text(textOf(cell)).replace(/\s*\n\s*/g, ' ');
  const widths = kept.map((column) => Math.max(widthOf(headings[column] ?? ''), ...rows.map((row) => widthOf(shown(row[column])))));
  const total = widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length);
  if (total > terminal.width) return renderBlocks(headings, kept, rows, terminal, heading);
  const line = (cells: (Cell | undefined)[], colour?: (text: string) => string) =>
    cells
      .map((cell, at) => {
        const text = shown(cell);
        const padding = at === cells.length - 1 ? '' : ' '.repeat((widths[at] ?? 0) - widthOf(text));
        return (colour ?? colourOf(cell))(text) + padding;
      })
      .join(GAP)
      .trimEnd();
  const head = line(
    kept.map((column) => headings[column]),
    heading,
  );
  return `${[head, ...rows.map((row) => line(kept.map((column) => row[column])))].join('\n')}\n`;
}

/** A block for each row: its first cell, and below it the others beside their headings. */
function renderBlocks(
  headings: readonly string[],
  kept: readonly number[],
  rows: readonly (readonly Cell[])[],
  terminal: Terminal,
  heading: (text: string) => string,
): string {
  const [first, ...others] = kept;
  const label = Math.max(0, ...others.map((column) => widthOf(headings[column] ?? '')));
  const blocks = rows.map((row) => {
    const lines = [colourOf(row[first ?? 0])(terminal.text(textOf(row[first ?? 0])))];
    for (const column of others) {
      const text = terminal.text(textOf(row[column]));
      if (text === '') continue;
      const name = headings[column] ?? '';
      const indent = ' '.repeat(GAP.length + label + GAP.length);
      const parts = wrap(text, terminal.width - indent.length).map(colourOf(row[column]));
      lines.push(GAP + heading(name) + ' '.repeat(label - widthOf(name)) + GAP + parts.join(`\n${indent}`));
    }
    return lines.join('\n');
  });
  return `${blocks.join('\n')}\n`;
}

/** A text in lines of at most a width, broken at spaces; a longer word stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
        lines.push(line);
        line = word;
      } else {
        line = line === '' ? word : `${line} ${word}`;
      }
    }
    lines.push(line);
  }
  return lines;
}

function textOf(cell: Cell | undefined): string {
  return typeof cell === 'object' ? cell.text : (cell ?? '');
}

function colourOf(cell: Cell | undefined): (text: string) => string {
  return typeof cell === 'object' ? cell.colour : (text) => text;
}
