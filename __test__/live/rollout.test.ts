import { describe, expect, test } from 'vitest';
import { SuperConfig } from '../../ts/index.ts';
import { type Entries, type KeyLayout, layoutOf, liveSource } from '../../ts/live/index.ts';
import { bucketOf, chooseSubtree } from '../../ts/live/rollout.ts';
import { code, rejected } from '../support/errors.ts';

const KEY = '/shop/rollout';
const entries = (rule: unknown): Entries => new Map([[KEY, { key: KEY, value: typeof rule === 'string' ? rule : JSON.stringify(rule), revision: 7n }]]);
const instances = Array.from({ length: 2_000 }, (_, at) => `cart-${at}`);
const candidates = (rule: object) =>
  instances.filter((instance) => chooseSubtree({ key: KEY, instance }, entries({ stable: 'a', candidate: 'b', ...rule })) === 'b');

describe('a rollout', () => {
  test('takes about as many instances as it says, and keeps those that it has when it grows', () => {
    const shares = [0, 10, 50, 100].map((percent) => candidates({ percent }));
    expect(shares.map(({ length }) => Math.round(length / 100))).toEqual([0, 2, 10, 20]);
    for (const [at, share] of shares.entries()) for (const before of shares.slice(0, at)) expect(share).toEqual(expect.arrayContaining(before));
    expect(candidates({ percent: 0.05 }).length).toBeLessThan(10);
  });

  test('puts an instance on the same side for ever, and on another one by another salt', () => {
    expect(['cart-1', 'cart-2', 'cart-3'].map((instance) => bucketOf(KEY, instance))).toEqual([1575, 8949, 5952]);
    expect(candidates({ percent: 10 })).not.toEqual(candidates({ percent: 10, salt: 'other' }));
  });

  test('compares labels', () => {
    const rule = entries({ stable: 'a', candidate: 'b', match: { region: 'eu' } });
    const choose = (labels?: Record<string, string>) => chooseSubtree({ key: KEY, instance: 'cart-1', ...(labels && { labels }) }, rule);
    expect([choose({ region: 'eu', tier: 'x' }), choose({ region: 'us' }), choose()]).toEqual(['b', 'a', 'a']);
  });

  test.each([
    [undefined, 'is not there'],
    ['[', 'cannot be read'],
    ['text', 'is no table'],
    [{ candidate: 'b' }, 'has a `stable` that is not text'],
    [{ stable: 'a', percent: 101 }, 'has a `percent`'],
    [{ stable: 'a', match: { region: 1 } }, 'has a `match`'],
    [{ stable: 'a', percentage: 10 }, 'has no `percentage`'],
  ])('with the rule %j fails, and says why', (rule, problem) => {
    const given = rule === undefined ? new Map() : entries(rule);
    expect(() => chooseSubtree({ key: KEY, instance: 'x' }, given)).toThrow(
      `the rule of the rollout, ${KEY}${rule === undefined ? '' : ' at revision 7'}, ${problem}`,
    );
  });

  test.each<KeyLayout>([
    { key: 'a', rollout: { key: KEY, instance: 'x' } },
    { prefix: '/shop/', rollout: { key: '/other', instance: 'x' } },
    { prefix: '/shop/', rollout: { key: KEY, instance: '' } },
  ])('of %j is refused', (layout) => {
    expect(code(() => layoutOf(layout, '/'))).toBe('ERR_SUPERCONFIG_OPTION');
  });

  test('gives the values of its subtree alone, explained by their keys', async () => {
    const stored = { [KEY]: 'stable: v1\ncandidate: v2\npercent: 100', '/shop/v1/port': '1', '/shop/v2/port': '2', '/shop/v2x/port': '3' };
    const list = async () => ({ revision: 9n, entries: Object.entries(stored).map(([key, value]) => ({ key, value, revision: 9n })) });
    const { toResult } = layoutOf({ prefix: '/shop/', rollout: { key: KEY, instance: 'cart-1' } }, '/');
    const store = { name: 'memory', endpoints: ['one'], open: async () => ({ list, watch: async () => {}, close: () => {} }), toResult };
    const config = await SuperConfig.builder().source(liveSource(store)).load();
    expect(config.current).toEqual({ port: 2 });
    expect(config.explain('port').winner).toMatchObject({ key: '/shop/v2/port', revision: '9' });
    stored[KEY] = 'stable: [';
    expect((await rejected(SuperConfig.builder().source(liveSource(store)).load())).message).toContain(`${KEY} at revision 9`);
  });
});
