// Figures with their spread, verdicts of budgets over rounds and runs, and exponents of costs, as the benchmark makes them of its samples.
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { BUDGETS, figure, judge, judgeGrowth } from '../../bench/budgets.mjs';
import { exponents, median, percentile, spread } from '../../bench/measure.mjs';

const sizes = [10, 100, 1000, 10_000];
const costs = (cost: (size: number) => number) => Object.fromEntries(sizes.map((size) => [size, cost(size)]));

test('the middle, the least and the most of samples', () => {
  expect([median([3, 1, 2]), median([4, 1, 3, 2])]).toEqual([2, 2.5]);
  expect(spread([5, 1, 9])).toEqual({ median: 5, least: 1, most: 9 });
  expect([percentile([4, 3, 2, 1], 0.25), percentile([4, 3, 2, 1], 1)]).toEqual([1, 4]);
});

test('exponents of a cost', () => {
  expect(exponents(costs((size) => 7 * size)).fit).toBeCloseTo(1);
  expect(exponents(costs((size) => size * size)).steepest).toBeCloseTo(2);
  expect(exponents(costs(() => 5)).fit).toBeCloseTo(0);
  // Flat, and then one step that is quadratic.
  const { fit, steepest } = exponents({ 10: 1, 100: 1, 1000: 100 });
  expect([fit, steepest]).toEqual([expect.closeTo(1), expect.closeTo(2)]);
});

describe('budgets', () => {
  const [what, , limit] = BUDGETS[0] as [string, unknown, number];
  const row = (ours: number) => [{ id: 'read', results: { 'handle.value': ours, 'Map.get': 10 } }];
  const verdict = (...runs: number[][]) =>
    judge(
      runs.map((rounds) => rounds.map(row)),
      false,
    ).find((budget) => budget.what === what);

  test('a run is judged by the median of its rounds', () => {
    expect(verdict([5, 99, 6])).toMatchObject({ held: true, limit, runs: [{ median: 0.6, least: 0.5, most: 9.9 }] });
    expect(verdict([5, 99, 98])?.held).toBe(false);
  });

  test('a budget is held when every run holds it', () => {
    expect([verdict([5], [6], [7])?.held, verdict([5], [60], [7])?.held]).toEqual([true, false]);
  });

  test('what was not measured is missed in a whole run, and not judged in a part', () => {
    const whole = judge([[row(5)]], true);
    expect(whole.length).toBe(BUDGETS.length);
    expect(whole.find(({ what }) => what.includes('node-config'))).toMatchObject({ held: false, runs: [{ median: Number.POSITIVE_INFINITY }] });
    expect(judge([[row(5)]], false).map((budget) => budget.what)).not.toContain('`config.get` / node-config');
  });

  test('figures as text', () => {
    expect([figure(0.12345), figure(12_345.6), figure(spread([1, 2, 3])), figure(spread([2]))]).toEqual(['0.123', '12,346', '2.00 (1.00 – 3.00)', '2.00']);
  });
});

test('what grows faster than n log n is not held', () => {
  const curve = (cost: (size: number) => number) => [[[{ id: 'curve', title: 'A cost', grows: 'keys', ours: ['superconfig'], results: costs(cost) }]]];
  const held = (cost: (size: number) => number) => judgeGrowth(curve(cost)).map((verdict: { held: boolean }) => verdict.held);
  expect(held((size) => size)).toEqual([true, true]);
  expect(held((size) => size ** 1.5)).toEqual([false, false]);
});

test.each([
  ['bench', '--runs 0', /`--runs 0` is no number from 1 to 99/],
  ['bench', '--runs x', /`--runs x`/],
  ['bench', '--only reads,lods', /there is no suite `lods`/],
  ['bench', '--chek', /--chek/],
  ['bench:floor', '--runs 100', /`--runs 100` is no number from 1 to 99/],
  ['bench:floor', '--quick', /--quick/],
])('`npm run %s -- %s` is refused with its usage', (script, options, message) => {
  const program = script === 'bench' ? 'bench/run.mjs' : 'bench/floor.mjs';
  const { status, stderr } = spawnSync(process.execPath, [program, ...options.split(' ')], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([2, expect.stringMatching(message)]);
  expect(stderr).toContain(`usage: npm run ${script} `);
});
