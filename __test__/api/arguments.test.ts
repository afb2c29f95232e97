import { describe, expect, test } from 'vitest';
import * as api from '../../ts/index.ts';
import { loadConfigSync, parse, registry, SuperConfig, source } from '../../ts/index.ts';
import { caught, firstFrame, rejected } from '../support/errors.ts';

// biome-ignore lint/suspicious/noExplicitAny: what is tested here is what the compiler would refuse.
const wrong = api as any;
// biome-ignore lint/suspicious/noExplicitAny: the same.
const builder = (options?: any): any => SuperConfig.builder(options);
// biome-ignore lint/suspicious/noExplicitAny: the same.
const config: any = SuperConfig.builder({ env: {} })
  .defaults({ a: { b: 1 } })
  .loadSync();

/** What each call says, and its hint. */
const CALLS: Record<string, [call: () => unknown, message: RegExp, hint?: RegExp]> = {
  'parse(3)': [() => wrong.parse(3), /a document is a string, not a number/],
  'parse without a format': [() => wrong.parse('a: 1'), /a format is a string, not undefined/],
  'attach()': [() => wrong.SuperConfig.attach(), /a name or token is a string, not undefined/],
  'attach(3)': [() => wrong.SuperConfig.attach(3), /a name or token is a string, not a number/],
  'loadConfigSync()': [() => wrong.loadConfigSync(), /the options are an object, not undefined/],
  'loadConfigSync(text)': [() => wrong.loadConfigSync('app.toml'), /the options are an object, not a string/],
  'loadConfigSync with an unknown option': [() => wrong.loadConfigSync({ source: [] }), /`source` is not one of the options/, /`sources`/],
  'loadConfigSync with one source': [() => wrong.loadConfigSync({ sources: api.env('APP') }), /`sources` is an array of sources, not an object/],
  'a source that is none': [() => wrong.loadConfigSync({ sources: ['app.toml'] }), /a source is made by a helper such as `file`, and is not a string/],
  'builder with an unknown option': [() => builder({ cwdd: '/' }), /`cwdd` is not one of the builder's options/, /`cwd`/],
  'builder(null)': [() => builder(null), /the builder's options are an object, not null/],
  'cwd of another type': [() => builder({ cwd: 3 }), /`cwd` is a string, not a number/],
  'argv of another type': [() => builder({ argv: '--a=1' }), /the flags of `argv` are an array of strings, not a string/],
  'env of another type': [() => wrong.loadConfigSync({ sources: [], env: 'A=1' }), /`env` is an object of strings, not a string/],
  'defaults()': [() => builder().defaults(), /defaults: undefined is not a configuration value/],
  'defaults of a Map': [() => builder().defaults({ a: new Map([[1, 2]]) }), /defaults: a: a Map is not a configuration value/],
  'defaults of a URL': [() => builder().defaults({ a: new URL('http://x') }), /a: a URL is not a configuration value/],
  'defaults of bytes': [() => builder().defaults({ a: Buffer.from('x') }), /a: a Buffer is not a configuration value/],
  'defaults of too large a bigint': [() => builder().defaults({ a: 2n ** 64n }), /a: a bigint beyond 64 bits is not a configuration value/],
  'defaults with a getter that throws': [
    () =>
      builder().defaults({
        a: {
          get b() {
            throw new Error('x');
          },
        },
      }),
    /^defaults: a.b: reading the value threw$/,
  ],
  'defaults with a getter that throws no error': [
    () =>
      builder().defaults({
        get a() {
          throw 'x';
        },
      }),
    /^defaults: a: reading the value threw$/,
  ],
  'file with a getter that throws': [
    () =>
      api.file('a.toml', {
        get optional(): boolean {
          throw new Error('x');
        },
      }),
    /`file`: optional: reading the value threw/,
  ],
  'file()': [() => builder().file(), /a file's path is a string, not undefined/],
  'file with text for options': [() => builder().file('a.toml', 'toml'), /the options of `file` are an object, not a string/],
  'file with a function for an option': [() => builder().file('a.toml', { optional: () => true }), /the options of `file`: optional: a function/],
  'file with a misspelt option': [() => builder().file('a.toml', { optinal: true }).loadSync(), /`optinal` is not an option of `file`/, /`optional`/],
  'glob(3)': [() => builder().glob(3), /a pattern is a string, not a number/],
  'dir(null)': [() => builder().dir(null), /a directory's path is a string, not null/],
  'discover()': [() => builder().discover(), /an application's name is a string, not undefined/],
  'text(3)': [() => builder().text(3, { format: 'json' }), /a document is a string, not a number/],
  'env(3)': [() => builder().env(3), /a prefix is a string, not a number/],
  'env with a bigint in its mapping': [() => builder().env('A', { mapping: { a: 5n } }), /`mapping.a` of `env` cannot be the bigint 5/],
  'env with a misspelt option': [() => builder().env('A', { seperator: '_' }).loadSync(), /`seperator` is not an option of `env`/, /`separator`/],
  'args(text)': [() => builder().args('--a=1'), /flags are an array of strings, not a string/],
  'args([3])': [() => builder().args([3]), /each of flags is a string, not a number/],
  'source()': [() => builder().source(), /a custom source is an object, not undefined/],
  'source without a load': [() => wrong.source({ name: 'x' }), /a custom source is an object with a function `load`/],
  'source with something unknown': [
    () => source({ name: 'x', load: () => ({}), wach() {} } as never),
    /`wach` is not one of what a custom source has/,
    /`watch`/,
  ],
  'add(3)': [() => builder().add(3), /a source is made by a helper such as `file`, and is not a number/],
  'profile(3)': [() => builder().profile(3), /profiles are an array of strings, not a number/],
  'arrays(text)': [() => builder().arrays('append'), /the options of `arrays` are an object, not a string/],
  'an unknown array strategy': [() => builder().arrays({ a: 'apend' }).loadSync(), /the array strategy for `a` must be/],
  'interpolate(text)': [() => builder().interpolate('yes'), /`interpolate` is true or false, not a string/],
  'secrets(text)': [() => builder().secrets('password'), /the patterns of secrets are an array of strings, not a string/],
  'fingerprintKey(3)': [() => builder().fingerprintKey(3), /the key of fingerprints is a string, not a number/],
  'schema()': [() => builder().schema(), /a schema is a Standard Schema, not undefined/],
  'limits(3)': [() => builder().limits(3), /the options of `limits` are an object, not a number/],
  'limits with a misspelt option': [() => builder().limits({ dept: 3 }).loadSync(), /`dept` is not an option of `limits`/, /`depth`/],
  'watch(3)': [() => builder().watch(3), /the options of `watch` are an object, not a number/],
  'watch with a misspelt option': [() => builder().watch({ debounce: 3 }).loadSync(), /`debounce` is not an option of `watch`/, /`debounceMs`/],
  'watch for ever': [() => builder().watch({ maxWaitMs: Number.POSITIVE_INFINITY }), /`maxWaitMs` of `watch` cannot be the number Infinity/],
  'name(3)': [() => builder().name(3), /a name is a string, not a number/],
  'name with a misspelt option': [() => builder().name('x', { replaces: true }), /`replaces` is not one of the options of `name`/, /`replace`/],
  'name with text for a flag': [() => builder().name('x', { replace: 'yes' }), /`replace` is true or false, not a string/],
  'dotenv(text)': [() => builder().dotenv('.env'), /the options of `dotenv` are an object, not a string/],
  'dotenv with a number for a path': [() => builder().dotenv({ path: 3 }).loadSync(), /`path` of `dotenv` must be a string or an array of strings, and is 3/],
  'dotenv with a misspelt option': [() => builder().dotenv({ paths: '.env' }).loadSync(), /`paths` is not an option of `dotenv`/, /`path`/],
  'dotenv with text for a flag': [() => builder().dotenv({ export: 'yes' }).loadSync(), /`export` of `dotenv` must be true or false/],
  'env(true)': [() => builder().env(true), /a prefix is a string, not a boolean/],
  'env with an unknown word for `empty`': [() => builder().env('A', { empty: 'unst' }).loadSync(), /`empty` of `env` must be 'keep' or 'unset'/, /`unset`/],
  'env with text for a flag': [() => builder().env('A', { infer: 'no' }).loadSync(), /`infer` of `env` must be true or false/],
  'env with a number in its mapping': [
    () =>
      builder()
        .env('A', { mapping: { a: { b: 3 } } })
        .loadSync(),
    /`b` of `a` must be the name of a variable/,
  ],
  'env with an unknown format': [
    () =>
      builder()
        .env('A', { mapping: { a: { name: 'A', format: 'yml' } } })
        .loadSync(),
    /has one of 'json'/,
  ],
  'dir with an unknown format': [() => builder().dir('config', { format: 3 }).loadSync(), /`format` of `dir` must be a string, and is 3/],
  'dir with a misspelt option': [() => builder().dir('config', { fromat: 'json5' }).loadSync(), /`fromat` is not an option of `dir`/, /`format`/],
  'glob with a misspelt option': [() => builder().glob('*.json', { trsut: 'warn' }).loadSync(), /`trsut` is not an option of `glob`/, /`trust`/],
  'discover with a misspelt option': [() => builder().discover('x', { trsut: 'warn' }).loadSync(), /`trsut` is not an option of `discover`/, /`trust`/],
  'text with a misspelt option': [() => builder().text('', { fromat: 'json' }).loadSync(), /`fromat` is not an option of `text`/, /`format`/],
  'args with a misspelt option': [() => builder().args([], { jion: true }).loadSync(), /`jion` is not an option of `args`/, /`join`/],
  'overrides with a misspelt option': [() => builder().overrides({}, { nam: 'x' }).loadSync(), /`nam` is not an option of `overrides`/, /`name`/],
  'join with a misspelt option': [() => builder().join({}, { nam: 'x' }).loadSync(), /`nam` is not an option of `defaults`/, /`name`/],
  'derive with a misspelt option': [
    () =>
      builder()
        .derive(() => ({}), { jion: true })
        .loadSync(),
    /`jion` is not an option of `derive`/,
    /`join`/,
  ],
  'module with a misspelt option': [() => builder().module('a.cjs', { exprt: 'a' }), /`exprt` is not one of the options of `module`/, /`export`/],
  'get(3)': [() => config.get(3), /a path is a string or an array of segments, not a number/],
  'get([null])': [() => config.get([null]), /a path's segments are strings and whole numbers/],
  'handle()': [() => config.handle(), /a path is a string or an array of segments, not undefined/],
  'explain(3)': [() => config.explain(3), /a path is a string or an array of segments, not a number/],
  'on an unknown event': [() => config.on('changed', () => {}), /there is no event 'changed'/, /'change'/],
  'on without a listener': [() => config.on('change'), /a listener is a function, not undefined/],
  'changes(text)': [() => config.changes('a'), /the options of `changes` are an object, not a string/],
  'changes with a misspelt option': [() => config.changes({ paths: 'a' }), /`paths` is not one of the options of `changes`/, /`path`/],
  'toString(text)': [() => config.toString('toml'), /the options of `toString` are an object, not a string/],
  'toString with a misspelt option': [() => config.toString({ fromat: 'toml' }), /`fromat` is not one of the options of `toString`/, /`format`/],
  'toString with text for a flag': [() => config.toString({ secrets: 'no' }), /`secrets` is true or false, not a string/],
  'toString in an unknown format': [() => config.toString({ format: 'tmol' }), /tmol/],
  'registry.insert with an unknown option': [() => registry.insert(1, { ttl: 3 } as never), /`ttl` is not one of the options of `insert`/, /`ttlMs`/],
  'registry.get(text)': [() => wrong.registry.get('x'), /an entry is named by a handle or its id, not by a string/],
};

describe('an invalid argument is refused at the call', () => {
  test.each(Object.entries(CALLS))('%s', (_, [call, message, hint]) => {
    const error = caught(call);
    expect([error.code, error.message]).toEqual(['ERR_SUPERCONFIG_OPTION', expect.stringMatching(message)]);
    if (hint !== undefined) expect(error.hint).toMatch(hint);
    expect(firstFrame(error)).toContain('arguments.test.ts');
  });

  test('asynchronous calls reject', async () => {
    for (const call of [
      wrong.loadConfig(),
      wrong.loadConfig({ source: [] }),
      wrong.loadConfig({ sources: [], cwd: 3 }),
      builder().text('', { name: 3 }).load(),
    ]) {
      const error = await rejected(call);
      expect(error.code).toBe('ERR_SUPERCONFIG_OPTION');
      expect(firstFrame(error)).toContain('arguments.test.ts');
    }
  });

  test('an undefined option counts as absent', () => {
    const given = { cwd: undefined, sources: [api.file('none.toml', { optional: true, format: undefined } as never)], profile: undefined };
    expect(loadConfigSync(given as never).current).toEqual({});
    expect(parse('1', 'json')).toBe(1);
    expect(config.toString(undefined)).toBe(config.toString({ format: undefined }));
  });

  test('objects of a class are taken by their fields, and holes of arrays are null', () => {
    class Server {
      port = 1;
      list = [1, undefined, 3];
    }
    expect(SuperConfig.builder({ env: {} }).defaults(new Server()).loadSync().current).toEqual({ port: 1, list: [1, null, 3] });
  });
});

describe('bad arguments', () => {
  const broken: [name: string, make: () => unknown, message: RegExp, hint?: RegExp][] = [
    ['defaults that are no table', () => SuperConfig.builder().defaults(['x']).loadSync(), /defaults must be a table of keys/],
    [
      'an unknown option',
      () =>
        SuperConfig.builder()
          .file('a.toml', { optionl: true } as never)
          .loadSync(),
      /`optionl` is not an option of `file`/,
      /`optional`/,
    ],
    ['an option of another type', () => SuperConfig.builder({ cwd: 3 as never }).loadSync(), /`cwd` is a string, not a number/],
    [
      'an unknown limit',
      () =>
        SuperConfig.builder()
          .limits({ dept: 3 } as never)
          .loadSync(),
      /`dept` is not an option of `limits`/,
      /`depth`/,
    ],
    ['a limit below one', () => SuperConfig.builder().limits({ depth: 0 }).loadSync(), /`depth` of `limits` must be a positive whole number/],
    [
      'a variable that is no string',
      () =>
        SuperConfig.builder({ env: { APP_A: 3 as never } })
          .env('APP')
          .loadSync(),
      /APP_A of `env` must be a string/,
    ],
    ['a name that leads elsewhere', () => SuperConfig.builder().name('../x').loadSync(), /"..\/x"/],
    ['a source that no helper made', () => loadConfigSync({ sources: [{ kind: 'zzz' } as never] }), /no source of kind "zzz"/],
  ];
  test.each(broken)('%s', (_, make, message, hint) => {
    const error = caught(make);
    expect(error.code).toBe('ERR_SUPERCONFIG_OPTION');
    expect(error.message).toMatch(message);
    if (hint !== undefined) expect(error.hint).toMatch(hint);
  });

  test('values given in code nest as deep as the limit says', () => {
    const nested = (levels: number) => {
      let value: object = {};
      for (let level = 1; level < levels; level++) value = level % 2 ? { a: value } : [value];
      return { v: value };
    };
    const load = (levels: number, depth?: number) => {
      const builder = SuperConfig.builder({ env: {} }).defaults(nested(levels - 1));
      return (depth === undefined ? builder : builder.limits({ depth })).loadSync();
    };
    load(128).close();
    load(512, 512).close();
    for (const [levels, depth] of [[129], [512], [20, 10], [513, 512], [100_000, 512]] as const) {
      const error = caught(() => load(levels, depth));
      expect(error, String(levels)).toMatchObject({ code: 'ERR_SUPERCONFIG_LIMIT' });
      expect(error.message).toMatch(/^defaults: /);
    }
    registry.insert(nested(127)).close();
    expect(caught(() => registry.insert(nested(128)))).toMatchObject({ code: 'ERR_SUPERCONFIG_LIMIT' });
    const deep = '['.repeat(1000) + ']'.repeat(1000);
    for (const format of ['json', 'jsonc', 'json5', 'yaml'] as const) {
      expect(caught(() => parse(deep, format))).toMatchObject({ code: 'ERR_SUPERCONFIG_LIMIT' });
    }
  });

  test('an own __proto__ of a value given in code is dropped with a warning', () => {
    const config = SuperConfig.builder({ env: {} }).defaults(JSON.parse('{"a":{"__proto__":{"polluted":1},"b":[{"__proto__":2}]}}')).loadSync();
    expect(config.current).toEqual({ a: { b: [{}] } });
    expect(Object.getPrototypeOf(config.current.a)).toBe(Object.prototype);
    expect(config.warnings.map((warning) => `${warning.code} ${warning.path}`).sort()).toEqual(['forbidden-key a.__proto__', 'forbidden-key a.b[0].__proto__']);
  });
});
