// Explanations as text: one path with everything that is known of it, or many as a tree.
import type { Explanation } from '../../index.js';
import type { Colours } from './colour.js';
import { ACTION_SIGNS, placeText, schemaText, typeText, valueText } from './explanation.js';
import { wrap } from './table.js';
import { type Terminal, widthOf } from './terminal.js';

/** The column of a value's place, where there is room for it. */
const COLUMN = 46;

/** One path: its value, every layer that contributed, the names that could set it, its schema, and what did not contribute. */
export function explanationText(explanation: Explanation, terminal: Terminal, colours: Colours): string {
  const { path, value, winner, candidates, names, schema, unreached } = explanation;
  const { bold, dim, green } = colours;
  const { dot } = terminal.symbols;
  const shownValue = value === undefined ? '(nothing sets it)' : `= ${valueText(value, terminal)}`;
  const from = [typeText(explanation), winner === null ? '' : `from ${placeText(winner)}`].filter(Boolean).join(` ${dot} `);
  const lines = [besides(`${path === '' ? '(all)' : path} ${shownValue}`, from, terminal, bold, dim)];
  const own = names.filter(({ name }) => name !== winner?.variable);
  const also = own.map(({ name, ambiguous }) => (ambiguous ? `${name} (ambiguous)` : name)).join(', ');
  const values = candidates.map(({ action, value }) => `${ACTION_SIGNS[action]}${valueText(value, terminal, 24)}`);
  const width = Math.max(4, ...values.map(widthOf));
  candidates.forEach((candidate, at) => {
    const isWinner = candidate === winner;
    const text = `${values[at]}${' '.repeat(width - widthOf(values[at] ?? ''))}  ${placeText(candidate)}`;
    if (!isWinner) lines.push(dim(`  ~ ${text}`));
    else lines.push(besides(`    ${text}`, also === '' ? '' : `also ${also}`, terminal, green, dim));
  });
  if (winner === null && also !== '') lines.push(...listed('could be set by', [also], ', ', terminal, dim));
  if (schema !== undefined) lines.push(...listed('schema:', [schemaText(schema, terminal)], ' ', terminal, dim));
  const missed = unreached.map((missed) => `${placeText(missed)} (${missed.reason})`);
  if (missed.length > 0) lines.push(...listed('never reached:', missed, ` ${dot} `, terminal, dim));
  return `${lines.join('\n')}\n`;
}

/** A text, and beside it, or below where there is no room, another. */
function besides(text: string, beside: string, terminal: Terminal, colour: (text: string) => string, dim: (text: string) => string): string {
  if (beside === '') return colour(text);
  const gap = Math.max(2, COLUMN - widthOf(text));
  if (widthOf(text) + gap + widthOf(beside) <= terminal.width) return colour(text) + ' '.repeat(gap) + dim(beside);
  if (widthOf(text) + 2 + widthOf(beside) <= terminal.width) return `${colour(text)}  ${dim(beside)}`;
  return [colour(text), ...wrap(beside, terminal.width - 6).map((line) => `      ${dim(line)}`)].join('\n');
}

/** A list behind its heading, in as many lines as it needs. */
function listed(heading: string, items: readonly string[], separator: string, terminal: Terminal, dim: (text: string) => string): string[] {
  const lines = wrap(`${heading} ${items.join(separator)}`, terminal.width - 4);
  return lines.map((line, at) => dim(`${at === 0 ? '  ' : '    '}${line}`));
}

/** Many paths as a tree, each with its place and how many contributions it overrides. */
export function treeText(explanations: readonly Explanation[], terminal: Terminal, colours: Colours): string {
  const lines: string[] = [];
  let above: string[] = [];
  for (const explanation of explanations) {
    const parts = segmentsOf(explanation.path);
    const key = parts.pop() ?? '';
    let shared = 0;
    while (shared < parts.length && parts[shared] === above[shared]) shared++;
    for (let at = shared; at < parts.length; at++) lines.push(`${'  '.repeat(at)}${parts[at]}`);
    above = parts;
    const { value, winner, candidates } = explanation;
    const shownValue = value === undefined ? '(nothing sets it)' : `= ${valueText(value, terminal, 40)}`;
    const losers = candidates.filter((candidate) => candidate !== winner);
    const over = losers.length === 0 ? '' : ` ~ ${losers.map((loser) => `${valueText(loser.value, terminal, 12)} ${placeText(loser)}`).join(' ~ ')}`;
    const place = winner === null ? (value === undefined ? '' : 'the schema') : placeText(winner);
    const { dim } = colours;
    lines.push(besides(`${'  '.repeat(parts.length)}${key} ${shownValue}`, place + over, terminal, (text) => text, dim));
  }
  return `${lines.join('\n')}\n`;
}

/** The parts of a path for people: keys that hold dots keep their quotes. */
function segmentsOf(path: string): string[] {
  return path.match(/"(?:[^"\\]|\\.)*"|[^.]+/g) ?? [path];
}
