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

  test('fails with code and position', () => {
    const error = caught(() => parse('{"a": }', 'json'));
    expect([error.code, error.origin?.line, error.origin?.column]).toEqual(['ERR_SUPERCONFIG_PARSE', 1, 7]);
    expect(error.stack).toContain('parse.test');
    expect(caught(() => parse('', 'nonsense' as never)).code).toBe('ERR_SUPERCONFIG_FORMAT');
  });
});
