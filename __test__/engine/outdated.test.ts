// The list of objects that keep something until there is a newer version.
import { expect, test } from 'vitest';
import { Keepers, OUTDATED } from '../../ts/engine/outdated.ts';
import { memory } from '../support/memory.ts';

test('all are let go of once, and may be added again', () => {
  const keepers = new Keepers<{ dropped: number }>();
  const objects = Array.from({ length: 200 }, () => ({ dropped: 0 }));
  const add = () => {
    for (const object of objects) keepers.add(new WeakRef(object));
  };
  const release = () =>
    keepers.release((object) => {
      object.dropped += 1;
    });
  add();
  expect(keepers.size).toBe(200);
  OUTDATED[0] = 1;
  release();
  release();
  expect([keepers.size, OUTDATED[0], new Set(objects.map(({ dropped }) => dropped))]).toEqual([0, 0, new Set([1])]);
  add();
  release();
  expect(new Set(objects.map(({ dropped }) => dropped))).toEqual(new Set([2]));
});

test('the list does not grow with what is gone, though nothing is published', async () => {
  const keepers = new Keepers<object>();
  const kept = Array.from({ length: 100 }, () => ({}));
  for (const object of kept) keepers.add(new WeakRef(object));
  let largest = 0;
  for (let round = 0; round < 10; round++) {
    for (let at = 0; at < 1000; at++) keepers.add(new WeakRef({}));
    largest = Math.max(largest, keepers.size);
    await memory();
  }
  // As many as there are at a time, twice at most.
  expect(largest).toBeLessThanOrEqual(2 * 1100);
  let left = 0;
  keepers.release(() => {
    left += 1;
  });
  expect(left).toBe(kept.length);
});
