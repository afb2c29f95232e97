import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { SuperConfig } from '../../ts/index.ts';
import { decodeText, type Entry, type Frame, isFresh, type LiveOptions, layoutOf, liveSource, type Session } from '../../ts/live/index.ts';
import { rejected } from '../support/errors.ts';
import { warnings } from '../support/warnings.ts';
import { until } from '../support/watched.ts';

/** A store in memory, whose connections can fail. */
class MemoryStore {
  readonly endpoints = ['one', 'two'];
  readonly #values = new Map<string, Entry>();
  readonly #changes = new EventEmitter();
  revision = 0n;
  store = 'x';
  isDown = false;
  open = 0;
  lists = 0;
  readonly watchedAfter: bigint[] = [];

  put(key: string, value: string | undefined): void {
    this.revision += 1n;
    const revision = this.revision;
    if (value === undefined) this.#values.delete(key);
    else this.#values.set(key, { key, value, revision });
    this.#changes.emit('frame', { type: 'events', changes: [{ key, ...(value !== undefined && { value }), revision }] });
  }

  tell(frame: Frame): void {
    this.#changes.emit('frame', frame);
  }

  cut(): void {
    this.#changes.emit('cut');
  }

  async connect(): Promise<Session> {
    if (this.isDown) throw new Error('refused');
    this.open += 1;
    return {
      list: async () => {
        this.lists += 1;
        return { revision: this.revision, entries: [...this.#values.values()], store: this.store };
      },
      watch: async (after, take, signal) => {
        this.watchedAfter.push(after);
        this.#changes.on('frame', take);
        try {
          take({ type: 'watching', revision: this.revision, store: this.store });
          await once(this.#changes, 'cut', { signal });
          throw new Error('cut');
        } finally {
          this.#changes.removeListener('frame', take);
        }
      },
      close: () => {
        this.open -= 1;
      },
    };
  }
}

const TIMES: LiveOptions = { startMs: 300, staleAfterMs: 200, retryMs: [5, 20], emptyAfterMs: 50 };

function sourceOf(store: MemoryStore, more: LiveOptions = {}) {
  const { toResult } = layoutOf({ prefix: '/' }, '/');
  return liveSource({ name: 'memory', endpoints: store.endpoints, open: () => store.connect(), toResult }, { ...TIMES, ...more });
}

/** A connection that is made only when it is not wanted any more. */
const openNever = (_endpoint: string, signal: AbortSignal): Promise<Session> =>
  new Promise((_, fail) => signal.addEventListener('abort', () => fail(signal.reason), { once: true }));

describe('a live source', () => {
  test('lists once and closes where nothing is watched', async () => {
    const store = new MemoryStore();
    store.put('/a/b', '1');
    const config = await SuperConfig.builder().source(sourceOf(store)).load();
    expect(config.current).toEqual({ a: { b: 1 } });
    expect([store.open, store.lists, store.watchedAfter]).toEqual([0, 1, []]);
    store.put('/a/b', '2');
    expect((await config.reload()).changed).toEqual(['a.b']);
    config.close();
  });

  test('follows after the revision of its list, through failures, and ends with the configuration', async () => {
    const store = new MemoryStore();
    store.put('/a', '1');
    const config = await SuperConfig.builder().source(sourceOf(store)).watch().load();
    await until(() => store.open === 1);
    expect([store.lists, store.watchedAfter]).toEqual([1, [1n]]);
    store.put('/a', '2');
    await until(() => config.get('a') === 2);
    const states: string[] = [];
    const errors: string[] = [];
    config.on('status', ({ state }) => states.push(state));
    config.on('error', ({ message }) => errors.push(message));
    store.isDown = true;
    store.cut();
    await until(() => states.includes('stale'));
    expect(config.get('a')).toBe(2);
    expect(isFresh(config, { maxStaleMs: 60_000 })).toBe(true);
    expect(isFresh(config, { maxStaleMs: 0 })).toBe(false);
    // A reload takes what is known, and waits for nothing.
    expect((await config.reload()).changed).toEqual([]);
    expect(config.status.sources).toMatchObject([{ state: 'stale', lastError: expect.anything() }]);
    store.isDown = false;
    await until(() => states.includes('live'));
    expect([states, errors.length]).toEqual([['connecting', 'stale', 'live'], 1]);
    expect(config.status.sources).toMatchObject([{ resumes: 1, relists: 0, revision: '2' }]);
    config.close();
    await until(() => store.open === 0);
  });

  test('that is stale stays so for health probes when the clock is set back', async () => {
    const store = new MemoryStore();
    store.put('/a', '1');
    const config = await SuperConfig.builder().source(sourceOf(store)).watch().load();
    config.on('error', () => {});
    store.isDown = true;
    store.cut();
    await until(() => config.status.sources[0]?.state === 'stale');
    expect(isFresh(config, { maxStaleMs: 1_000 })).toBe(true);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
    onTestFinished(() => void vi.useRealTimers());
    // How long ago it was seen first is known.
    expect(isFresh(config, { maxStaleMs: 1_000 })).toBe(true);
    await sleep(1_100);
    expect(isFresh(config, { maxStaleMs: 1_000 })).toBe(false);
    config.close();
  });

  test('lists again after a compaction and a reset, and warns of that', async () => {
    const store = new MemoryStore();
    store.put('/a', '1');
    store.put('/b', '1');
    const told = await warnings(async () => {
      const config = await SuperConfig.builder().source(sourceOf(store)).watch().load();
      config.on('error', () => {});
      await until(() => store.open === 1);
      store.tell({ type: 'compacted' });
      await until(() => store.lists === 2);
      store.store = 'y';
      store.revision = 0n;
      store.put('/b', undefined);
      store.cut();
      await until(() => !config.has('b'));
      await until(() => config.status.sources[0]?.state === 'live');
      config.close();
    });
    expect(told).toEqual(['the source `memory`: its store was restored or made anew; everything was read again']);
  });

  test('of several configurations is one connection, whose state and changes all of them are told', async () => {
    const store = new MemoryStore();
    store.put('/a', '1');
    const shared = sourceOf(store);
    const open = () => SuperConfig.builder().source(shared).watch().load();
    const one = await open();
    await until(() => store.open === 1);
    store.put('/a', '2');
    await until(() => one.get('a') === 2);
    const other = await open();
    expect([other.get('a'), store.open, other.status.sources[0]?.revision]).toEqual([2, 1, '2']);
    store.put('/a', '3');
    await until(() => one.get('a') === 3 && other.get('a') === 3);
    one.close();
    store.put('/a', '4');
    await until(() => other.get('a') === 4);
    other.close();
    await until(() => store.open === 0);
  });

  test('that fails again and again is asked less and less often', async () => {
    const store = new MemoryStore();
    const refusing = { ...(await store.connect()), watch: () => Promise.reject(new Error('permission denied')) };
    let opened = 0;
    const open = async () => {
      opened += 1;
      return refusing;
    };
    const { toResult } = layoutOf({ prefix: '/' }, '/');
    const config = await SuperConfig.builder()
      .source(liveSource({ name: 'memory', endpoints: ['one'], open, toResult }, { retryMs: [50, 5_000] }))
      .watch()
      .load();
    const errors: string[] = [];
    config.on('error', ({ message }) => errors.push(message));
    await until(() => errors.length > 0);
    await sleep(1_000);
    // Without an end to the doubling there would be twenty and more.
    expect(opened).toBeLessThan(15);
    expect(errors).toEqual([expect.stringContaining('one: permission denied')]);
    config.close();
  });

  test('has a value that is no text: the load fails at once, and says where', async () => {
    const entries = [{ key: '/a', value: decodeText(Buffer.from([0xff])), revision: 1n }];
    const session = { list: async () => ({ revision: 1n, entries }), watch: async () => {}, close: () => {} };
    const { toResult } = layoutOf({ prefix: '/' }, '/');
    const error = await rejected(
      SuperConfig.builder()
        .source(liveSource({ name: 'memory', endpoints: ['one'], open: async () => session, toResult }))
        .load(),
    );
    expect(error).toMatchObject({ code: 'ERR_SUPERCONFIG_SOURCE', message: expect.stringContaining('the value of the key /a is not UTF-8') });
  });

  test('fails with all endpoints and reasons where nothing answers in time', async () => {
    const store = new MemoryStore();
    store.isDown = true;
    const begun = performance.now();
    const error = await rejected(SuperConfig.builder().source(sourceOf(store)).load());
    expect(performance.now() - begun).toBeLessThan(2_000);
    expect(error.code).toBe('ERR_SUPERCONFIG_SOURCE');
    expect(error.message).toContain('nothing could be read within 300 ms: one (refused), two (refused)');
  });

  test('fails in time where garbage is collected while nothing answers', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const hanging = { name: 'hanging', endpoints: ['one'], open: openNever, toResult: () => ({}) };
    const begun = performance.now();
    const loading = rejected(SuperConfig.builder().source(liveSource(hanging, TIMES)).load());
    const collecting = setInterval(collect, 20);
    const error = await loading;
    clearInterval(collecting);
    expect([error.message, performance.now() - begun < 1_250]).toEqual([expect.stringContaining('nothing could be read within 300 ms'), true]);
  });

  test('requests few reloads for many changes', async () => {
    const store = new MemoryStore();
    store.put('/n', '0');
    const config = await SuperConfig.builder().source(sourceOf(store)).watch().load();
    await until(() => store.open === 1);
    for (let n = 1; n <= 10_000; n++) store.put('/n', String(n));
    await until(() => config.get('n') === 10_000);
    expect(config.version).toBeLessThan(50);
    config.close();
  });

  test('leaves nothing behind, also where it is closed while it connects', async () => {
    const store = new MemoryStore();
    store.put('/n', '0');
    const shared = sourceOf(store);
    for (let cycle = 0; cycle < 200; cycle++) {
      const config = await SuperConfig.builder().source(shared).watch().load();
      if (cycle % 2 === 0) await sleep(0);
      config.close();
    }
    await until(() => store.open === 0);
  });
});
