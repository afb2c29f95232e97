// The cache of values that were read.
import { expect, test } from 'vitest';
import { loadSync } from '../../ts/engine/load.ts';
import { lookUp, lookUpLeniently } from '../../ts/engine/read-cache.ts';

test('the cache of values is bounded, however many spellings a path has', () => {
  const key = 'acdeghijklmopq';
  const sources = [{ kind: 'defaults' as const, values: { value: { [key]: 1 } } }];
  const attachment = loadSync({ options: {}, sources, environment: {}, validator: undefined });
  let largest = 0;
  for (let bits = 0; bits < 2 ** key.length; bits++) {
    // In quotes `\z` is `z`.
    const spelling = `"${[...key].map((letter, at) => ((bits >> at) & 1 ? `\\${letter}` : letter)).join('')}"`;
    expect((bits % 2 === 0 ? lookUp : lookUpLeniently)(attachment, spelling)).toBe(1);
    largest = Math.max(largest, attachment.cache?.size ?? 0);
  }
  expect(largest).toBe(10_000);
  for (let at = 0; at < 20_000; at++) {
    expect(lookUpLeniently(attachment, `absent${at}`)).toBeUndefined();
  }
  expect(attachment.absent?.size).toBeLessThanOrEqual(1000);
  attachment.close();
});
