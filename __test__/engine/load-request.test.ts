// A request as it crosses to the addon: in brief where there is a directory and sources without options, else as JSON.
import { expect, test } from 'vitest';
import { toCrossing } from '../../ts/engine/load-request.ts';
import { args, defaults, dir, discover, dotenv, env, file, glob, type Source, SuperConfig, text } from '../../ts/index.ts';
import { caught } from '../support/errors.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();
const builder = (sources: readonly Source[]) => {
  const made = SuperConfig.builder({ cwd: directory.path });
  for (const source of sources) made.add(source);
  return made;
};
const isBrief = (made: SuperConfig | ReturnType<typeof builder>) => {
  const [text] = toCrossing((made as ReturnType<typeof builder>).toRequest(), undefined);
  return !text.startsWith('{');
};

test('sources without options cross in brief, and mean the same as in JSON', () => {
  directory.write('a.json', '{ "a": { "b": 1 } }');
  directory.write('ä {"}.json', '{ "a": { "c": "ä" } }');
  directory.write('config/default.toml', 'd = [1]');
  directory.write('.apprc', 'e: 5');
  process.env.BRIEF_A__B = '2';
  const lists = [
    [],
    [file('a.json', {})],
    [file('a.json'), file('ä {"}.json'), dir('config'), glob('*.json'), discover('app'), env('BRIEF')],
    [file('')],
    [file('absent.json')],
    [file('{"a"}')],
    [file('a.json'), file('/dev/null/x')],
    [glob('[')],
    [discover('../a')],
    [env('')],
    [dir('a.json')],
  ];
  for (const sources of lists) {
    const [brief, json] = [builder(sources), builder(sources).limits({})];
    expect([isBrief(brief), isBrief(json)], JSON.stringify(sources)).toEqual([true, false]);
    const outcome = (made: typeof brief) => {
      try {
        const { current, layers, warnings } = made.loadSync();
        return { current, layers, warnings };
      } catch (thrown) {
        return thrown;
      }
    };
    expect(outcome(brief), JSON.stringify(sources)).toEqual(outcome(json));
  }
  delete process.env.BRIEF_A__B;
});

test('what else a request has crosses as JSON', () => {
  const others: Source[][] = [
    [file('a.json', { optional: true })],
    [file('a\0.json')],
    [env()],
    [env(false)],
    [env('A', { separator: '_' })],
    [env(undefined, { separator: '_' })],
    [dotenv()],
    [args(['--a=1'])],
    [text('a = 1')],
    [defaults({})],
    [{ kind: 'file', name: 'a.json' }],
    [{ kind: 'constructor', name: 'a.json' } as never],
  ];
  for (const sources of others) expect(isBrief(builder(sources)), JSON.stringify(sources)).toBe(false);
  for (const options of [{ home: '/' }, { root: '/' }, { env: {} }, { cwd: 'a\0b' }]) {
    const made = SuperConfig.builder({ cwd: directory.path, ...options }).file('a.json');
    expect(isBrief(made as never), JSON.stringify(options)).toBe(false);
  }
  expect(isBrief(builder([]).name('brief'))).toBe(false);
  expect(caught(() => builder([file('a\0.json')]).loadSync())).toMatchObject({ code: 'ERR_SUPERCONFIG_OPTION' });
});

test('a prototype that somebody has changed adds nothing', () => {
  directory.write('a.json', '{ "a": 1 }');
  process.env.A_B = '2';
  Object.assign(Object.prototype, { home: '/polluted', path: 'polluted.json', prefix: 'POLLUTED', polluted: 'x' });
  try {
    const made = builder([file('a.json'), env('A', { separator: '_' })]);
    expect([isBrief(made), made.loadSync().current]).toEqual([false, { a: 1, b: 2 }]);
    expect(isBrief(builder([env(undefined, { separator: '_' })]))).toBe(false);
  } finally {
    delete process.env.A_B;
    for (const name of ['home', 'path', 'prefix', 'polluted']) delete (Object.prototype as Record<string, unknown>)[name];
  }
});
