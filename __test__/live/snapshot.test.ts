import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SuperConfig } from '../../ts/index.ts';
import { type KeyLayout, layoutOf, liveSource, type SnapshotOptions } from '../../ts/live/index.ts';
import { rejected } from '../support/errors.ts';
import { isWindows } from '../support/platform.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { warnings } from '../support/warnings.ts';
import { until } from '../support/watched.ts';

const directory = temporaryDirectory();

/** A store that may be down. */
class Store {
  isDown = false;
  readonly values: Record<string, string>;

  constructor(values: Record<string, string>) {
    this.values = values;
  }

  source(snapshot: SnapshotOptions, layout: KeyLayout = { prefix: '/' }, name = 'memory') {
    const { toResult, omitSecrets } = layoutOf(layout, '/');
    const open = async () => {
      if (this.isDown) throw new Error('refused');
      const entries = Object.entries(this.values).map(([key, value]) => ({ key, value, revision: 3n }));
      const watch = (_: bigint, __: unknown, signal: AbortSignal) =>
        new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      return { list: async () => ({ revision: 3n, entries }), watch, close: () => {} };
    };
    const times = { startMs: 600, retryMs: [10, 50] as const };
    return liveSource({ name, endpoints: ['one'], open, toResult, omitSecrets }, { ...times, snapshot });
  }
}

const builder = (store: Store, snapshot: SnapshotOptions, layout?: KeyLayout, name?: string) =>
  SuperConfig.builder().source(store.source(snapshot, layout, name));

/** Loads once, so that there is a snapshot. */
async function written(store: Store, snapshot: SnapshotOptions, layout?: KeyLayout): Promise<void> {
  const config = await builder(store, snapshot, layout).load();
  await until(() => statSync(snapshot.path, { throwIfNoEntry: false }) !== undefined, 'writing');
  config.close();
  store.isDown = true;
}

describe('a snapshot', () => {
  test('takes away what a process left that was killed while it wrote, and nothing that one writes now', async () => {
    const left = (id: number) => directory.at(directory.write(`state/shop.snapshot.${id}0000000-0000-4000-8000-000000000000.new`, 'half'));
    const [old, young, other] = [left(1), left(2), directory.at(directory.write('state/shop.snapshot.backup.new', 'kept'))];
    for (const path of [old, other]) utimesSync(path, 1, 1);
    if (!isWindows) chmodSync(directory.at('state'), 0o700);
    await written(new Store({ '/port': '1' }), { path: directory.at('state', 'shop.snapshot') });
    expect([old, young, other].map((path) => existsSync(path))).toEqual([false, true, true]);
  });

  test('is used where no server answers, in time, with a warning; then the server is, when it is back', async () => {
    const store = new Store({ '/port': '1' });
    const snapshot = { path: directory.at('state', 'shop.snapshot') };
    await written(store, snapshot);
    if (!isWindows) expect([statSync(snapshot.path).mode & 0o777, statSync(directory.at('state')).mode & 0o777]).toEqual([0o600, 0o700]);
    const told = await warnings(async () => {
      const begun = performance.now();
      const config = await builder(store, snapshot).watch().load();
      expect(performance.now() - begun).toBeLessThan(2_000);
      expect([config.get('port'), config.status.sources[0]]).toMatchObject([1, { state: 'snapshot', revision: '3' }]);
      // A reload takes what is known, and waits for nothing.
      expect((await config.reload()).changed).toEqual([]);
      store.values['/port'] = '2';
      store.isDown = false;
      await until(() => config.get('port') === 2);
      await until(() => config.status.sources[0]?.state === 'live');
      config.close();
    });
    expect(told).toEqual([`the source \`memory\`: no server has answered; its snapshot ${snapshot.path} is in use`]);
  });

  test.skipIf(isWindows)('is on the disk with its name: the file is synced, and its directory after the renaming', async () => {
    const probe = await open(directory.path, 'r');
    const handles = Object.getPrototypeOf(probe) as { sync(): Promise<void> };
    await probe.close();
    const { sync } = handles;
    const synced: unknown[] = [];
    const path = directory.at('state', 'shop.snapshot');
    handles.sync = async function (this: typeof probe) {
      synced.push([(await this.stat()).isDirectory(), existsSync(path)]);
      return sync.call(this);
    };
    try {
      await written(new Store({ '/port': '1' }), { path });
      await until(() => synced.length === 2, 'syncing');
    } finally {
      handles.sync = sync;
    }
    expect(synced).toEqual([
      [false, false],
      [true, true],
    ]);
  });

  test('makes loadSync possible', async () => {
    const store = new Store({ '/port': '1' });
    const snapshot = { path: directory.at('shop.snapshot') };
    await written(store, snapshot);
    await warnings(async () => {
      const config = builder(store, snapshot).loadSync();
      expect(config.current).toEqual({ port: 1 });
      config.close();
    });
  });

  test('has no values that the schema refuses', async () => {
    const store = new Store({ '/port': '1' });
    const snapshot = { path: directory.at('shop.snapshot') };
    const validate = () => ({ issues: [{ message: 'never' }] });
    await rejected(
      builder(store, snapshot)
        .schema({ '~standard': { version: 1 as const, vendor: 'test', validate } })
        .load(),
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(statSync(snapshot.path, { throwIfNoEntry: false })).toBeUndefined();
  });

  test('leaves secrets out unless they are to be kept, in documents too', async () => {
    const store = new Store({ '/db/password': 'hunter2', '/db/url': 'postgres://me:hunter3@db/shop', '/db/port': '5' });
    const path = directory.at('shop.snapshot');
    await written(store, { path });
    expect(readFileSync(path, 'utf8')).not.toMatch(/hunter/);
    await warnings(async () => expect(builder(store, { path }).loadSync().current).toEqual({ db: { port: 5 } }));

    const documents = new Store({ '/a.toml': '[db]\nport = 5\npassword = "hunter2"\n', '/b.yaml': 'name: shop\n' });
    const other = directory.at('documents.snapshot');
    await written(documents, { path: other }, { documents: '/' });
    expect(readFileSync(other, 'utf8')).not.toMatch(/hunter/);
    await warnings(async () => expect(builder(documents, { path: other }, { documents: '/' }).loadSync().current).toEqual({ db: { port: 5 }, name: 'shop' }));

    const kept = directory.at('kept.snapshot');
    store.isDown = false;
    await written(store, { path: kept, secrets: 'keep' });
    expect(readFileSync(kept, 'utf8')).toContain('hunter2');
  });

  test('is sealed where the program says how', async () => {
    const store = new Store({ '/port': '1' });
    const flip = (bytes: Uint8Array) => bytes.map((byte) => byte ^ 0x5a);
    const snapshot: SnapshotOptions = {
      ...{ path: directory.at('shop.snapshot'), secrets: 'keep' },
      seal: (text) => flip(Buffer.from(text)),
      open: (sealed) => Buffer.from(flip(sealed)).toString(),
    };
    await written(store, snapshot);
    expect(readFileSync(snapshot.path, 'utf8')).not.toContain('port');
    await warnings(async () => expect(builder(store, snapshot).loadSync().current).toEqual({ port: 1 }));
  });

  const refusals: [string, (path: string) => SnapshotOptions | undefined, RegExp][] = [
    ['torn', (path) => void writeFileSync(path, readFileSync(path).subarray(0, -3)), /it is torn/],
    ['changed', (path) => void writeFileSync(path, readFileSync(path, 'utf8').replace('"1"', '"2"')), /torn, or was changed/],
    ['no snapshot', (path) => void writeFileSync(path, 'x'), /it is torn/],
    [
      'of a time to come',
      (path) => {
        const payload = readFileSync(path, 'utf8')
          .replace(/^.*\n/, '')
          .replace(/"at":\d+/, `"at":${Date.now() + 3_600_000}`);
        writeFileSync(path, `${createHash('sha256').update(payload).digest('hex')}\n${payload}`);
        return { path, maxAgeMs: 60_000 };
      },
      /it is of a time to come/,
    ],
    ['too old', (path) => ({ path, maxAgeMs: 1 }), /s old, and may be/],
  ];
  if (!isWindows) {
    refusals.push(
      ['writable by others', (path) => void chmodSync(path, 0o666), /others can write it/],
      ['in a directory that others can write to', (path) => void chmodSync(dirname(path), 0o777), /others can write to its directory/],
      [
        'a link',
        (path) => {
          symlinkSync(path, `${path}.link`);
          return { path: `${path}.link` };
        },
        /cannot be opened/,
      ],
    );
  }
  test.each(refusals)('that is %s is refused, and the failure says so', async (_, spoil, reason) => {
    const store = new Store({ '/port': '1' });
    mkdirSync(directory.at('state'), { mode: 0o700 });
    const path = directory.at('state', 'shop.snapshot');
    await written(store, { path });
    const options = spoil(path) ?? { path };
    await new Promise((resolve) => setTimeout(resolve, 5));
    const begun = performance.now();
    const error = await rejected(builder(store, options).load());
    expect(performance.now() - begun).toBeLessThan(3_000);
    expect(error).toMatchObject({ code: 'ERR_SUPERCONFIG_SOURCE', message: expect.stringContaining('nothing could be read within 600 ms: one (refused)') });
    expect(error.message).toMatch(reason);
    expect(() => builder(store, options).loadSync()).toThrow(reason);
  });

  test('of another source is refused', async () => {
    const store = new Store({ '/port': '1' });
    const path = directory.at('shop.snapshot');
    await written(store, { path });
    expect((await rejected(builder(store, { path }, undefined, 'other').load())).message).toContain('it is of the source `memory`');
  });
});
