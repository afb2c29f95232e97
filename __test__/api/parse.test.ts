import { describe, expect, test } from 'vitest';
import { parse } from '../../ts/index.ts';
import { caught } from '../support/errors.ts';

describe('parse', () => {
  test('gives one document as a plain value', () => {
    expect(parse('a: [1, 2]\nb: yes', 'yaml')).toEqual({ a: [1, 2], b: 'yes' });
    expect(parse('[1, null, "x"]', 'json')).toEqual([1, null, 'x']);
    expect(parse('7', 'json')).toBe(7);
    expect(parse('n = 9007199254740993', 'toml')).toEqual({ n: 9007199254740993n });
    expect(Object.isFrozen(parse('{}', 'json'))).toBe(false);
  });

  test('of JSON that is not the same to every parser it is the value that a load gives', () => {
    expect(parse('{"id": 9007199254740993, "a": 1, "b": 2, "a": 3}', 'json')).toEqual({ id: 9007199254740993n, a: 3, b: 2 });
    const polluted = parse('{"a": {"__proto__": {"admin": true}}}', 'json');
    expect([Object.keys(polluted.a), polluted.a.admin]).toEqual([[], undefined]);
    expect(parse('{"\\u0061": 1, "a": 2, "n": -0}', 'json')).toEqual({ a: 2, n: -0 });
    expect(caught(() => parse('["\\ud800"]', 'json')).code).toBe('ERR_SUPERCONFIG_PARSE');
    expect(caught(() => parse('[1e999]', 'json')).code).toBe('ERR_SUPERCONFIG_PARSE');
    expect(caught(() => parse(`${'['.repeat(129)}${']'.repeat(129)}`, 'json')).code).toBe('ERR_SUPERCONFIG_LIMIT');
    const own = Object.defineProperty({}, '__proto__', { value: 1, enumerable: true });
    expect(Object.keys(parse(JSON.stringify({ deep: [{ own }] }), 'json').deep[0].own)).toEqual([]);
  });

  test('takes text of any characters whole', () => {
    // As text crosses in one way where it is ASCII and in another where it is not: also where both have the same length.
    for (const text of [
      '',
      'a',
      'é',
      'éa',
      'aé',
      'ab',
      'Łł',
      '\u0000',
      'a\u0000é',
      '😀',
      'a😀',
      `${'x'.repeat(70_000)}é`,
      `é${'x'.repeat(70_000)}`,
      '\u{10ffff}'.repeat(9),
      // Shorter text crosses in a third way.
      ...[506, 507, 508, 509, 510, 511, 512].flatMap((length) => ['x'.repeat(length), `${'x'.repeat(length - 1)}é`, '😀'.repeat(length / 2)]),
    ]) {
      for (const format of ['json', 'jsonc', 'yaml'] as const) expect(parse(`[${JSON.stringify(text)}]`, format)).toEqual([text]);
      expect(parse(`n = 1 # ${text.replace('\u0000', '')}`, 'toml')).toEqual({ n: 1 });
    }
  });

  test('fails with code and position', () => {
    const error = caught(() => parse('{"a": }', 'json'));
    expect([error.code, error.origin?.line, error.origin?.column]).toEqual(['ERR_SUPERCONFIG_PARSE', 1, 7]);
    expect(error.stack).toContain('parse.test');
    expect(caught(() => parse('', 'nonsense' as never)).code).toBe('ERR_SUPERCONFIG_FORMAT');
  });
});
