// Hostile variables and odd programs beneath the drop-in: names that lead out of the tree, objects that contain themselves, dates by the thousand.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfigSync } from '../../ts/index.ts';
import { changedPaths } from '../../ts/node-config/changes.ts';
import { Owner } from '../../ts/node-config/config.ts';
import { definitionOf } from '../../ts/node-config/definition.ts';
import { makeImmutable } from '../../ts/node-config/freeze.ts';
import { Load } from '../../ts/node-config/load.ts';
import { resolveAsync } from '../../ts/node-config/merge.ts';
import { optionsOf, Parameters } from '../../ts/node-config/parameters.ts';
import { parseJson, parseText, readFile } from '../../ts/node-config/read-file.ts';
import { caught } from '../support/errors.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();

describe('names from variables', () => {
  const options = (nodeEnv: string[], more = {}) => ({ configDir: directory.at('config'), nodeEnv, hostName: 'host', gitCrypt: false, ...more });

  test.each([
    ['environment', ['../outside'], {}],
    ['instance', ['development'], { appInstance: '/../../outside' }],
    ['host', ['development'], { hostName: '../outside' }],
  ])('no %s leads out of the tree, for the values and for what explains them', (_, nodeEnv, more) => {
    directory.write('config/default.json', '{"a": 1}');
    for (const name of ['outside.json', 'outside-development.json']) directory.write(name, '{"a": 2, "secret": 3}');
    mkdirSync(join(directory.path, 'config/default-'), { recursive: true });
    const load = new Load(options(nodeEnv, more));
    load.scan();
    expect(load.config).toEqual({ a: 1 });
    const live = loadConfigSync(definitionOf(load));
    expect(live.current).toEqual({ a: 1 });
    live.close();
  });

  test('environments are at most as many as the engine takes profiles', () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => `e${at}`).join(',');
    expect(optionsOf(new Parameters(), many(1000)).nodeEnv).toHaveLength(1000);
    expect(caught(() => optionsOf(new Parameters(), many(1001))).code).toBe('ERR_SUPERCONFIG_LIMIT');
  });

  test('values that nest without end are malformed, and no key reaches a prototype', () => {
    expect(caught(() => parseJson(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`)).code).toBe('ERR_SUPERCONFIG_LIMIT');
    expect(Object.keys(parseJson('{"__proto__": {"x": 1}, "n": 12345678901234567890}') as object)).toEqual(['n']);
    for (const format of ['constructor', '__proto__', 'toString']) expect(parseText('x', format)).toBeUndefined();
  });
});

describe('objects that contain themselves', () => {
  const circle = (size = 1) => {
    const all: Record<string, unknown>[] = Array.from({ length: size }, (_, at) => ({ at }));
    // Each knows all: there are more ways through them than anyone could walk.
    for (const one of all) for (const [at, other] of all.entries()) one[`k${at}`] = other;
    return all[0] as Record<string, unknown>;
  };

  test('are frozen, awaited and compared', async () => {
    const values = circle();
    makeImmutable(values);
    expect(() => Object.assign(values.k0 as object, { at: 5 })).toThrow('immutable');
    const pending = Object.assign(circle(), { later: Promise.resolve(7) });
    await resolveAsync(pending);
    expect(pending.later).toBe(7);
    expect(changedPaths({ a: circle() }, { a: circle() })).toEqual([]);
    expect(changedPaths({ a: circle() }, { a: { ...circle(), at: 1 } })).toContain('a.at');
  });

  test('have the methods in each table, however many ways lead to it', () => {
    const load = new Load({ configDir: directory.at('none'), nodeEnv: [], hostName: '', gitCrypt: false });
    load.config.graph = circle(6);
    const { view } = new Owner(load);
    expect(view.get('graph.k1.k2.at')).toBe(2);
    expect(view.graph.k3.get('at')).toBe(3);
  });
});

test('a program that throws nothing at all is an error that names it', () => {
  directory.write('default.js', 'throw undefined;');
  expect(caught(() => readFile(directory.at('default.js'), false))).toMatchObject({
    code: 'ERR_SUPERCONFIG_SOURCE',
    message: expect.stringContaining('default.js'),
  });
});

describe('dates of TOML', () => {
  const date = '1979-05-27T07:32:00Z';

  test('are told from texts, wherever the quotes are', () => {
    const text = `"${date}" = 1
a = ${date} # "x
b = "${date}"
c = '${date}'
d = [${date}, "${date}", { e = ${date}, f = '''${date}''' }]
g = """
${date}"""
h = """\\
   ${date}"""
i = "\\u0031979-05-27T07:32:00Z"
j = '''a''''
k = """b"""""
l = "\ue000x"
[m.'n.o']
p = ${date}`;
    const real = new Date(date);
    expect(parseText(text, 'toml')).toEqual({
      [date]: 1,
      a: real,
      b: date,
      c: date,
      d: [real, date, { e: real, f: date }],
      g: date,
      h: date,
      i: date,
      j: "a'",
      k: 'b""',
      l: '\ue000x',
      m: { 'n.o': { p: real } },
    });
  });

  test('cost one parse more, however many there are', () => {
    const text = Array.from({ length: 20_000 }, (_, at) => `k${at} = ${at % 2 === 0 ? date : `"${date}"`}`).join('\n');
    const before = process.cpuUsage();
    const parsed = parseText(text, 'toml') as Record<string, unknown>;
    const { user, system } = process.cpuUsage(before);
    expect([parsed.k0, parsed.k1]).toEqual([new Date(date), date]);
    // Each was looked for in the whole text: minutes.
    expect((user + system) / 1e6).toBeLessThan(10);
  });
});
