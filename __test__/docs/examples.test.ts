// Every example in the comments of public names: compiled as users compile them, and run in a directory of its own with real files.
import { beforeAll, describe, expect, test } from 'vitest';
import { documented } from './documented.ts';
import { type Outcome, runExamples } from './run-examples.ts';

const { index, beside } = documented();
const exported = index.map(({ name }) => name).filter((name) => !name.includes('.'));
const all = [...index, ...beside];

/** The examples by name; a second one of the same name gets a number. */
const examples = new Map<string, string>();
for (const { name, examples: codes } of all) {
  for (const [at, code] of codes.entries()) examples.set(at === 0 ? name : `${name} ${at + 1}`, code);
}

let outcome: Outcome;

beforeAll(() => {
  outcome = runExamples(examples, exported);
}, 120_000);

test('every public name has a summary, and an example unless it is a property', () => {
  expect(all.filter(({ summary }) => summary === '').map(({ name }) => name)).toEqual([]);
  expect(all.filter(({ isShown, examples }) => isShown && !examples.some((code) => code !== '')).map(({ name }) => name)).toEqual([]);
});

describe('the example of', () => {
  test.each([...examples.keys()])('%s compiles and does what it says', (name) => {
    expect(outcome.problems.get(name)).toBe(undefined);
    expect(outcome.failures[name]).toBe(undefined);
  });
});

test('the examples state their results', () => {
  expect(outcome.checks).toBeGreaterThan(examples.size / 2);
  expect(outcome.problems.get('all')).toBe(undefined);
});
