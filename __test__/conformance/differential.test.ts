// Holds every format to what Node users read it with today, on generated and on real texts. What differs on purpose is
// named here and in LIMITATIONS.md; everything else that differs is a bug.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import * as dotenv from 'dotenv';
import { expand } from 'dotenv-expand';
import fc from 'fast-check';
import ini from 'ini';
import { CORE_SCHEMA, dump, load } from 'js-yaml';
import JSON5 from 'json5';
import * as jsonc from 'jsonc-parser';
import * as smolToml from 'smol-toml';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import * as yaml from 'yaml';
import type { Format } from '../../ts/api/sources.ts';
import { comparable, type Outcome, outcome, own } from './outcome.ts';

const root = join(import.meta.dirname, '../..');
const RUNS = { numRuns: 2000, seed: 20_261_123 };

/** Texts of tokens in any order: most are wrong, and a good part of them nearly right. */
const soup = (tokens: readonly string[], most = 9) => fc.array(fc.constantFrom(...tokens), { maxLength: most, size: 'max' }).map((words) => words.join(''));

const value = (outcome: Outcome) => ('value' in outcome ? { value: comparable(outcome.value) } : 'refused');

/** Checks that both accept a text and give the same, or that both refuse it. */
function agree(text: string, format: Format, reference: (text: string) => unknown): void {
  expect(value(own(text, format)), JSON.stringify(text)).toEqual(value(outcome(() => reference(text))));
}

/** Checks a valid text. */
function gives(text: string, format: Format, expected: unknown): void {
  expect(value(own(text, format)), JSON.stringify(text)).toEqual({ value: comparable(expected) });
}

/** Whether this runtime reads a key that is one escaped character as a backslash, once a backslash was a key (nodejs/node#63785). */
const mistakesKeys = (() => {
  JSON.parse(String.raw`{"a":[],"\\":0}`);
  return !('"' in JSON.parse(String.raw`{"a":0,"\"":0}`));
})();

const key = fc
  .oneof(
    fc.constantFrom(
      'a',
      'b',
      'host',
      'maxConn',
      'a.b',
      'a b',
      '',
      '0',
      'é',
      '😀',
      '#',
      'null',
      'true',
      '<<',
      '- x',
      'a: b',
      "it's",
      '"',
      '\\',
      '[x]',
      '=',
      'y',
      'no',
      '~',
      '1.5',
      '\n',
    ),
    fc.string({ unit: 'grapheme', maxLength: 8 }),
  )
  .filter((name) => name !== '__proto__' && !/\p{Surrogate}/u.test(name))
  .filter((name) => !(mistakesKeys && /^["\\\p{Control}]$/u.test(name)));
const text = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    'yes',
    'no',
    'null',
    '~',
    'true',
    '1',
    '007',
    '0x1F',
    '1e3',
    '.inf',
    '- a',
    'a: b',
    '# c',
    "'",
    '"',
    '\\',
    'a\nb',
    'a\n',
    '\n',
    '\ta',
    ' a ',
    '|',
    '>',
    '%',
    '@',
    '`',
    '2001-01-01',
    '{',
    '[',
    '$A',
    'a\r\nb',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }).filter((words) => !/\p{Surrogate}/u.test(words)),
);
const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, 1, -1, 0.1, 1e21, 1e-7, 5e-324, 1.7976931348623157e308),
);
// Integers beyond 2^53 are bigints, which the numbers of JavaScript are not; that has tests of its own.
const safe = number.filter((item) => !Number.isInteger(item) || (Number.isSafeInteger(item) && !Object.is(item, -0)));
const scalar = fc.oneof(text, safe, fc.boolean(), fc.constant(null));
const { tree } = fc.letrec((tie) => ({
  tree: fc.dictionary(key, fc.oneof({ weight: 3, arbitrary: scalar }, tie('tree'), tie('list')), { maxKeys: 6, noNullPrototype: true }),
  list: fc.array(fc.oneof({ weight: 3, arbitrary: scalar }, tie('tree')), { maxLength: 5 }),
})) as { tree: fc.Arbitrary<Record<string, unknown>> };

/** Tables and arrays without what a format cannot write. */
function without(given: unknown, drop: (value: unknown) => boolean): unknown {
  if (Array.isArray(given)) return given.filter((item) => !drop(item)).map((item) => without(item, drop));
  if (typeof given !== 'object' || given === null) return given;
  return Object.fromEntries(Object.entries(given).flatMap(([name, item]) => (drop(item) ? [] : [[name, without(item, drop)]])));
}

const JSON_TOKENS = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"b"',
    '""',
    '1',
    '-0',
    '0',
    '1.5',
    '1e3',
    'true',
    'false',
    'null',
    ' ',
    '\n',
    '"',
    '\\',
    '-',
    '+',
    '.',
    'e',
    '0x',
    'é',
  ],
  ...['/', '*', '\t', '"\\u0041"', '"\\n"', '{"a":1,"b":[2]}'],
];

/** The files of packages that are installed, and of this one. */
function real(...names: string[]): [path: string, text: string][] {
  const installed = readdirSync(join(root, 'node_modules'), { withFileTypes: true }).filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  const paths = [...names, ...installed.flatMap(({ name }) => names.map((file) => join('node_modules', name, file)))];
  return paths.flatMap((path) => {
    try {
      return [[path, readFileSync(join(root, path), 'utf8')] as [string, string]];
    } catch {
      return [];
    }
  });
}

describe('JSON, JSONC and JSON5', () => {
  // json5 warns about two characters that JavaScript once did not allow.
  beforeAll(() => void vi.spyOn(console, 'warn').mockImplementation(() => undefined));
  afterAll(() => void vi.restoreAllMocks());

  test('JSON.parse: any text, and what JSON.stringify writes', () => {
    // A number beyond the floats is an error here, and Infinity there.
    const fits = (words: string) => !/e[+]?\d{3}/.test(words);
    fc.assert(
      fc.property(soup(JSON_TOKENS).filter(fits), (words) => agree(words, 'json', JSON.parse)),
      RUNS,
    );
    fc.assert(
      fc.property(tree, fc.constantFrom(0, 2, '\t'), (given, indent) => gives(JSON.stringify(given, null, indent), 'json', given)),
      RUNS,
    );
  });

  test('JSON.parse: real files', () => {
    const files = [...real('package.json', 'tsconfig.json').filter(([path]) => path.endsWith('package.json')), ...real('package-lock.json', 'biome.json')];
    for (const [, words] of files) agree(words, 'json', JSON.parse);
    expect(files.length).toBeGreaterThan(100);
  });

  test('jsonc-parser', () => {
    const reference = (words: string) => {
      const errors: jsonc.ParseError[] = [];
      const found: unknown = jsonc.parse(words, errors, { allowTrailingComma: true, allowEmptyContent: false });
      if (errors.length > 0) throw new Error('refused');
      return found;
    };
    fc.assert(
      fc.property(soup([...JSON_TOKENS, '//', '/*', '*/', '/**/', '//x\n', ',}', ',]']), (words) => agree(words, 'jsonc', reference)),
      RUNS,
    );
    const files = real('tsconfig.json', '.eslintrc', 'tsconfig.types.json');
    for (const [, words] of files) agree(words, 'jsonc', reference);
    expect(files.length).toBeGreaterThan(5);
  });

  test('json5: any text, and what it writes', () => {
    const tokens = [
      ...JSON_TOKENS,
      "'",
      'a',
      'b:',
      '//',
      '/*',
      '*/',
      '\r',
      '\u2028',
      'Infinity',
      'NaN',
      '\\\n',
      '\\u0061',
      '$',
      '0x1F',
      '.5',
      '5.',
      '\u00a0',
      '\\x41',
      '\\0',
    ];
    const fits = (words: string) => !/e[+]?\d{3}/.test(words);
    fc.assert(
      fc.property(soup(tokens).filter(fits), (words) => agree(words, 'json5', JSON5.parse)),
      RUNS,
    );
    fc.assert(
      fc.property(tree, fc.constantFrom("'", '"'), (given, quote) => gives(JSON5.stringify(given, { space: 2, quote }), 'json5', given)),
      RUNS,
    );
  });
});

describe('TOML', () => {
  // smol-toml has objects for dates, and milliseconds where none are written.
  const plain = (given: unknown): unknown => {
    if (given instanceof smolToml.TomlDate) return given.toISOString().replace(/\.000/, '');
    if (Array.isArray(given)) return given.map(plain);
    return typeof given === 'object' && given !== null ? Object.fromEntries(Object.entries(given).map(([name, item]) => [name, plain(item)])) : given;
  };
  const reference = (words: string) => plain(smolToml.parse(words, { integersAsBigInt: true }));

  test('smol-toml: any text', () => {
    const tokens = [
      ...[
        'a',
        'b',
        'c',
        '.',
        '=',
        ' = ',
        '\n',
        '[',
        '[[',
        ']',
        ']]',
        '{',
        '}',
        ',',
        '"x"',
        "'y'",
        '""',
        '1',
        '-1',
        '0x1F',
        '0b1',
        '1_0',
        '1.5',
        '1e3',
        'inf',
        'nan',
        'true',
      ],
      ...[
        '1979-05-27',
        'T',
        '07:32:00',
        'Z',
        '"""',
        '#c',
        "'''",
        '+',
        '-',
        '_',
        '"\\n"',
        '\\',
        ' ',
        '\t',
        'a = 1\n',
        'b.c = 2\n',
        '[a]\n',
        '[[b]]\n',
        '{a=1}',
        '[1,2]',
        '[a.b]\n',
      ],
    ];
    fc.assert(
      fc.property(soup(tokens), (words) => agree(words, 'toml', reference)),
      RUNS,
    );
  });

  test('smol-toml: what it writes, and real files', () => {
    const drop = (item: unknown) => item === null || (typeof item === 'number' && Number.isInteger(item) && !Number.isSafeInteger(item));
    fc.assert(
      fc.property(tree, (given) => {
        const writable = without(given, drop) as Record<string, unknown>;
        agree(smolToml.stringify(writable), 'toml', reference);
      }),
      RUNS,
    );
    const files = [
      'Cargo.toml',
      'Cargo.lock',
      'rustfmt.toml',
      'crates/superconfig/Cargo.toml',
      'crates/superconfig-napi/Cargo.toml',
      'examples/quickstart/config/default.toml',
    ];
    for (const path of files) agree(readFileSync(join(root, path), 'utf8'), 'toml', reference);
  });
});

describe('YAML', () => {
  // Without their schemas for it, both write a key `<<` bare, which merges.
  const noMergeKey = (given: unknown): boolean => !JSON.stringify(given).includes('"<<":');
  // An empty document is an empty table here.
  const byYaml = (words: string) => {
    const document = yaml.parseDocument(words, { schema: 'core', merge: true, logLevel: 'silent' });
    if (document.errors[0] !== undefined) throw document.errors[0];
    // Keys are text here, as they are written: `0x1F: a` has the key "0x1F".
    yaml.visit(document, {
      Pair(_, { key }) {
        if (yaml.isScalar(key) && typeof key.value !== 'string') key.value = key.source ?? '';
      },
    });
    return document.contents === null || words.trim() === '' ? {} : document.toJS();
  };
  const byJsYaml = (words: string) => load(words, { schema: CORE_SCHEMA }) ?? null;

  test('yaml and js-yaml, where they agree: any text', () => {
    const tokens = [
      ...[
        'a',
        'b',
        'c',
        ': ',
        '\n',
        '\n  ',
        '- ',
        '[',
        ']',
        '{',
        '}',
        ',',
        ' ',
        '"x"',
        "'y'",
        '&x ',
        '*x',
        '|\n',
        '>-\n',
        '  ',
        '1',
        '0x1F',
        '0o7',
        '1.5',
        '.inf',
        'null',
        'true',
      ],
      ...[
        'yes',
        '#c',
        ' #c',
        '---\n',
        '...\n',
        '!!str ',
        '!!int ',
        '? ',
        ':',
        '"',
        '%',
        '@',
        '`',
        '-',
        'a: 1\n',
        'b:\n  c: 2\n',
        '- x\n',
        '2001-01-01',
        '1e3',
        '.5',
        '+1',
        'é',
      ],
    ];
    let compared = 0;
    const check = (words: string) => {
      const [one, other] = [value(outcome(() => byYaml(words))), value(outcome(() => byJsYaml(words)))];
      if (JSON.stringify(one, flat) !== JSON.stringify(other, flat)) return;
      compared += 1;
      expect(value(own(words, 'yaml')), JSON.stringify(words)).toEqual(one);
    };
    fc.assert(fc.property(soup(tokens), check), { ...RUNS, numRuns: 3000 });
    expect(compared).toBeGreaterThan(2000);
  });

  test('what yaml and js-yaml write', () => {
    fc.assert(
      fc.property(
        tree.filter(noMergeKey),
        fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'),
        fc.boolean(),
        (given, style, flow) => {
          const options = { defaultStringType: style, collectionStyle: flow ? 'flow' : 'any' } as const;
          // Neither reads all that it writes as what it was: some block scalars of white space are lost.
          agree(yaml.stringify(given, options), 'yaml', byYaml);
          agree(dump(given, { schema: CORE_SCHEMA, flowLevel: flow ? 1 : -1 }), 'yaml', byJsYaml);
        },
      ),
      { ...RUNS, numRuns: 600 },
    );
  });

  test('merge keys, anchors and real files', () => {
    const texts = [
      'base: &b {x: 1, y: 2}\na:\n  <<: *b\n  y: 3\n',
      'a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc:\n  <<: [*a, *b]\n  z: 1\n',
      'a: &a [1, &s two]\nb: *a\nc: *s\n',
      'a: |\n  one\n   two\n\nb: >-\n  folded\n  text\n\n  more\n',
      "a: \"x\\ty\\u00e9\\\n  z\"\nb: 'it''s'\nc: plain # comment\n",
    ];
    for (const words of texts) agree(words, 'yaml', byYaml);
    const files = [
      ...real('.travis.yml', '.eslintrc.yml', '.github/FUNDING.yml', '.nycrc.yml', 'pnpm-workspace.yaml'),
      ...real('examples/quickstart/config/production.yaml'),
    ];
    for (const [, words] of files) agree(words, 'yaml', byYaml);
    expect(files.length).toBeGreaterThan(0);
  });
});

/** Maps as lists, which JSON can write. */
function flat(_: string, item: unknown): unknown {
  return item instanceof Map ? { map: [...item] } : item;
}

describe('dotenv', () => {
  const tokens = [
    ...[
      'A=',
      'B=',
      'C=',
      ' = ',
      '\n',
      '\n',
      '\r\n',
      'x',
      'y z',
      "'",
      '"',
      '`',
      ' #',
      '\\n',
      '\\',
      '  ',
      '\t',
      '1',
      '{"a":1}',
      'é',
      ':',
      'A=1\n',
      'B="x y"\n',
      "C='z'\n",
      'export B=2\n',
    ],
  ];
  const lines = soup(tokens).map((words) => `A=${words}`);

  test('dotenv and util.parseEnv, where they agree', () => {
    let compared = 0;
    const check = (words: string) => {
      const found = own(words, 'dotenv');
      const [one, other] = [value(outcome(() => dotenv.parse(words))), value(outcome(() => parseEnv(words)))];
      // They skip what is no assignment, and take an open quote for text; here both are errors.
      if ('error' in found || JSON.stringify(one, flat) !== JSON.stringify(other, flat)) return;
      compared += 1;
      expect(value(found), JSON.stringify(words)).toEqual(one);
    };
    // A `#` starts a comment only behind white space; for both of them it does anywhere.
    fc.assert(
      fc.property(
        lines.filter((words) => !/[^\s]#/.test(words)),
        check,
      ),
      { ...RUNS, numRuns: 3000 },
    );
    expect(compared).toBeGreaterThan(1000);
  });

  test('dotenv-expand, with braces', () => {
    // `${EMPTY-d}` is left out: it is empty here, as in a shell, and `d` there.
    const references = ['A', 'B', 'NONE', 'NONE:-d', 'NONE-d', 'EMPTY:-d'].map((inner) => `\${${inner}}`);
    const piece = fc.constantFrom('x', 'y z', ' ', '-', ':', '/', ...references);
    const word = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join('').trim());
    fc.assert(
      fc.property(word, fc.constantFrom('', '"'), (words, quote) => {
        const document = `A=one\nB=\${A} two\nEMPTY=\nRESULT=${quote}${words}${quote}\n`;
        const processEnv = {};
        gives(document, 'dotenv', expand({ parsed: dotenv.parse(document), processEnv }).parsed);
      }),
      RUNS,
    );
  });
});

describe('INI', () => {
  test('ini: sections, keys, values and comments', () => {
    const name = fc.stringMatching(/^[a-z][a-zA-Z0-9_-]{0,8}$/).filter((word) => !['true', 'false', 'null'].includes(word));
    const word = fc.oneof(
      fc.constantFrom(
        '',
        'true',
        'false',
        'null',
        'x',
        'two words',
        '/var/lib/x',
        'http://host/a?b=c',
        'a=b',
        'é',
        'C:\\dir',
        '"quoted text"',
        'yes',
        '007',
        '1e5',
        'a ; not shown',
        'b # not shown',
      ),
      fc.stringMatching(/^[a-zA-Z/][a-zA-Z0-9 ./:_-]{0,12}$/).map((text) => text.trim()),
    );
    const entry = fc.tuple(name, word, fc.constantFrom('=', ' = ', '= '));
    const section = fc.tuple(fc.uniqueArray(name, { minLength: 1, maxLength: 3 }), fc.uniqueArray(entry, { selector: ([own]) => own, maxLength: 4 }));
    fc.assert(
      fc.property(fc.uniqueArray(section, { selector: ([[own]]) => own, maxLength: 4 }), (sections) => {
        const document = sections.map(
          ([path, entries]) => `; ${path[0]}\n[${path.join('.')}]\n${entries.map((parts) => `${parts[0]}${parts[2]}${parts[1]}\n# c\n`).join('')}`,
        );
        gives(document.join('\n'), 'ini', JSON.parse(JSON.stringify(ini.parse(document.join('\n')))));
      }),
      RUNS,
    );
  });

  test('numbers are numbers, which ini leaves text', () => {
    for (const [words, expected] of [
      ['8080', 8080],
      ['-1', -1],
      ['1.5', 1.5],
      ['[1]', [1]],
    ] as const) {
      expect(ini.parse(`a = ${words}`)).toEqual({ a: words });
      gives(`a = ${words}`, 'ini', { a: expected });
    }
  });
});
