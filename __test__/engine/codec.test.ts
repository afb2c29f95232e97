// Values cross to the addon and back in texts that are no larger than they are.
import { expect, test } from 'vitest';
import { encode, toValue } from '../../ts/engine/codec.ts';
import { parse, registry, type StandardSchema, SuperConfig } from '../../ts/index.ts';

type Tree = Record<string, unknown>;

/** Numbers that JSON loses, below as many levels of keys of a length. */
function deep(levels: number, keyLength: number, numbers: unknown[]): Tree {
  let value: unknown = numbers;
  for (let level = 0; level < levels; level++) value = { [`k${level}${'x'.repeat(keyLength)}`]: value };
  return value as Tree;
}

const lossy = (count: number) => Array.from({ length: count }, (_, at) => [-0, Number.NaN, Number.POSITIVE_INFINITY, 2n ** 63n][at % 4]);

test('twice the input is twice the text, however deep it nests', () => {
  const size = (scale: number) => JSON.stringify(encode(deep(100, scale, lossy(scale)), 'the value')).length;
  for (const scale of [1000, 2000, 4000]) expect(size(2 * scale) / size(scale)).toBeLessThan(2.2);
});

test('paths that share their beginnings come back where they were', () => {
  const value = { a: { b: [-0, [1n, Number.NaN], 2], c: -0 }, d: [[[-0]], { e: 7n }], f: 1, g: 2n ** 64n - 1n };
  const { specials } = encode(value, 'the value');
  expect(specials?.map(([shared, segments]) => [shared, ...segments])).toEqual([
    [0, 'a', 'b', 0],
    [2, 1, 0],
    [3, 1],
    [1, 'c'],
    [0, 'd', 0, 0, 0],
    [1, 1, 'e'],
    [0, 'g'],
  ]);
  expect(toValue([JSON.stringify(encode(value, 'the value').value), JSON.stringify(specials)])).toEqual(value);
  expect(registry.insert(value).value).toEqual({ ...value, a: { b: [-0, [1, Number.NaN], 2], c: -0 }, d: [[[-0]], { e: 7 }] });
  expect(registry.insert([JSON.parse('{ "__proto__": { "a": 1 }, "b": 2 }'), -0]).value).toEqual([{ b: 2 }, -0]);
});

test('frozen tables are like literals, whatever their keys', () => {
  const many = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`key${at}`, [at]]));
  const value = { z: { list: [{ a: 1 }, null] }, a: null, 7: {}, many, toString: { constructor: 1 }, hasOwnProperty: 'x' };
  const frozen = toValue([JSON.stringify(value), null]) as typeof value;
  expect(frozen).toStrictEqual(value);
  expect(JSON.stringify(frozen)).toBe(JSON.stringify(value));
  expect(structuredClone(frozen)).toStrictEqual(value);
  for (const part of [frozen, frozen.z, frozen.z.list, frozen.z.list[0], frozen[7], frozen.many, frozen.many.key1, frozen.toString]) {
    expect(Object.isFrozen(part)).toBe(true);
  }
  expect(() => Object.assign(frozen.z, { list: 1 })).toThrow("'#<Object>'");
  Object.defineProperty(Object.prototype, 'strange', { set: () => {}, configurable: true });
  try {
    expect(Object.entries(toValue(['{"strange":{"b":[]}}', null]) as object)).toEqual([['strange', { b: [] }]]);
  } finally {
    Reflect.deleteProperty(Object.prototype, 'strange');
  }
});

// Written in full for each number, the paths would be four gigabytes of text.
const numbers = lossy(20_000);
const value = deep(100, 2000, numbers);
const path = Array.from({ length: 100 }, (_, at) => `k${99 - at}${'x'.repeat(2000)}`);
const builder = () => SuperConfig.builder({ env: {} });

test('parse, and a file of any format', () => {
  const text = numbers.map((number) =>
    number === Number.POSITIVE_INFINITY ? '.inf' : Number.isNaN(number) ? '.nan' : Object.is(number, -0) ? '-0.0' : number,
  );
  const open = path.map((key) => `{ ${key}: `).join('');
  expect(parse(`${open}[${text}]${' }'.repeat(100)}`, 'yaml')).toEqual(value);
});

test('current, handles, get, explain and prints', () => {
  const config: SuperConfig = builder().defaults(value).loadSync();
  expect(config.current).toEqual(value);
  expect(config.get(path)).toEqual(numbers);
  expect(config.handle(path.slice(0, 50)).value).toEqual(value[path[0] as string] && config.get(path.slice(0, 50)));
  expect(config.explain(path).value).toEqual(numbers);
  expect(JSON.stringify(config).length).toBeLessThan(1_000_000);
  config.close();
});

test('sources, derived layers and what a schema is given and gives', async () => {
  const integers = numbers.map((_, at) => BigInt(at));
  const schema: StandardSchema<unknown, Tree> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (input) => {
        expect((input as Tree).a).toEqual(value);
        expect((input as Tree).b).toEqual(value);
        return { value: { ...(input as Tree), c: deep(100, 2000, integers) } };
      },
    },
  };
  const config = await builder()
    .source({ name: 'host', load: () => ({ a: value }) })
    .derive(({ a }) => ({ b: a }))
    .schema(schema)
    .load();
  expect(config.current).toEqual({ a: value, b: value, c: deep(100, 2000, integers) });
  expect(config.get(['c', ...path])).toEqual(integers);
  config.close();
});

test('changes', async () => {
  let last = 0;
  const config = await builder()
    .source({ name: 'host', load: () => ({ a: deep(100, 2000, [...numbers, last++]) }) })
    .load();
  const changed = new Promise<{ previous: Tree; current: Tree }>((resolve) => config.on('change', resolve as never));
  await config.reload();
  const { previous, current } = await changed;
  expect([previous, current]).toEqual([0, 1].map((last) => ({ a: deep(100, 2000, [...numbers, last]) })));
  config.close();
});
