// `superconfig __complete`: what of the configuration could stand at the end of a command line. Silent where there is nothing.
import { findProfiles } from '../../index.js';
import type { CommandSpec } from '../command-spec.js';
import { Context } from '../context.js';
import { optionsOf, parseLine } from '../options.js';
import type { Sink } from '../output/sink.js';
import { Terminal } from '../output/terminal.js';
import { loadUnchecked } from '../selections.js';

const SPEC: CommandSpec = { name: '__complete', help: '', examples: [], shared: { sources: true }, quiet: true };

/** Prints the paths or profiles that begin with a word, one a line: `paths WORD [WORDS BEFORE IT]...`. Nothing of a value is in them. */
export async function complete([kind = '', word = '', ...before]: readonly string[], streams: { stdout: Sink; stderr: Sink }): Promise<number> {
  try {
    const words = await quietly(() => candidates(kind, word, before));
    // A line break would make two of one.
    for (const candidate of words) if (!/[\r\n]/.test(candidate)) streams.stdout.line(candidate);
  } catch {
    // A shell in the middle of a line is no place for errors.
  }
  return 0;
}

/** Runs something whose own output is dropped: a definition may print. */
async function quietly<T>(run: () => Promise<T>): Promise<T> {
  const [out, err] = [process.stdout.write, process.stderr.write];
  process.stdout.write = process.stderr.write = () => true;
  try {
    return await run();
  } finally {
    process.stdout.write = out;
    process.stderr.write = err;
  }
}

async function candidates(kind: string, word: string, before: readonly string[]): Promise<string[]> {
  const line = parseLine(SPEC, sourceFlags(before), new Terminal(process.stdout, process.env));
  const context = new Context(SPEC, line, { stdout: nowhere, stderr: nowhere });
  const { watch: _, name: __, ...options } = (await context.definition()).options;
  if (kind === 'profiles') {
    const [, given = '', rest = word] = /^(.*,)([^,]*)$/.exec(word) ?? [];
    return findProfiles(options)
      .filter((name) => name.startsWith(rest))
      .map((name) => given + name);
  }
  if (kind !== 'paths') return [];
  const config = await loadUnchecked(options);
  const paths = new Set(config.explainAll().flatMap(({ path }) => tablesAbove(path)));
  config.close();
  // As it is, and as the shell would take it.
  const plain = word.replace(/^['"]|\\(?=.)/g, '');
  return [...paths].filter((path) => path.startsWith(word) || path.startsWith(plain));
}

/** A path and those of the tables that it is in. */
function tablesAbove(path: string): string[] {
  const ends = Array.from(path.matchAll(/"(?:[^"\\]|\\.)*"|([.[])/g), ({ 1: separator, index }) => (separator === undefined || index === 0 ? [] : [index]));
  return [...ends.flat().map((end) => path.slice(0, end)), path];
}

/** The flags of sources and profiles among the words before; bash makes three words of `--profile=x`. */
function sourceFlags(before: readonly string[]): string[] {
  const words: string[] = [];
  before.forEach((word, at) => {
    if (words.length > 0 && (word === '=' || before[at - 1] === '=')) words.push(words.pop() + word);
    else words.push(word);
  });
  const end = words.indexOf('--');
  const own = end < 0 ? words : words.slice(0, end);
  const taken = new Map(optionsOf(SPEC).map(({ flags }) => [flags.split(' ')[0] as string, flags.includes(' ')]));
  return own.flatMap((word, at) => {
    const isJoined = word.includes('=');
    const hasValue = taken.get(word.replace(/=.*/s, ''));
    if (hasValue === undefined) return [];
    if (isJoined || !hasValue) return [word];
    const next = own[at + 1];
    // What is not whole yet is left out.
    return next === undefined ? (word === '--dotenv' ? [word] : []) : [word, next];
  });
}

/** A stream that nothing comes out of. */
const nowhere = { stream: process.stdout, write: () => {}, line: () => {}, flush: async () => {} } as unknown as Sink;
