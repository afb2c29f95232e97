// Every piece of code in the documents runs, or at least is what it says that it is, and every link leads somewhere.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import * as superconfig from '../../ts/index.ts';
import { isWindows } from '../support/platform.ts';
import { blocks, documents, links } from './markdown.ts';
import { type Outcome, runExamples } from './run-examples.ts';
import { runShell } from './run-shell.ts';

const root = join(import.meta.dirname, '../..');
const all = documents().flatMap(blocks);
const of = (...languages: string[]) => all.filter(({ language }) => languages.includes(language));

/** The source files below folders, by their paths in the project. */
function sources(folders: string[]): [path: string, text: string][] {
  const files = folders.flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)));
  const own = files.filter((file) => /\.(rs|[mc]?[tj]s)$/.test(file) && !/(^|\/)(dist|target|node_modules)\//.test(file));
  return own.map((file) => [file, readFileSync(join(root, file), 'utf8')]);
}

const PROGRAMS = ['ts', 'js', 'mjs'];
const SHELLS = ['sh'];
const DATA = ['json', 'jsonc', 'json5', 'toml', 'yaml', 'dotenv', 'ini'] as const;
/** Output, drawings, and commands that cannot run here; sessions of docs/cli.md and docs/ci.md run in __test__/cli. */
const SHOWN = ['text', 'console', ''];

test('code says its language', () => {
  const known: string[] = [...PROGRAMS, ...SHELLS, ...DATA, ...SHOWN, 'rust', 'python'];
  expect(all.filter(({ language }) => !known.includes(language)).map(({ place, language }) => `${place}: ${language}`)).toEqual([]);
});

describe('a program', () => {
  const programs = new Map(of(...PROGRAMS).map(({ place, code }) => [place, code]));
  let outcome: Outcome;

  beforeAll(() => {
    // Values alone: a document that names a type imports it, as its readers have to.
    outcome = runExamples(programs, Object.keys(superconfig));
  }, 120_000);

  test.each([...programs.keys()])('%s compiles and does what it says', (place) => {
    expect(outcome.problems.get(place)).toBe(undefined);
    expect(outcome.failures[place]).toBe(undefined);
  });

  test('some programs state their results', () => {
    expect(outcome.checks).toBeGreaterThan(5);
    expect(outcome.problems.get('all')).toBe(undefined);
  });
});

test.for(of(...SHELLS))('$place runs', ({ code }, { skip }) => {
  skip(isWindows, 'the commands are for a shell of Unix');
  expect(runShell(code)).toEqual({ status: 0, stderr: '' });
});

test('a command that does not exist fails', ({ skip }) => {
  skip(isWindows, 'the commands are for a shell of Unix');
  for (const command of ['npm run no-such', 'npx no-such', 'cargo test --test no_such', 'cargo test -p no-such', 'scripts/no-such.sh']) {
    expect(runShell(command).status, command).not.toBe(0);
  }
});

test.each(of(...DATA))('$place is $language', ({ language, code }) => {
  expect(superconfig.parse(code, language as superconfig.Format)).toBeDefined();
});

test('documents with Python in them are where pytest looks', () => {
  const places = of('python').map(({ place }) => place.replace(/:.*/, ''));
  expect(places.filter((document) => document !== 'README.md' && !document.startsWith('docs/'))).toEqual([]);
});

test('documents with Rust in them are among the doctests', () => {
  const engine = readFileSync(join(root, 'crates/superconfig/src/lib.rs'), 'utf8');
  const rust = new Set(of('rust').map(({ place }) => place.replace(/:.*/, '')));
  expect([...rust].filter((document) => !engine.includes(`include_str!("../../../${document}")`))).toEqual([]);
});

test.each(documents())('the links of %s lead somewhere', (document) => {
  expect(links(document).filter((target) => !existsSync(join(root, target)))).toEqual([]);
});

test('the files that ARCHITECTURE.md names exist, and the types of its glossary', () => {
  const page = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
  const [, changes = ''] = /## To change this.*?\n(.*?)\n## /s.exec(page) ?? [];
  const paths = [...changes.matchAll(/`([\w./-]+\/[\w./-]*)`/g)].map(([, path]) => path as string).filter((path) => !path.includes('NAME'));
  expect(paths.length).toBeGreaterThan(25);
  expect(paths.filter((path) => !existsSync(join(root, path)) && !existsSync(join(root, 'crates/superconfig/src', path)))).toEqual([]);

  const [, glossary = ''] = /## Glossary\n(.*?)\n## /s.exec(page) ?? [];
  const types = [...glossary.matchAll(/`([A-Z][a-z]\w*)`/g)].map(([, name]) => name as string);
  expect(types.length).toBeGreaterThan(30);
  const code = sources(['crates', 'ts']).map(([, text]) => text);
  const defined = new Set(code.flatMap((text) => [...text.matchAll(/\b(?:struct|enum|trait|class|type|interface) (\w+)/g)].map(([, name]) => name)));
  expect(types.filter((name) => !defined.has(name))).toEqual([]);
});

test('the header of a source file names its subject, and asks no question', () => {
  const files = sources(['crates', 'ts', '__test__', 'scripts', 'bench', 'examples']);
  const headers = files.map(([path, text]) => `${path}: ${/^(?:#!.*\n)?(?:\/\/!?|\/\*\*) +(.*)/.exec(text)?.[1] ?? ''}`);
  expect(headers.length).toBeGreaterThan(400);
  expect(headers.filter((header) => /: (What|Which|Who|Whom|Whose|Where|When|Why|How|Whether)\b/.test(header))).toEqual([]);
});
