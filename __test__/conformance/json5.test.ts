// The grammar of JSON5 1.0, production by production, each with texts that it allows and texts that it does not; the
// `json5` package, written by the specification's authors, is asked about every one of them.
import JSON5 from 'json5';
import { expect, test } from 'vitest';
import { comparable, outcome, own } from './outcome.ts';

interface Production {
  name: string;
  yes: string[];
  no: string[];
}

const GRAMMAR: Production[] = [
  {
    name: 'JSON5Value',
    yes: ['null', 'true', 'false', '"a"', "'a'", '1', '{}', '[]', ' 1 ', '[null]', '{a:null}'],
    no: ['', ' ', 'undefined', 'a', 'True', 'nul', 'nulll', '1 2', '[] []', '//', '/**/', ';', '`a`', '/a/', 'function(){}', 'new Date()', '(1)', '1;'],
  },
  {
    name: 'JSON5Object',
    yes: [
      '{a:1}',
      '{a:1,}',
      '{"a":1}',
      "{'a':1}",
      '{a:1,b:2}',
      '{a:1,b:2,}',
      '{a:{b:{}}}',
      '{ a : 1 , }',
      '{a:1,a:2}',
      '{"":1}',
      "{'':1}",
      '{\na:1\n}',
      '{"a b":1}',
    ],
    no: [
      '{',
      '}',
      '{a}',
      '{a:}',
      '{:1}',
      '{,}',
      '{a:1,,}',
      '{,a:1}',
      '{a:1 b:2}',
      '{a:1;b:2}',
      '{a=1}',
      '{a::1}',
      '{a:1',
      '{a:1]',
      '{[a]:1}',
      '{...a}',
      '{a(){}}',
      '{a:1}}',
    ],
  },
  {
    name: 'JSON5MemberName: identifiers',
    yes: [
      ...[
        '{a:1}',
        '{A1:1}',
        '{$:1}',
        '{_:1}',
        '{$_a:1}',
        '{null:1}',
        '{true:1}',
        '{while:1}',
        '{Infinity:1}',
        '{NaN:1}',
        '{ünïcödé:1}',
        '{日本:1}',
        '{ㅏ:1}',
        '{ⅷ:1}',
      ],
      ...[
        '{\\u0061:1}',
        '{a\\u0062c:1}',
        '{\\u0024:1}',
        '{a\u200cb:1}',
        '{a\u200db:1}',
        '{a\u0301:1}',
        '{a٣:1}',
        '{a‿b:1}',
        '{\\u0061\\u0031:1}',
        '{constructor:1}',
      ],
    ],
    no: [
      ...[
        '{1:1}',
        '{1a:1}',
        '{a-b:1}',
        '{a.b:1}',
        '{a b:1}',
        '{-a:1}',
        '{@a:1}',
        '{#a:1}',
        '{a!:1}',
        '{\\u0031:1}',
        '{\\u002d:1}',
        '{\\u00:1}',
        '{\\x61:1}',
        '{a\\:1}',
        '{\u0301a:1}',
      ],
      ...['{\u200ca:1}', '{\\u{61}:1}', '{٣:1}', '{‿:1}', '{0x1:1}', '{+1:1}', '{[]:1}', '{{}:1}', '{\\n:1}', '{a\\u0020:1}', '{`a`:1}'],
    ],
  },
  {
    name: 'JSON5Array',
    yes: ['[]', '[ ]', '[1]', '[1,]', '[1,2]', '[1,2,]', '[[],[]]', '[[[]]]', '[\n1\n,\n]', '[\'a\',"b",]', '[{},]', '[null,true,]', '[/**/]', '[1/**/,/**/]'],
    no: ['[', ']', '[,]', '[,1]', '[1,,]', '[1,,2]', '[1 2]', '[1;2]', '[1', '[1}', '[1]]', '[...a]', '[undefined]', '[1:2]', '[a]', '[,,]'],
  },
  {
    name: 'JSON5String: quotes and characters',
    yes: [
      '""',
      "''",
      '"\'"',
      "'\"'",
      '"a"',
      "'a'",
      '"\t"',
      '"\u2028"',
      '"\u2029"',
      "'\u2028'",
      '"é"',
      '"😀"',
      "'//'",
      '"/**/"',
      '"\u0001"',
      '"\u001f"',
      '"\u007f"',
      '"\ufeff"',
    ],
    no: ['"', "'", '"a', "'a", '"a\'', '\'a"', '"\n"', "'\n'", '"\r"', '"a\nb"', '"a\r\nb"', "''' a '''", '"a" "b"', '"\\"', "'\\'", '“a”'],
  },
  {
    name: 'JSON5String: escapes',
    yes: [
      ...[
        '"\\b\\f\\n\\r\\t\\v"',
        '"\\0"',
        '"\\0a"',
        '"\\\\"',
        '"\\/"',
        '"\\""',
        "'\\''",
        '"\\\'"',
        '"\\x41"',
        '"\\x00"',
        '"\\xfF"',
        '"\\u0041"',
        '"\\uD834\\uDD1E"',
      ],
      ...['"\\a"', '"\\c"', '"\\q"', '"\\A"', '"\\é"', '"\\😀"', '"\\ "', '"\\{"', '"\\U0041"', '"\\N"', '"\\u0000"', '"\\-"', '"\\`"', '"\\$"', '"\\z"'],
    ],
    no: [
      '"\\x"',
      '"\\x4"',
      '"\\xg1"',
      '"\\x4g"',
      '"\\u"',
      '"\\u004"',
      '"\\u00g1"',
      '"\\u{41}"',
      '"\\1"',
      '"\\5"',
      '"\\9"',
      '"\\01"',
      '"\\00"',
      '"\\08"',
      '"\\',
      '"\\u"0041',
    ],
  },
  {
    name: 'JSON5String: continued lines',
    yes: ['"a\\\nb"', "'a\\\nb'", '"a\\\r\nb"', '"a\\\rb"', '"a\\\u2028b"', '"a\\\u2029b"', '"\\\n"', '"\\\n\\\n"', '"a\\\n  b"', "'\\\r\n'"],
    no: ['"a\\ \nb"', '"a\\\n\nb"', '"\\\n', "'a\\\n\nb'", '"a\\\r\n\nb"', '"a\n\\b"'],
  },
  {
    name: 'JSON5Number: decimal',
    yes: [
      ...[
        '0',
        '1',
        '10',
        '-1',
        '+1',
        '-0',
        '+0',
        '1.5',
        '1.',
        '0.',
        '.5',
        '-.5',
        '+.5',
        '-5.',
        '+5.',
        '1e1',
        '1E1',
        '1e+1',
        '1e-1',
        '1.e1',
        '.5e1',
        '+1e-1',
        '1.5e3',
        '0e0',
      ],
      ...['0.0', '5e-324', '1.7976931348623157e308', '1e-400', '9007199254740991', '.0', '0.e0', '-0.0', '+.0', '1e00', '123.456'],
    ],
    no: [
      ...[
        '01',
        '00',
        '-01',
        '+01',
        '.',
        '+',
        '-',
        '+-1',
        '-+1',
        '--1',
        '++1',
        '1e',
        '1e+',
        'e1',
        '.e1',
        '1..',
        '1.2.3',
        '1_000',
        '1n',
        '+ 1',
        '- 1',
        '1 .5',
        '1e1.5',
        '1e1e1',
      ],
      ...['0b1', '0o7', '007', '1f', '٣', '1,000', '-a', '+a', '..5', '5e', '1a'],
    ],
  },
  {
    name: 'JSON5Number: hexadecimal',
    yes: ['0x0', '0x1', '0xa', '0xF', '0XF', '-0x10', '+0x10', '0xdecaf', '0xDECAF', '0xC0FFEE', '0x001', '0x1fffffffffffff', '0xe1', '0x0e1', '-0X1f'],
    no: ['0x', '0xg', '0x1g', '0x.1', '0x1.', '0x1.5', '0x-1', '0x+1', 'x1', '00x1', '0x 1', '0x_1', '0xx1', '-0x', '0X', '0x1p1'],
  },
  {
    name: 'JSON5Number: Infinity and NaN',
    yes: ['Infinity', '+Infinity', '-Infinity', 'NaN', '+NaN', '-NaN', '[Infinity,NaN]', '{a:-Infinity}'],
    no: [
      'infinity',
      'INFINITY',
      'Inf',
      'inf',
      'nan',
      'NAN',
      'Infinityy',
      'NaNN',
      '--Infinity',
      '- Infinity',
      '+-NaN',
      'Infinit',
      'Na',
      'Infinity1',
      '.Infinity',
    ],
  },
  {
    name: 'Comment',
    yes: [
      ...[
        '//a\n1',
        '1//a',
        '1//a\n',
        '1//',
        '/**/1',
        '1/**/',
        '/*a*/1',
        '/***/1',
        '/****/1',
        '/* * */1',
        '/*\n*/1',
        '/*/ */1',
        '//\n//\n1',
        '/*//*/1',
        '///*\n1',
        '[1,//\n2]',
      ],
      ...['{//\n}', '{a/**/:1}', '{a:/**/1}', '{/**/a:1}', '{a:1/**/,}', '//a\r1', '//a\r\n1', '//a\u20281', '//a\u20291', '/*é😀*/1', '// \\\n1'],
    ],
    no: [
      '/1',
      '/',
      '1/',
      '/*',
      '/*/',
      '/* 1',
      '/**',
      '1/*',
      '/* /* */ */1',
      '//1',
      '#a\n1',
      '1 #a',
      '--a\n1',
      '<!--a\n1',
      '*/1',
      '/ /a\n1',
      '/ **/1',
      ';a\n1',
      '"a" /',
    ],
  },
  {
    name: 'WhiteSpace and LineTerminator',
    yes: [
      ...[
        '\t1',
        '\u000b1',
        '\u000c1',
        ' 1',
        '\u00a01',
        '\ufeff1',
        '\u16801',
        '\u20001',
        '\u200a1',
        '\u202f1',
        '\u205f1',
        '\u30001',
        '\n1',
        '\r1',
        '\r\n1',
        '\u20281',
        '\u20291',
      ],
      ...['1\u00a0', '[\u00a01\u3000,\ufeff2]', '{\u2003a\u2003:\u20031}', '1\u000b\u000c'],
    ],
    no: ['\u00851', '\u200b1', '\u00001', '1\u0000', '\u180e1', '\u20601', '\u001f1', '\u001c1', '\u200c1', '\u200d1', '[\u200b]'],
  },
];

/** So that none is left out unseen. */
const COUNTS = { productions: 12, yes: 224, no: 212 };

test.each(GRAMMAR)('$name', ({ yes, no }) => {
  for (const text of yes) {
    const wanted = outcome(() => JSON5.parse(text));
    const found = own(text, 'json5');
    expect(wanted, JSON.stringify(text)).toHaveProperty('value');
    expect(found, JSON.stringify(text)).toHaveProperty('value');
    expect(comparable((found as { value: unknown }).value), JSON.stringify(text)).toEqual(comparable((wanted as { value: unknown }).value));
  }
  for (const text of no) {
    expect(
      outcome(() => JSON5.parse(text)),
      JSON.stringify(text),
    ).toHaveProperty('error');
    expect(own(text, 'json5'), JSON.stringify(text)).toHaveProperty('error');
  }
});

test('the number of texts', () => {
  const sum = (count: (production: Production) => number) => GRAMMAR.reduce((total, production) => total + count(production), 0);
  const counts = { productions: GRAMMAR.length, yes: sum(({ yes }) => yes.length), no: sum(({ no }) => no.length) };
  process.stdout.write(`JSON5: ${counts.productions} groups of productions, ${counts.yes} texts allowed and ${counts.no} refused, all as json5\n`);
  expect(counts).toEqual(COUNTS);
});

test('the differences to json5 are these', () => {
  // JSON5 itself leaves open what a duplicate or `__proto__` does; the rest are rules that all formats share.
  const refused = ['"\\ud800"', "'\\udc00'", '1e400', '-1e400', '['.repeat(129) + ']'.repeat(129)];
  for (const text of refused) {
    expect(outcome(() => JSON5.parse(text))).toHaveProperty('value');
    expect(own(text, 'json5'), text).toHaveProperty('error');
  }
  expect(own('{__proto__:{a:1},b:2}', 'json5')).toEqual({ value: { b: 2 } });
  expect(own('9007199254740993', 'json5')).toEqual({ value: 9007199254740993n });
  expect(own('0x20000000000001', 'json5')).toEqual({ value: 9007199254740993n });
});
