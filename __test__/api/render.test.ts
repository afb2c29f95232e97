import { describe, expect, test } from 'vitest';
import { parse, SuperConfig } from '../../ts/index.ts';
import { caught } from '../support/errors.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const values = {
  server: { host: 'localhost', port: 8080, tls: { enabled: false } },
  words: ['yes', '007', '1e5', '', ' a ', 'a: b', '# no comment', '~', 'é🦀', '2020-01-02'],
  text: 'one\n\ttwo\n  three\n',
  crlf: 'one\r\ntwo',
  big: 9007199254740993n,
  float: 1.5,
  empty: {},
  none: [],
  servers: [
    { host: 'a', ports: [1, 2] },
    { host: 'b', tags: { x: true } },
  ],
  mixed: [1, [2, [3]], { a: { b: 1 } }],
  'a.b': { 'c d': '"quoted" \\ and \'single\'' },
};

const directory = temporaryDirectory();

describe('toString', () => {
  test.each(['json', 'jsonc', 'json5', 'toml', 'yaml'] as const)('%s parses back to the same values', (format) => {
    const config = SuperConfig.builder({ env: {} }).defaults(values).loadSync();
    const text = config.toString({ format, secrets: true });
    expect(parse(text, format)).toEqual(values);
    directory.write(`config.${format}`, text);
    expect(SuperConfig.builder({ cwd: directory.path, env: {} }).file(`config.${format}`).loadSync().current).toEqual(values);
  });

  test.each(['json5', 'toml', 'yaml'] as const)('%s writes infinities and NaN', (format) => {
    const floats = { a: Number.POSITIVE_INFINITY, b: Number.NEGATIVE_INFINITY, c: Number.NaN, d: -0 };
    const text = SuperConfig.builder({ env: {} }).defaults(floats).loadSync().toString({ format });
    expect(parse(text, format)).toEqual(floats);
  });

  test('null is written where the format has it, and is an error elsewhere', () => {
    const config = SuperConfig.builder({ env: {} })
      .defaults({ a: { b: null } })
      .loadSync();
    expect(parse(config.toString({ format: 'yaml' }), 'yaml')).toEqual({ a: { b: null } });
    expect(caught(() => config.toString({ format: 'toml' }))).toMatchObject({ code: 'ERR_SUPERCONFIG_FORMAT', path: 'a.b' });
  });

  test('dotenv gives the same values over layers that know the types', () => {
    const own = { maxConn: 5, server: { host: 'a', 'time-out': 1.5, on: true }, list: ['x', 'y z'], text: 'a "b"\n$c $\u007bd} \'e\'', empty: '' };
    const zero = { maxConn: 0, server: { host: '', 'time-out': 0.1, on: false }, list: ['-'], text: '-', empty: '-' };
    const text = SuperConfig.builder({ env: {} }).defaults(own).loadSync().toString({ format: 'dotenv' });
    expect(text).toContain('SERVER__TIME_OUT=1.5\n');
    directory.write('.env', text);
    expect(SuperConfig.builder({ cwd: directory.path, env: {} }).defaults(zero).dotenv().env().loadSync().current).toEqual(own);
    expect(caught(() => SuperConfig.builder({ env: {} }).defaults({ 'a b': 1 }).loadSync().toString({ format: 'dotenv' }))).toMatchObject({
      code: 'ERR_SUPERCONFIG_FORMAT',
      path: 'a b',
    });
  });

  test.each(['json', 'jsonc', 'json5', 'toml', 'yaml', 'dotenv'] as const)('%s redacts secrets unless the option says otherwise', (format) => {
    const config = SuperConfig.builder({ env: {} })
      .defaults({ db: { password: 'canary-7f3', url: 'postgres://u:canary-7f3@h/d' } })
      .loadSync();
    expect(config.toString({ format })).not.toContain('canary');
    expect(config.toString({ format })).toContain('[redacted]');
    expect(config.toString({ format, secrets: true })).toContain('canary');
  });
});
