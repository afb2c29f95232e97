// The environment is what `process.env` says on the calling thread when a load is called.
import { afterEach, describe, expect, test } from 'vitest';
import { args, type CustomSource, defaults, dir, discover, dotenv, env, file, glob, overrides, SuperConfig, source, text } from '../../ts/index.ts';
import { caught } from '../support/errors.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/watched.ts';

const directory = temporaryDirectory();
const builder = () => SuperConfig.builder({ cwd: directory.path });
const own = process.env;
const replace = (variables: object) => {
  process.env = variables as NodeJS.ProcessEnv;
};
afterEach(() => {
  process.env = own;
  for (const name of Object.keys(own)) if (name.startsWith('ENVTEST')) delete own[name];
});

const values = (): CustomSource => ({ name: 'values', load: ({ env }) => ({ seen: env.ENVTEST_N ?? null }) });
const slow = (): CustomSource => ({
  name: 'slow',
  load: async ({ env }) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return { seen: env.ENVTEST_N ?? null };
  },
});

describe('is captured when a load is called, whatever happens to it while that runs', () => {
  test('by `load` and by `reload`', async () => {
    own.ENVTEST_N = '1';
    const loading = builder().env('ENVTEST').load();
    own.ENVTEST_N = '2';
    const config = await loading;
    expect(config.get('n')).toBe(1);
    const reloading = config.reload();
    own.ENVTEST_N = '3';
    await reloading;
    expect(config.get('n')).toBe(2);
    config.close();
  });

  test('with custom sources, which see the same', async () => {
    own.ENVTEST_N = '1';
    const loading = builder().source(slow()).env('ENVTEST').load();
    own.ENVTEST_N = '2';
    const config = await loading;
    expect(config.current).toEqual({ seen: '1', n: 1 });
    const reloading = config.reload();
    own.ENVTEST_N = '3';
    await reloading;
    expect(config.current).toEqual({ seen: '2', n: 2 });
    config.close();
  });

  test.each(['files alone', 'a custom source beside them'])('in the background it stays as it was captured last, with %s', async (kind) => {
    directory.write('app.json', '{ "file": 1 }');
    own.ENVTEST_N = '1';
    const files = builder().file('app.json').env('ENVTEST').watch({ debounceMs: 10 });
    const config = (kind === 'files alone' ? files : files.source(values())).loadSync();
    own.ENVTEST_N = '2';
    directory.write('app.json', '{ "file": 2 }');
    await until(() => config.get('file') === 2);
    expect(config.get('n')).toBe(1);
    expect(config.get('seen', '1')).toBe('1');
    config.reloadSync();
    expect(config.get('n')).toBe(2);
    own.ENVTEST_N = '3';
    directory.write('app.json', '{ "file": 3 }');
    await until(() => config.get('file') === 3);
    expect(config.get('n')).toBe(2);
    config.close();
  });
});

describe('whoever has replaced `process.env`', () => {
  test('is seen, in loads, reloads, profiles, references and custom sources', () => {
    replace({ ENVTEST_N: '1', SUPERCONFIG_PROFILE: 'test' });
    const config = builder().source(values()).env('ENVTEST').interpolate().defaults({ profile: `\${env:SUPERCONFIG_PROFILE}` }).loadSync();
    expect(config.current).toEqual({ seen: '1', n: 1, profile: 'test' });
    expect(config.status.profiles).toEqual(['test']);
    replace({ ENVTEST_N: '2', SUPERCONFIG_PROFILE: 'test' });
    config.reloadSync();
    expect(config.current).toEqual({ seen: '2', n: 2, profile: 'test' });
    replace({ SUPERCONFIG_PROFILE: 'test' });
    config.reloadSync();
    expect(config.current).toEqual({ seen: null, profile: 'test' });
    config.close();
  });

  test('may have left values in it that are no text: numbers and booleans are, nothing is not there, and the rest is refused', () => {
    replace({ ENVTEST_N: 5, ENVTEST_B: true, ENVTEST_U: undefined, ENVTEST_NULL: null, OTHER: {} });
    expect(builder().env('ENVTEST').loadSync().current).toEqual({ n: 5, b: true });
    replace({ ENVTEST_O: {} });
    const error = caught(() => builder().env('ENVTEST').loadSync());
    expect([error.code, error.message]).toEqual(['ERR_SUPERCONFIG_OPTION', 'the variable ENVTEST_O of `process.env` is text, not an object']);
    replace({});
    expect(builder().env('ENVTEST').loadSync().current).toEqual({});
    process.env = undefined as never;
    expect(builder().env('ENVTEST').loadSync().current).toEqual({});
  });

  test('may have put NUL into it, which no environment can hold', () => {
    for (const value of ['a\0b', 'a\0b\0c', '\0']) {
      replace({ ENVTEST_N: '1', ENVTEST_NUL: value });
      for (const made of [builder(), builder().source(values())]) {
        const error = caught(() => made.env('ENVTEST').loadSync());
        expect([error.code, error.message]).toEqual(['ERR_SUPERCONFIG_OPTION', 'a variable of the environment holds a NUL character']);
      }
    }
    replace({ ENVTEST_N: '', ENVTEST_M: '=' });
    expect(builder().env('ENVTEST').loadSync().current).toEqual({ n: '', m: '=' });
  });

  test('sees only what a load can need looked up', () => {
    const looked = new Set<PropertyKey>();
    const variables = { ENVTEST_N: '1', MAPPED: '2', OTHER: '3', HOME: '/', ENVTESTED: '4' };
    replace(
      new Proxy(variables, {
        get(target, name) {
          looked.add(name);
          return Reflect.get(target, name);
        },
      }),
    );
    const named = ['a.json', '{profile}/a.json', './~/a.json'];
    for (const path of named) builder().file(path, { optional: true }).dir(path, { optional: true }).glob(path).profile('x').loadSync();
    const texts = [defaults({ a: '~' }), text('a: ~/b'), args(['--a=~/b']), env('X', {}), overrides({ a: '~/b' })];
    for (const one of texts) builder().add(one).profile('x').loadSync();
    expect([...looked]).toEqual([]);
    const files = [file('~/a.json', { optional: true }), glob('~/*.json'), dir('~', { optional: true }), discover('a'), dotenv()];
    const other = [...files, env('X', { fileSuffix: true }), env('X', { mapping: { a: 'UNSET' } }), source(values())];
    for (const one of other) {
      looked.clear();
      builder().add(one).profile('x').loadSync();
      expect(looked, one.kind).toContain('HOME');
    }
    looked.clear();
    builder()
      .env('ENVTEST_', { mapping: { deep: { mapped: ['UNSET', 'MAPPED'] } } })
      .loadSync();
    expect([...looked].filter((name) => name in variables).sort()).toEqual(['ENVTEST_N', 'HOME', 'MAPPED']);
    builder().interpolate().loadSync();
    expect(looked).toContain('OTHER');
  });
});

test('U+FFFD that a program has set is a value like others; half of a surrogate pair is not', () => {
  own.ENVTEST_X = 'a\ufffdb';
  const config = builder().env('ENVTEST').loadSync();
  expect([config.get('x'), config.warnings]).toEqual(['a\ufffdb', []]);
  replace({ ENVTEST_X: 'a\ud800b', ENVTEST_Y: 'fine' });
  for (const made of [builder(), builder().source(values())]) {
    const { current, warnings } = made.env('ENVTEST').loadSync();
    expect(current).not.toHaveProperty('x');
    expect(current).toHaveProperty('y', 'fine');
    expect(warnings.map(({ code, message }) => [code, message])).toEqual([['invalid-encoding', 'the variable ENVTEST_X is not valid UTF-8 and is skipped']]);
  }
  // Found by its prefix and by its path, it is one variable.
  const twice = builder()
    .env('ENVTEST', { mapping: { x: 'ENVTEST_X' } })
    .loadSync();
  expect(twice.warnings).toHaveLength(1);
});
