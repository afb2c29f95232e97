import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse, SuperConfig } from '../../ts/index.ts';
import { sharedDirectory } from '../support/temporary.ts';

const directory = sharedDirectory();

const load = (values: object) => SuperConfig.builder({ env: {} }).defaults(values).loadSync();

/** Any text: quotes, line ends, controls, what looks like another type, other scripts. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('"', "'", '\\', '\n', '\r', '\t', '\u0000', '\u007f', '\u0085', '\ufeff', ' ', '#', ':', '$', '{', '}', '`', 'é', '🦀', '-', 'a'),
  }),
  fc.constantFrom(
    'yes',
    'null',
    '~',
    'true',
    '007',
    '1e5',
    '0x10',
    '.inf',
    '2020-01-02',
    '<<',
    '---',
    '...',
    '*a',
    '&a',
    '!a',
    '| ',
    '> ',
    '- a',
    '? a',
    '',
    ' a ',
  ),
);
// Without `_add` and `_remove`, which are directives, and the key that never reaches JavaScript.
const key = anyText.filter((key) => key !== '__proto__' && !/_(add|remove)$/.test(key));
const whole = fc.oneof(fc.integer(), fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }), fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }));
const float = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0));

/** Tables of anything, to a depth of four. */
function tables(leaf: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> {
  const { value } = fc.letrec<{ value: unknown; table: Record<string, unknown> }>((tie) => ({
    value: fc.oneof({ depthSize: 'small', maxDepth: 4 }, leaf, fc.array(tie('value'), { maxLength: 4 }), tie('table')),
    table: fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  }));
  return fc.dictionary(key, value, { maxKeys: 6, noNullPrototype: true });
}

// The same runs each time, so that nothing fails by chance. SUPERCONFIG_SEED gives others, as the workflow does every night.
const seed = Number(process.env.SUPERCONFIG_SEED ?? 20_261_127);
const runs = { numRuns: 300, seed };

describe('what toString writes parses back to the same values', () => {
  const scalar = fc.oneof(anyText, whole, float, fc.boolean());
  const leaves = {
    json: fc.oneof(scalar, fc.constant(null)),
    toml: scalar,
    yaml: fc.oneof(scalar, fc.constant(null)),
    json5: fc.oneof(scalar, fc.constant(null)),
  };
  test.each(Object.entries(leaves))('%s', (name, leaf) => {
    const format = name as keyof typeof leaves;
    fc.assert(
      fc.property(tables(leaf), (values) => {
        const config = load(values);
        const text = config.toString({ format, secrets: true });
        expect(parse(text, format)).toEqual(config.current);
        config.close();
      }),
      runs,
    );
  });

  test('dotenv, over layers that know the types', () => {
    // NUL is what no variable can hold.
    const text = anyText.filter((text) => !text.includes('\u0000'));
    const leaf = fc.oneof(
      text.map((value) => [value, `${value}-`]),
      fc.oneof(fc.integer(), float).map((value) => [value, value === 1 ? 2 : 1]),
      fc.boolean().map((value) => [value, !value]),
      fc.array(text, { minLength: 1, maxLength: 3 }).map((value) => [value, ['-']]),
      fc.array(fc.integer(), { minLength: 1, maxLength: 3 }).map((value) => [value, [-1, -2]]),
    );
    const name = fc.stringMatching(/^[a-z]{1,6}$/).filter((name) => !['add', 'remove'].includes(name));
    const flat = fc.dictionary(name, leaf, { minKeys: 1, maxKeys: 4, noNullPrototype: true });
    const pick = (at: 0 | 1, table: Record<string, unknown[]>) => Object.fromEntries(Object.entries(table).map(([key, pair]) => [key, pair[at]]));
    fc.assert(
      fc.property(flat, flat, (outer, inner) => {
        const values = (at: 0 | 1) => ({ ...pick(at, outer), inner: pick(at, inner) });
        const config = load(values(0));
        directory.write('.env', config.toString({ format: 'dotenv', secrets: true }));
        const again = SuperConfig.builder({ cwd: directory.path, env: {} }).defaults(values(1)).dotenv().env().loadSync();
        expect(again.current).toEqual(config.current);
        again.close();
        config.close();
      }),
      { ...runs, numRuns: 150 },
    );
  });
});
