// Cases of our own for RFC 8259, each a text that is JSON or one that is not. JSON.parse is asked about every one of
// them, so that neither list can be wrong, and where the library differs from it the difference is listed.
import { expect, test } from 'vitest';
import { parse, SuperConfig } from '../../ts/index.ts';
import { comparable, outcome, own } from './outcome.ts';

const NUMBERS = `0 -0 1 -1 9 10 42 -42 1.0 1.5 -1.5 0.1 -0.1 0.5e1 1e0 1e1 1E1 1e+1 1E+1 1e-1 1E-1 1.5e3 1.5E-3 -1e-2 0e0 0e+5 0.0 -0.0
  0.000001 123456789 9007199254740991 -9007199254740991 1e308 -1e308 5e-324 2.2250738585072014e-308 1.7976931348623157e308 1e-400
  3.141592653589793 0.30000000000000004 1.00000000000000011102230246251565 123e5 123.456e7 100000000000000000000e-20 4.35 1e00 1e05 20.0e0`;
const NO_NUMBERS = `+1 .5 5. -.5 -5. 01 -01 00 1e 1e+ 1e- 1E 1.e1 .e1 0x10 0b1 0o7 1_000 NaN Infinity -Infinity -NaN - -- --1 1-1 1..2 1.2.3
  1e1.5 1e1e1 0e 0.e1 1f 1n 1,5 ∞ ١ １ 0-0 1+1 -a 1a 0xg ++1 -+1 1e0x1 2.e3 2.e+3 -2. -012 0.3e 0.3e+ 0e+ 9.e+ inf nan`;
const LITERALS = 'true false null';
const NO_LITERALS = `True TRUE False FALSE Null NULL nul tru fals truee nulll falsey undefined none None nil yes no on off t f n truefalse
  nullnull tru\\u0065 trve 'true' \`true\` true; null. void`;
const STRINGS = [
  ...['""', '" "', '"a"', '"abc"', '"0"', '"null"', '"true"', '"/"', '"\\/"', '"\\""', '"\\\\"', '"\\b\\f\\n\\r\\t"', '"\\u0000"', '"\\u0041"', '"\\u00e9"'],
  ...['"\\uABCD"', '"\\uabcd"', '"\\u2028\\u2029"', '"\\uD834\\uDD1E"', '"\\ud834\\udd1e"', '"\\uDBFF\\uDFFF"', '"\\u005C"', '"\\u0022"', '"\\u007F"'],
  ...['"é"', '"日本語"', '"😀"', '"\u007f"', '"\u0080"', '"\u2028"', '"\u2029"', '"\ufeff"', '"\u00a0"', '"\ufffd"', '"\u{10ffff}"', '"\uffff"', '"a\\u0062c"'],
  ...['"\\\\u0041"', '"\\\\\\""', '"//"', '"/* */"', '"#"', '"[1]"', '"{}"', '"\\u0001\\u001f"', '"a,b:c"', '"\'"', '"`"', '"$a"', '"\\uFFFF"', '"\\u2070"'],
];
const NO_STRINGS = [
  ...['"', '"a', 'a"', "'a'", "''", '`a`', 'a', '“a”', '"\\"', '"\\x41"', '"\\a"', '"\\0"', '"\\1"', '"\\v"', '"\\\'"', '"\\`"', '"\\u"', '"\\u0"', '"\\u00"'],
  ...['"\\u004"', '"\\u00g1"', '"\\U0041"', '"\\u{41}"', '"\\u 041"', '"\\ "', '"\\\n"', '"\n"', '"\r"', '"\t"', '"\u0000"', '"\u0001"', '"\u001f"', '"a\nb"'],
  ...['"a" "b"', '"a"b', '"a""b"', '"a"+"b"', '""" """', '"\\\\\\"', '"\\é"', '"\\😀"', '"\\u-041"', '"\\u+041"', '"\\N"', '"\\/', '"\\u"0041"', '"\'', '"a\\'],
];
const STRUCTURES = [
  ...[
    '[]',
    '[ ]',
    '{}',
    '{ }',
    '[[]]',
    '[{}]',
    '{"a":[]}',
    '{"a":{}}',
    '[1,2]',
    '[1 , 2]',
    '[1,[2,[3]]]',
    '{"a":1}',
    '{"a":1,"b":2}',
    '{"":0}',
    '{"":{"":{}}}',
  ],
  ...[
    ' \t\n\r[1]\r\n\t ',
    '\n{}\n',
    '{"a" : 1}',
    '{"a"\n:\n1\n}',
    '[\n]',
    '{"a":1,"a":2}',
    '{"a":1,"b":2,"a":3}',
    '{"\\u0061":1,"a":2}',
    '{"a.b":1}',
    '{"a b":1}',
  ],
  ...['{"0":1}', '{"2":0,"1":0}', '{"a":null}', '[null]', '[true,false,null]', '[[1],[2]]', '[{"a":1},{"a":2}]', '{"a":[{"b":[{}]}]}', '{"constructor":1}'],
  ...[
    '{"toString":1}',
    '{"then":1}',
    '{"toJSON":1}',
    '{"length":1}',
    '{"hasOwnProperty":1}',
    '{"prototype":1}',
    '{"é":1}',
    '{"\\n":1}',
    '{"😀":"😀"}',
    '{"_add":1}',
  ],
  ...[
    '{"a_add":[1]}',
    '{"a_remove":[1]}',
    '{"\\u0000":1}',
    '[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]',
    '["a","a"]',
    '[""]',
    '[0]',
    '[-0]',
    '[1e1]',
    '["\\u0000"]',
  ],
];
const NO_STRUCTURES = [
  ...[
    '',
    ' ',
    '\n',
    '[',
    ']',
    '{',
    '}',
    '[}',
    '{]',
    '[1',
    '[1,',
    '[1,]',
    '[,]',
    '[,1]',
    '[1,,2]',
    '[1 2]',
    '[1;2]',
    '[1}',
    '[1]]',
    '[[1]',
    '1]',
    '[1],',
    ',[1]',
  ],
  ...[
    '[1][2]',
    '{"a"',
    '{"a":',
    '{"a":}',
    '{"a":1',
    '{"a":1,',
    '{"a":1,}',
    '{,}',
    '{,"a":1}',
    '{"a":1,,"b":2}',
    '{"a" 1}',
    '{"a"=1}',
    '{"a"::1}',
    '{"a":1 "b":2}',
  ],
  ...[
    '{"a":1;"b":2}',
    '{a:1}',
    "{'a':1}",
    '{1:1}',
    '{null:1}',
    '{true:1}',
    '{[]:1}',
    '{{}:1}',
    '{"a"}',
    '{"a",}',
    '{"a":1}}',
    '{"a":1}{',
    '{}{}',
    '{} {}',
    '{}[]',
    '{}1',
  ],
  ...[
    '1 2',
    '1,2',
    'null,',
    'null null',
    '[1]//',
    '//\n1',
    '/**/1',
    '1/**/',
    '1 // a',
    '[1/**/]',
    '[/**/1]',
    '{/**/}',
    '{"a"/**/:1}',
    '# a\n1',
    '1 # a',
    '<!-- -->1',
    ';',
  ],
  ...[
    ':',
    ',',
    '[:]',
    '["a":1]',
    '{"a":1:2}',
    '(1)',
    '[1)',
    '()',
    '=1',
    '@',
    '$',
    '&',
    '*a',
    '\\',
    '\\u005b\\u005d',
    '\u000b1',
    '\u000c1',
    '\u00a01',
    '\u20281',
    '\u00851',
  ],
  ...[
    '\u30001',
    '1\u0000',
    '\u00001',
    '[\u0000]',
    '[1\u00a0]',
    '{"a":1}\u0000',
    '[\u000b1]',
    '{"a"\u00a0:1}',
    '{...a}',
    '[...a]',
    '[1,...]',
    '{"a":()=>1}',
    '{get a(){}}',
  ],
  ...[
    '{"a":1,"b"}',
    '{"a":[}',
    '[{"a":]',
    '[{"a":1]',
    '{"a":[1}',
    '{"a:1}',
    '{a":1}',
    '["a]',
    '[a"]',
    '["a\\"]',
    '{"a":"}',
    'a: 1',
    '- 1',
    'a=1',
    '[a]',
    '---\n1',
  ],
];

const words = (list: string) => list.trim().split(/\s+/);
const yes = [...new Set([...words(NUMBERS), ...words(LITERALS), ...STRINGS, ...STRUCTURES])];
const no = [...new Set([...words(NO_NUMBERS), ...words(NO_LITERALS), ...NO_STRINGS, ...NO_STRUCTURES])];

/** Each text as it is, and where other characters follow it. */
const placed = (text: string) => [text, `[${text}]`, `[0,${text},0]`, `{"k":${text}}`, ` ${text}\n`];

const reference = (text: string) => outcome(() => JSON.parse(text));

test('what is JSON is read as JSON.parse reads it', () => {
  let ran = 0;
  for (const text of yes.flatMap(placed)) {
    const [found, wanted] = [own(text, 'json'), reference(text)];
    expect(wanted, text).toHaveProperty('value');
    expect(found, JSON.stringify(text)).toHaveProperty('value');
    expect(comparable((found as { value: unknown }).value), text).toEqual(comparable((wanted as { value: unknown }).value));
    ran += 1;
  }
  process.stdout.write(`JSON: ${yes.length} texts that are JSON, ${ran} with their places: all as JSON.parse\n`);
  expect([yes.length, ran]).toEqual([156, 780]);
});

test('what is not JSON is refused', () => {
  let ran = 0;
  for (const text of no) {
    expect(reference(text), text).toHaveProperty('error');
    expect(own(text, 'json'), JSON.stringify(text)).toHaveProperty('error');
    // In a place it may become JSON (`1,2` does), so JSON.parse decides.
    for (const inside of placed(text).slice(1)) {
      const kind = 'error' in reference(inside) ? 'error' : 'value';
      expect(own(inside, 'json'), JSON.stringify(inside)).toHaveProperty(kind);
    }
    ran += 5;
  }
  process.stdout.write(`JSON: ${no.length} texts that are not JSON, ${ran} with their places: all as JSON.parse\n`);
  expect([no.length, ran]).toEqual([255, 1275]);
});

test('the differences to JSON.parse are these', () => {
  const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  const refused: [text: string, message: RegExp][] = [
    ['1e400', /1e400|number|range|large/i],
    ['-1e400', /number|range|large/i],
    ['"\\ud800"', /surrogate/],
    ['"\\udc00"', /surrogate/],
    ['"\\ud800\\u0041"', /surrogate/],
    ['"\\udc00\\ud800"', /surrogate/],
    ['{"\\ud800":1}', /surrogate/],
    [deep(129), /deeper than the limit of 128/],
  ];
  for (const [text, message] of refused) {
    expect(reference(text), text).toHaveProperty('value');
    const found = own(text, 'json');
    expect(found, text).toHaveProperty('error');
    expect((found as { error: string }).error).toMatch(message);
  }
  expect(own(deep(128), 'json')).toHaveProperty('value');

  const other: [text: string, value: unknown][] = [
    ['9007199254740993', 9007199254740993n],
    ['-9223372036854775808', -9223372036854775808n],
    ['18446744073709551615', 18446744073709551615n],
    ['18446744073709551616', 2 ** 64],
    ['{"__proto__":{"a":1},"b":2}', { b: 2 }],
    ['{"\\u005f_proto__":1}', {}],
  ];
  for (const [text, value] of other) {
    expect(comparable(JSON.parse(text)), text).not.toBe(value);
    expect(own(text, 'json')).toEqual({ value });
  }
  expect(reference('\ufeff1')).toHaveProperty('error');
  expect(own('\ufeff1', 'json')).toEqual({ value: 1 });
  expect(own('\ufeff\ufeff1', 'json')).toHaveProperty('error');
});

test('strings that are not text are refused wherever they come from', () => {
  const failing = (read: () => unknown) => {
    try {
      read();
    } catch (error) {
      return error;
    }
    return undefined;
  };
  const builder = (options = {}) => SuperConfig.builder({ env: {}, argv: [], ...options });
  for (const format of ['json', 'jsonc', 'json5', 'toml', 'yaml', 'dotenv', 'ini'] as const) {
    const found = failing(() => parse('\ufeffa\r\n😀b"\ud800"', format));
    expect(found).toMatchObject({ code: 'ERR_SUPERCONFIG_PARSE', origin: { line: 2, column: 4 } });
    const text = failing(() => builder().text('a = "\udc00"', { format, name: 'inline' }));
    expect(text).toMatchObject({ code: 'ERR_SUPERCONFIG_PARSE', origin: { source: 'inline', line: 1, column: 6 } });
  }
  const option = { code: 'ERR_SUPERCONFIG_OPTION', message: expect.stringContaining('half of a surrogate pair') };
  expect(failing(() => builder().defaults({ a: '\ud800' }))).toMatchObject(option);
  expect(failing(() => builder().args(['--a=\ud800']))).toMatchObject(option);
  expect(
    failing(() =>
      builder({ argv: ['--a=\ud800'] })
        .args()
        .loadSync(),
    ),
  ).toMatchObject(option);
  expect(
    failing(() =>
      builder({ env: { APP_TOKEN: 'hunter2\ud800' } })
        .env('APP')
        .loadSync(),
    ),
  ).toMatchObject({
    ...option,
    message: expect.not.stringContaining('hunter2'),
  });
  // Both halves are a character like others.
  expect(builder().text('a = "\ud83d\ude00"', { format: 'toml' }).loadSync().get('a')).toBe('😀');
});
