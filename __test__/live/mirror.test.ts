import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { backoffMs } from '../../ts/live/backoff.ts';
import { type Frame, Mirror } from '../../ts/live/mirror.ts';

type Expected = Partial<Record<'changed' | 'needsList' | 'reset', boolean>> & {
  state?: string | null;
  revision?: string;
  error?: string | null;
  resumes?: number;
  relists?: number;
  entries?: Record<string, string>;
  due?: number | null;
};

interface Case {
  name: string;
  options?: object;
  steps: [now: number, frame: Record<string, unknown>, expected: Expected][];
}

const cases = JSON.parse(readFileSync(join(import.meta.dirname, 'mirror.json'), 'utf8')) as Case[];

/** A frame as it is written in the cases: keys, values and revisions as arrays of three. */
function toFrame(given: Record<string, unknown>): Frame {
  const rows = (name: string) => given[name] as [string, string | null, number][] | undefined;
  const frame: Record<string, unknown> = { ...given };
  if (typeof given.revision === 'number') frame.revision = BigInt(given.revision);
  const entries = rows('entries')?.map(([key, value, revision]) => ({ key, value, revision: BigInt(revision) }));
  const changes = rows('changes')?.map(([key, value, revision]) => ({ key, ...(value !== null && { value }), revision: BigInt(revision) }));
  return { ...frame, ...(entries && { entries }), ...(changes && { changes }) } as unknown as Frame;
}

test.each(cases)('$name', ({ options, steps }) => {
  const mirror = new Mirror({ staleAfterMs: 30_000, emptyAfterMs: 1_000, keepsLast: false, ...options });
  steps.forEach(([now, frame, expected], step) => {
    const { hasChanged, needsList, wasReset, report } = mirror.apply(toFrame(frame), now);
    const seen: Record<string, unknown> = {
      changed: hasChanged,
      needsList,
      reset: wasReset,
      state: report?.state ?? null,
      revision: String(mirror.revision),
      error: report?.error ?? null,
      resumes: report?.resumes,
      relists: report?.relists,
      entries: Object.fromEntries([...mirror.entries].map(([key, { value }]) => [key, value])),
      due: mirror.dueAt ?? null,
    };
    const asked = Object.fromEntries(Object.keys(expected).map((name) => [name, seen[name]]));
    expect(asked, `step ${step}`).toEqual(expected);
  });
});

test('what does not end is not held, and the entries stay as they were', () => {
  const mirror = new Mirror({ staleAfterMs: 30_000, emptyAfterMs: 1_000, keepsLast: false });
  mirror.apply({ type: 'list', revision: 1n, entries: [{ key: 'a', value: '1', revision: 1n }] }, 0);
  const value = 'x'.repeat(1 << 22);
  const many = (count: number, key = (at: number) => `k${at}`) => Array.from({ length: count }, (_, at) => ({ key: key(at), value, revision: BigInt(at + 2) }));
  const full = /^the store holds more than 67108864 characters/;
  // Fragments of one change, the changes of one moment, and a list.
  let taken = 0;
  const fragment = () => mirror.apply({ type: 'events', changes: [many(1)[0] as never], isFragment: true }, 1);
  expect(() => {
    for (; taken < 100; taken++) fragment();
  }).toThrow(full);
  expect([taken, mirror.needsList]).toEqual([15, true]);
  expect(() => mirror.apply({ type: 'events', changes: many(17) }, 2)).toThrow(full);
  expect(() => mirror.apply({ type: 'list', revision: 9n, entries: many(17) }, 2)).toThrow(full);
  expect([...mirror.entries.keys()]).toEqual(['a']);
  // What takes the place of something else takes its room.
  mirror.apply({ type: 'list', revision: 1n, entries: [{ key: 'a', value: '1', revision: 1n }] }, 3);
  for (let round = 1; round <= 40; round++) mirror.apply({ type: 'events', changes: [{ key: 'a', value, revision: BigInt(round + 1) }] }, 3);
  expect([mirror.revision, mirror.needsList]).toEqual([41n, false]);
  for (let at = 0; at < 14; at++) mirror.apply({ type: 'events', changes: [{ key: `k${at}`, value, revision: BigInt(at + 42) }] }, 4);
  expect(() => mirror.apply({ type: 'events', changes: [{ key: 'k14', value, revision: 60n }] }, 4)).toThrow(full);
  expect(mirror.entries.size).toBe(15);
});

test('a copy of an earlier time is shown until there is something newer', () => {
  const mirror = new Mirror({ staleAfterMs: 30_000, emptyAfterMs: 1_000, keepsLast: false });
  const restored = mirror.restore([{ key: 'a', value: '1', revision: 3n }], 3n, 0);
  expect(restored).toMatchObject({ hasChanged: true, needsList: true, report: { state: 'snapshot', revision: '3' } });
  expect(mirror.apply({ type: 'lost', error: 'refused' }, 1).report).toMatchObject({ state: 'snapshot', error: 'refused' });
  const entries = [{ key: 'a', value: '2', revision: 4n }];
  expect(mirror.apply({ type: 'list', revision: 4n, entries }, 2)).toMatchObject({ hasChanged: true, wasReset: false, report: { state: 'live' } });
});

test('the time between tries doubles up to the longest, and is drawn at random below it', () => {
  const options = { firstMs: 100, longestMs: 30_000 };
  const times = [0, 1, 2, 8, 9, 1_000].map((tries) => backoffMs(tries, options, () => 1));
  expect(times).toEqual([100, 200, 400, 25_600, 30_000, 30_000]);
  expect([backoffMs(5, options, () => 0), backoffMs(5, options, () => 0.5)]).toEqual([0, 1_600]);
});
