// Every kind of value and of key, by every way to read it.
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { SuperConfig } from 'superconfig';

const tree = {
  big: 2n ** 63n - 1n,
  least: -(2n ** 63n),
  unsigned: 2n ** 64n - 1n,
  safe: Number.MAX_SAFE_INTEGER,
  infinite: Infinity,
  less: -Infinity,
  none: Number.NaN,
  zero: -0,
  nothing: null,
  no: false,
  empty: '',
  '': { '': 'empty keys' },
  'a.b': { 'c d': 1, '[0]': 2, '"': 3 },
  ключ: { 鍵: '値', '🔑': '\u{1F511}\u0000' },
  list: [[2n ** 60n, 2], { deep: [Infinity] }, null],
  0: { 1: 'digits' },
  constructor: { toString: 'own' },
  then: 'no function',
  toJSON: [1],
};
let given = {};
const config = SuperConfig.builder({ env: {} })
  .source({ name: 'given', load: () => given })
  .loadSync();
const changes = [];
config.on('change', (change) => changes.push(change));
given = tree;
config.reloadSync();
assert.equal(changes.length, 1);

/** Every path to a value, with the value. */
function* walk(value, path = []) {
  yield [path, value];
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) yield* walk(inner, [...path, Array.isArray(value) ? Number(key) : key]);
  }
}

/** A path as text, all keys in quotes. */
const asText = (path) =>
  path
    .map((segment) => (typeof segment === 'number' ? `[${segment}]` : `.${JSON.stringify(segment)}`))
    .join('')
    .replace(/^\./, '');

let count = 0;
for (const [path, value] of walk(tree)) {
  const want = JSON.stringify(path);
  const ways = {
    segments: config.get(path),
    handle: config.handle(path).value,
    current: path.reduce((at, key) => at[key], config.current),
    change: path.reduce((at, key) => at[key], changes[0].current),
    fallback: config.get(path, 'nothing'),
  };
  if (path.length > 0) ways.text = config.get(asText(path));
  assert.deepEqual(config.explain(path).value, value);
  assert.deepEqual(config.explain(path).winner.value, value);
  for (const [way, got] of Object.entries(ways)) {
    if (typeof value !== 'object' || value === null) {
      assert(Object.is(got, value), `${want} by ${way}: ${String(got)}`);
    } else {
      assert.deepEqual(Object.keys(got), Object.keys(value), `${want} by ${way}`);
      assert(Object.isFrozen(got), `${want} by ${way} is not frozen`);
    }
  }
  if (typeof value === 'object' && value !== null) assert.equal(config.get(path), config.get(path), `${want} is another object each time`);
  assert.equal(config.has(path), true);
  count += 1;
}
assert.equal(count, 36);
assert.equal(await config.current, config.current);
assert.deepEqual(config.current, tree);
for (const path of ['[]', '__proto__', 'constructor.name', 'list.length', 'list[-1]', 'list[01]', 'list.00', 'empty.0', '\ud800', 'a..b', 'list[3]']) {
  assert.throws(() => config.get(path), { code: 'ERR_SUPERCONFIG_PATH' }, path);
  assert.throws(() => config.handle(path).value, { code: 'ERR_SUPERCONFIG_PATH' }, path);
  assert.throws(() => config.explain(path), { code: 'ERR_SUPERCONFIG_PATH' }, path);
  // Twice: what is not there is kept too.
  for (let time = 0; time < 2; time++) assert.deepEqual([config.has(path), config.get(path, 'nothing')], [false, 'nothing'], path);
}
assert.throws(() => config.get(['\udc00']), { code: 'ERR_SUPERCONFIG_PATH' });
// What prints shows every digit, also where JSON has no number for it.
for (const shown of [inspect(config), inspect(changes[0])]) {
  for (const part of ['18446744073709551615n', '-Infinity', 'NaN', '-0']) assert(shown.includes(part), shown);
}
for (const shown of [config, changes[0]]) assert(JSON.stringify(shown).includes('"unsigned":"18446744073709551615"'));
assert.equal(Object.getPrototypeOf(config.current), Object.prototype);
assert.deepEqual(structuredClone(config.current.list), config.current.list);

// What was not there is found once it is, and paths that are made up do not fill the memory.
given = {};
config.reloadSync();
assert.equal(config.get('safe', 1), 1);
globalThis.gc?.();
const before = process.memoryUsage().heapUsed;
for (let at = 0; at < 200_000; at++) assert.equal(config.get(`no.such.path${at}`, at), at);
globalThis.gc?.();
const more = process.memoryUsage().heapUsed - before;
if (globalThis.gc !== undefined && process.versions.bun === undefined) assert(more < 2e6, `unknown paths took ${more} bytes`);
given = tree;
config.reloadSync();
assert.equal(config.get('safe', 1), tree.safe);
config.close();
for (const value of [{ text: '\ud800' }, { '\udc00': 1 }]) {
  assert.throws(() => SuperConfig.builder().defaults(value), { code: 'ERR_SUPERCONFIG_OPTION' });
}
