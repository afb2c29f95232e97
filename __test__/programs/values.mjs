// Every kind of value and of key, by every way to read it.
import assert from 'node:assert/strict';
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
};
const config = SuperConfig.builder({ env: {} }).defaults(tree).loadSync();

/** Every path to a value, with the value. */
function* walk(value, path = []) {
  yield [path, value];
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) yield* walk(inner, [...path, Array.isArray(value) ? Number(key) : key]);
  }
}

/** A path as text, all keys in quotes. */
const text = (path) =>
  path
    .map((segment) => (typeof segment === 'number' ? `[${segment}]` : `.${JSON.stringify(segment)}`))
    .join('')
    .replace(/^\./, '');

let count = 0;
for (const [path, value] of walk(tree)) {
  const want = JSON.stringify(path);
  const ways = { segments: config.get(path), handle: config.handle(path).value, current: path.reduce((at, key) => at[key], config.current) };
  if (path.length > 0) ways.text = config.get(text(path));
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
assert.equal(count, 33);
assert.equal(config.current, config.current);
assert.equal(Object.getPrototypeOf(config.current), Object.prototype);
assert.deepEqual(structuredClone(config.current.list), config.current.list);
config.close();
for (const value of [{ text: '\ud800' }, { '\udc00': 1 }]) {
  assert.throws(() => SuperConfig.builder().defaults(value), { code: 'ERR_SUPERCONFIG_OPTION' });
}
