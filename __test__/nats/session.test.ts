// A session of NATS over a bucket that says what no server says.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Frame } from '../../ts/live/index.ts';
import type { NatsBucket, NatsEntries, NatsEntry } from '../../ts/nats/bucket.ts';
import { NatsSession } from '../../ts/nats/session.ts';

const never = new AbortController().signal;
const status = { streamInfo: { created: 'now', state: { messages: 1, first_seq: 1, last_seq: 1 } } };

/** Entries that are made one after the other, until they are stopped. */
function entriesOf(make: (at: number) => NatsEntry | undefined): NatsEntries {
  let isStopped = false;
  return {
    stop() {
      isStopped = true;
    },
    async *[Symbol.asyncIterator]() {
      for (let at = 0; !isStopped; at++) {
        const entry = make(at);
        if (entry !== undefined) yield entry;
        else await sleep(5);
      }
    },
  };
}

const put = (key: string, size: number): NatsEntry => ({ key, value: Buffer.alloc(size, 120), revision: 1, operation: 'PUT', delta: 1 });

function sessionOf(bucket: Partial<NatsBucket>): NatsSession {
  const kv = { status: async () => status, history: async () => entriesOf(() => undefined), watch: async () => entriesOf(() => undefined), ...bucket };
  const options = { kv, connection: undefined, start: '', isOneKey: false, probeMs: 10_000, answerMs: 5_000 };
  return new NatsSession(options, {}, () => {});
}

describe('a bucket', () => {
  test('whose keys do not end is no list', async () => {
    let made = 0;
    const make = (at: number) => {
      made = at;
      return put(`key${at}`, 1 << 22);
    };
    const session = sessionOf({ history: async () => entriesOf(make) });
    await expect(session.list(never)).rejects.toThrow('the store holds more than 67108864 characters');
    expect(made).toBeLessThan(20);
  });

  test('may tell of one key again and again', async () => {
    const session = sessionOf({
      history: async () => entriesOf((at) => (at < 40 ? put('key', 1 << 22) : at === 40 ? { ...put('last', 1), revision: 2, delta: 0 } : undefined)),
    });
    const listing = session.list(AbortSignal.timeout(5_000));
    expect((await listing).entries.map(({ key }) => key)).toEqual(['key', 'last']);
  });

  test('that is given up by a client because the thread was busy is asked once more', async () => {
    let asked = 0;
    const giveUp = () => new Promise<never>((_, reject) => setTimeout(() => reject(new Error('timeout')), 300));
    const session = sessionOf({ status: () => (asked++ === 0 ? giveUp() : Promise.resolve(status)) });
    const answer = session.status(never);
    const begun = performance.now();
    while (performance.now() - begun < 500);
    expect(await answer).toBe(status);
    asked = 0;
    await expect(session.status(never)).rejects.toThrow('timeout');
    expect(asked).toBe(1);
  });

  test('whose changes are refused ends the watch with the reason', async () => {
    const session = sessionOf({
      history: async () => entriesOf((at) => (at === 0 ? { ...put('a', 1), delta: 0 } : undefined)),
      watch: async () => entriesOf((at) => (at === 0 ? put('b', 1) : undefined)),
    });
    const take = (frame: Frame) => {
      if (frame.type === 'events') throw new Error('too much');
    };
    await expect(session.watch(0n, take, never)).rejects.toThrow('too much');
  });
});
