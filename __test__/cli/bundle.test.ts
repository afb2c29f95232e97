// The bundle of the command line: its size, and that a command is loaded only when it is asked for.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../ts/cli/commands.ts';
import { BIN } from '../support/cli.ts';

const folder = dirname(BIN);
const KIB = 1024;
const codeOf = (name: string) => readFileSync(join(folder, name), 'utf8');

/** The files that a file imports when it is loaded. */
function importsOf(name: string): string[] {
  return Array.from(codeOf(name).matchAll(/(?:\bfrom|\bimport)"\.\/([\w-]+\.js)"/g), ([, file]) => file as string);
}

/** A file and all that is loaded with it. */
function closureOf(name: string, known = new Set<string>()): Set<string> {
  if (known.has(name)) return known;
  known.add(name);
  for (const file of importsOf(name)) closureOf(file, known);
  return known;
}

const sizeOf = (names: Iterable<string>) => Array.from(names).reduce((sum, name) => sum + codeOf(name).length, 0);
const entryOf = (command: string) => readdirSync(folder).filter((name) => new RegExp(`^${command}-[A-Z0-9]{8}\\.js$`).test(name));

test('the start is small, and without the reader of flags and the library', () => {
  const start = closureOf('main.js');
  expect(sizeOf(start)).toBeLessThan(14 * KIB);
  for (const name of start) expect(codeOf(name)).not.toMatch(/commander|"\.\.\/index\.js"/);
});

// Not as the coverage has it, which reads it as it was written.
test.skipIf(process.env.NODE_V8_COVERAGE !== undefined)('the whole is small', () => expect(sizeOf(readdirSync(folder))).toBeLessThan(256 * KIB));

test.each(COMMANDS.map(({ name }) => name))('%s is a file of its own, which is loaded for it alone', (name) => {
  const [entry, ...others] = entryOf(name);
  expect([entry, others]).toEqual([expect.any(String), []]);
  for (const other of COMMANDS) {
    for (const file of other.name === name ? ['main.js'] : entryOf(other.name)) expect(closureOf(file)).not.toContain(entry);
  }
  // What only one report, shell or format needs is loaded later still.
  expect(sizeOf([entry as string])).toBeLessThan(24 * KIB);
});
