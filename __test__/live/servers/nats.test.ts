import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kvm } from '@nats-io/kv';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { SuperConfig } from '../../../ts/index.ts';
import { nats } from '../../../ts/nats/index.ts';
import { caught, rejected } from '../../support/errors.ts';
import { Followed, keepsWhatASchemaRefuses, randomFrom, secondsSince, TIMES } from '../../support/followed.ts';
import { connectNats, contents, NatsServer } from '../../support/nats.ts';
import { FaultProxy } from '../../support/proxy.ts';
import { freePort } from '../../support/server-process.ts';
import { TemporaryDirectory } from '../../support/temporary.ts';
import { warnings } from '../../support/warnings.ts';
import { until } from '../../support/watched.ts';

let server: NatsServer;
beforeAll(async () => {
  server = await NatsServer.open();
}, 60_000);
afterAll(() => server.stop());

let buckets = 0;
const newBucket = () => `t${++buckets}`;

/** A server of one test. */
async function ownServer(): Promise<NatsServer> {
  const own = await NatsServer.open();
  onTestFinished(() => own.stop());
  return own;
}

/** A bucket as a program that is behind a proxy has it. */
async function behindProxy(target: NatsServer, name: string) {
  const proxy = await FaultProxy.open(target.port);
  const connection = await connectNats(proxy.port);
  onTestFinished(async () => {
    await connection.close();
    await proxy.close();
  });
  return { proxy, connection, kv: await new Kvm(connection).open(name) };
}

describe('what is read', () => {
  test('a prefix is a tree, typed by what is below and explained by key and revision', async () => {
    const kv = await server.bucket(newBucket());
    await kv.put('shop.server.name', '80');
    await kv.put('other.port', '1');
    const revision = await kv.put('shop.server.port', '8080');
    await kv.put('shop.gone', '1');
    await kv.delete('shop.gone');
    const config = await SuperConfig.builder()
      .defaults({ server: { port: 1, name: 'a' } })
      .source(nats({ kv, prefix: 'shop.' }))
      .load();
    expect(config.current).toEqual({ server: { port: 8080, name: '80' } });
    expect(config.explain('server.port').winner).toMatchObject({ name: 'nats:shop.', key: 'shop.server.port', revision: String(revision) });
    expect(config.status.sources).toMatchObject([{ name: 'nats:shop.', state: 'live' }]);
  });

  test('a key is one document, keys below one are several, and a prefix need not end at a dot', async () => {
    const kv = await server.bucket(newBucket());
    await kv.put('conf/10.yaml', 'port: 1\nhost: a');
    await kv.put('conf/20.toml', 'port = 2');
    await kv.put('config', '7');
    const load = async (layout: object) =>
      (
        await SuperConfig.builder()
          .source(nats({ kv, ...layout }))
          .load()
      ).current;
    expect(await load({ documents: 'conf/' })).toEqual({ port: 2, host: 'a' });
    expect(await load({ key: 'conf/10.yaml', at: ['app'] })).toEqual({ app: { port: 1, host: 'a' } });
    expect(await load({ prefix: 'con', typing: 'text' })).toMatchObject({ fig: '7' });
    expect(await load({ key: 'missing.yaml' })).toEqual({});
  });

  test('the newest of a long history counts, of many keys', async () => {
    const kv = await server.bucket(newBucket(), { history: 5 });
    for (let n = 0; n < 8; n++) await Promise.all(Array.from({ length: 40 }, (_, key) => kv.put(`k.${key}`, String(n))));
    const config = await SuperConfig.builder()
      .source(nats({ kv, prefix: 'k.' }))
      .load();
    expect(new Set(Object.values(config.current as object))).toEqual(new Set([7]));
    expect(Object.keys(config.current as object)).toHaveLength(40);
  });

  test('bytes that are no text are refused with their key, and a large value is read', async () => {
    const name = newBucket();
    const kv = await server.bucket(name);
    await kv.put('big', 'x'.repeat(900_000));
    const config = await SuperConfig.builder()
      .source(nats({ kv, prefix: '' }))
      .load();
    expect((config.get('big') as string).length).toBe(900_000);
    await kv.put('bad', new Uint8Array([0xff, 0xfe]));
    const error = await rejected(
      SuperConfig.builder()
        .source(nats({ kv, prefix: '', startMs: 500 }))
        .load(),
    );
    expect([error.code, error.message]).toEqual(['ERR_SUPERCONFIG_SOURCE', expect.stringContaining('the value of the key bad is not UTF-8')]);
  });

  test('nothing that answers is SOURCE with the reason, in time, and leaves no consumer', async () => {
    const name = newBucket();
    await server.bucket(name);
    const { proxy, kv } = await behindProxy(server, name);
    proxy.mode = 'hole';
    const begun = Date.now();
    const error = await rejected(
      SuperConfig.builder()
        .source(nats({ kv, prefix: 'x.', startMs: 700, answerMs: 200 }))
        .load(),
    );
    expect(Date.now() - begun).toBeLessThan(5_000);
    expect(error.code).toBe('ERR_SUPERCONFIG_SOURCE');
    expect(error.message).toContain(`the bucket ${name} (no answer within 200 ms)`);
    proxy.mode = 'pass';
    proxy.cut();
    expect(await server.consumers(name)).toBe(0);
  });

  test('options that are none are refused at once', async () => {
    const kv = await server.bucket(newBucket());
    for (const wrong of [
      { prefix: 'a.' },
      { kv: {}, prefix: 'a.' },
      { kv },
      { kv, prefix: 'a.', key: 'b' },
      { kv, prefix: 'a.', probeMs: 0 },
      { kv, prefix: 'a.', connection: {} },
      { kv, prefix: 'a.', onEmpty: 'no' },
    ]) {
      expect([wrong, caught(() => nats(wrong as never)).code]).toEqual([wrong, 'ERR_SUPERCONFIG_OPTION']);
    }
  });
});

/** A configuration that follows a bucket through a proxy, with short times. */
async function follow(more: object = {}, target = server) {
  const name = newBucket();
  const direct = await target.bucket(name);
  await direct.put('app.value', '0');
  const door = await behindProxy(target, name);
  const { kv, connection, proxy } = door;
  const followed = await Followed.load(nats({ kv, connection, prefix: 'app.', probeMs: 400, ...TIMES, ...more }));
  const agrees = () =>
    followed.agrees(async () => {
      const all = Object.entries(await contents(direct)).filter(([key]) => key.startsWith('app.'));
      return Object.fromEntries(all.map(([key, value]) => [key.slice('app.'.length), value]));
    });
  /** Closing leaves nothing; only a consumer whose making was cut in the middle is the server's own to remove, after five minutes. */
  const end = async (wasCut = false) => {
    followed.config.close();
    if (!wasCut) await untilAsync(async () => (await target.consumers(name)) === 0, 'removing the consumers');
  };
  return { ...door, name, direct, followed, config: followed.config, agrees, end, proxy };
}

/** Tries until it is done: the door that no proxy is in the way of has to come back too. */
async function untilDone(work: () => Promise<unknown>): Promise<void> {
  await untilAsync(
    () =>
      work().then(
        () => true,
        () => false,
      ),
    'writing',
  );
}

async function untilAsync(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries > 500) throw new Error(`${what} never came true`);
    await sleep(50);
  }
}

describe('what is followed', () => {
  test('puts, deletes and purges arrive, and nothing is left behind', async () => {
    const { direct, config, agrees, followed, end } = await follow();
    for (let n = 1; n <= 50; n++) await direct.put('app.value', String(n));
    await direct.put('app.a.b', 'text');
    await until(() => config.get('value', 0) === 50 && config.has('a.b'));
    await direct.delete('app.a.b');
    await direct.put('app.c', '1');
    await until(() => config.has('c') && !config.has('a.b'));
    await direct.purge('app.c');
    await until(() => !config.has('c'));
    await agrees();
    expect([followed.states, followed.errors]).toEqual([[], []]);
    await end();
  });

  test('a server that is killed and comes back: reads go on, stale once, live once, nothing is missing', async () => {
    const own = await ownServer();
    const { direct, config, followed, agrees, end } = await follow({ staleAfterMs: 700 }, own);
    await direct.put('app.before', '1');
    await until(() => config.has('before'));
    await own.kill();
    await until(() => followed.states.includes('stale'));
    await sleep(1_000);
    expect(config.get('before')).toBe(1);
    await own.start();
    await untilDone(() => direct.put('app.after', '1'));
    await until(() => config.has('after'));
    await agrees();
    expect([followed.states, followed.errors.length]).toEqual([['connecting', 'stale', 'live'], 1]);
    await end(true);
  });

  test.each(['hole', 'mute'] as const)('a link that is a %s is noticed by the next look, and what was missed is read', async (mode) => {
    const { proxy, direct, config, followed, agrees, end } = await follow({ answerMs: 500, connection: undefined });
    proxy.mode = mode;
    await direct.put('app.value', '1');
    await direct.put('app.new', '1');
    const begun = performance.now();
    await until(() => followed.errors.length > 0);
    expect(performance.now() - begun).toBeLessThan(400 + 500 + 1_000);
    // What was swallowed stays missing on that connection: the client makes another one.
    proxy.mode = 'pass';
    proxy.cut();
    await until(() => config.get('value', 0) === 1 && config.has('new'));
    await agrees();
    expect(followed.errors).toHaveLength(1);
    await end(true);
  });

  test('a cut connection: one change with the true difference, also of keys whose deletion left nothing', async () => {
    const { proxy, direct, config, followed, agrees, end } = await follow();
    await direct.put('app.keep', '1');
    await direct.put('app.gone', '1');
    await until(() => config.has('gone'));
    proxy.mode = 'refuse';
    proxy.cut();
    await until(() => followed.states.includes('connecting'));
    followed.changes.length = 0;
    for (let n = 0; n < 200; n++) await direct.put(`app.x${n % 7}`, String(n));
    await direct.delete('app.gone');
    await direct.delete('app.x0');
    await server.forget(direct, 'app.gone');
    proxy.mode = 'pass';
    await until(() => !config.has('gone'));
    await agrees();
    await until(() => followed.changes.length > 0);
    expect(followed.changes).toEqual([['gone', 'x1', 'x2', 'x3', 'x4', 'x5', 'x6']]);
    expect([followed.states, followed.errors.length]).toEqual([['connecting', 'live'], 1]);
    await end(true);
  });

  test('values that the watch does not tell of are found by the next look', async () => {
    const { direct, config, agrees, end } = await follow();
    await direct.put('app.expired', '1');
    await until(() => config.has('expired'));
    // What expires leaves no message, and this neither.
    await server.forget(direct, 'app.expired');
    await until(() => !config.has('expired'));
    await agrees();
    await end();
  });

  test('a bucket that is made anew is noticed, read, and warned of', async () => {
    const { direct, name, config, agrees, followed } = await follow();
    for (let n = 0; n < 20; n++) await direct.put('app.old', String(n));
    await until(() => config.get('old', 0) === 19);
    const told = await warnings(async () => {
      await direct.destroy();
      const anew = await server.bucket(name);
      await anew.put('app.fresh', '1');
      await until(() => config.has('fresh') && !config.has('old'));
      await anew.put('app.later', '1');
      await until(() => config.has('later'));
    });
    expect(told).toContain('the source `nats:app.`: its store was restored or made anew; everything was read again');
    await agrees();
    expect(followed.status?.state).toBe('live');
  });

  test('what a schema refuses keeps the last good values, and heals', async () => {
    const kv = await server.bucket(newBucket());
    await keepsWhatASchemaRefuses(nats({ kv, prefix: 'app.', probeMs: 400, ...TIMES }), (port) => kv.put('app.port', port));
  });

  test('a snapshot is used while the server is down, and a rule of a rollout says which keys count', async () => {
    const own = await ownServer();
    const direct = await own.bucket('app');
    for (const [key, value] of Object.entries({ 'v1.value': '1', 'v1.password': 'tiger', 'v2.value': '2' })) await direct.put(`app.${key}`, value);
    await direct.put('app.rollout', '{ "stable": "v1", "candidate": "v2", "percent": 0 }');
    const directory = new TemporaryDirectory();
    onTestFinished(() => directory.remove());
    const rollout = { key: 'app.rollout', instance: 'a' };
    const times = { ...TIMES, answerMs: 500, probeMs: 400 };
    const source = () => nats({ kv: direct, prefix: 'app.', rollout, snapshot: { path: directory.at('state/nats.json') }, ...times });
    const first = await Followed.load(source());
    expect(first.values).toEqual({ value: '1', password: 'tiger' });
    await until(() => existsSync(directory.at('state/nats.json')));
    expect(readFileSync(directory.at('state/nats.json'), 'utf8')).not.toContain('tiger');
    first.config.close();
    await own.kill();
    const told = await warnings(async () => {
      const config = await SuperConfig.builder().source(source()).watch().load();
      onTestFinished(() => config.close());
      config.on('error', () => {});
      expect([config.current, config.status.sources[0]?.state]).toEqual([{ value: 1 }, 'snapshot']);
      await own.start();
      await untilDone(() => direct.put('app.rollout', '{ "stable": "v1", "candidate": "v2", "percent": 100 }'));
      await until(() => config.get('value', 0) === 2 && config.status.sources[0]?.state === 'live');
    });
    expect(told.filter((text) => text.includes('restored or made anew'))).toEqual([]);
    expect(told).toHaveLength(1);
  });

  test('a document that goes bad keeps the last good one, located, and heals', async () => {
    const name = newBucket();
    const kv = await server.bucket(name);
    await kv.put('app.yaml', 'port: 1');
    const followed = await Followed.load(nats({ kv, key: 'app.yaml' }));
    const revision = await kv.put('app.yaml', 'port: [');
    await until(() => followed.errors.length > 0);
    expect(followed.errors).toMatchObject([{ code: 'ERR_SUPERCONFIG_PARSE', origin: { key: 'app.yaml', revision: String(revision), line: 1 } }]);
    expect([followed.config.get('port'), followed.status?.state]).toEqual([1, 'live']);
    await kv.put('app.yaml', 'port: 2');
    await until(() => followed.config.get('port', 0) === 2);
  });

  test('what one document holds is of one moment', async () => {
    const name = newBucket();
    const kv = await server.bucket(name);
    const all = (n: number) => JSON.stringify(Object.fromEntries(Array.from({ length: 20 }, (_, key) => [`k${key}`, n])));
    await kv.put('app.json', all(0));
    const { config } = await Followed.load(nats({ kv, key: 'app.json' }));
    let mixed = 0;
    config.on('change', ({ current }) => {
      if (new Set(Object.values(current as object)).size !== 1) mixed += 1;
    });
    for (let n = 1; n <= 1_000; n++) await kv.put('app.json', all(n));
    await until(() => config.get('k0', 0) === 1_000);
    expect(mixed).toBe(0);
  });

  test('what is all gone is looked at twice, or kept', async () => {
    const gone = await follow();
    const kept = await follow({ onEmpty: 'keep' });
    await gone.direct.delete('app.value');
    await kept.direct.delete('app.value');
    await until(() => !gone.config.has('value'));
    expect(kept.config.get('value')).toBe(0);
    await gone.end();
    await kept.end();
  });

  test('a burst of 10,000 updates on 50 keys ends at the last value in few versions', async () => {
    const { direct, followed, config, agrees, end } = await follow();
    const before = process.memoryUsage().heapUsed;
    for (let n = 1; n <= 200; n++) await Promise.all(Array.from({ length: 50 }, (_, key) => direct.put(`app.k${key}`, String(n))));
    const begun = process.cpuUsage();
    await until(() => Array.from({ length: 50 }, (_, key) => config.get(`k${key}`, 0)).every((value) => value === 200));
    expect(secondsSince(begun)).toBeLessThan(1);
    expect(followed.changes.length).toBeLessThan(1_000);
    expect((process.memoryUsage().heapUsed - before) / 2 ** 20).toBeLessThan(50);
    await agrees();
    await end();
  });

  test('a thread that was busy for 6 s while 2,000 values of 4 KB came is right soon after, without an outage', async () => {
    const { name, config, followed, agrees, end } = await follow();
    const { Worker } = await import('node:worker_threads');
    // The writer is in a thread of its own, since this one stands still.
    const code = `const { connect } = require('@nats-io/transport-node'); const { Kvm } = require('@nats-io/kv');
      const { parentPort, workerData } = require('node:worker_threads');
      (async () => {
        const connection = await connect({ servers: '127.0.0.1:' + workerData.port });
        const kv = await new Kvm(connection).open(workerData.name);
        parentPort.postMessage('ready');
        for (let n = 0; n < 2000; n += 50) await Promise.all(Array.from({ length: 50 }, (_, at) => kv.put('app.b' + (n + at), 'x'.repeat(4096))));
        await connection.close();
      })();`;
    const worker = new Worker(code, { eval: true, workerData: { port: server.port, name } });
    await new Promise((resolve) => worker.once('message', resolve));
    const end6 = performance.now() + 6_000;
    while (performance.now() < end6);
    await new Promise((resolve) => worker.once('exit', resolve));
    const begun = process.cpuUsage();
    await until(() => config.has('b1999'));
    expect(secondsSince(begun)).toBeLessThan(5);
    await agrees();
    expect(followed.errors).toEqual([]);
    await end();
  });

  test('bytes that come one at a time are the same bytes', async () => {
    const { proxy, direct, config, agrees, end } = await follow();
    proxy.pieceBytes = 1;
    proxy.cut();
    for (let n = 1; n <= 20; n++) await direct.put('app.value', String(n));
    await until(() => config.get('value', 0) === 20);
    await agrees();
    await end(true);
  });

  test('cycles of loading and closing, also while it connects, leave no consumer', async () => {
    const { name, kv, connection } = await follow();
    const source = nats({ kv, connection, prefix: 'app.', probeMs: 1_000, ...TIMES });
    for (let cycle = 0; cycle < 100; cycle++) {
      const config = await SuperConfig.builder().source(source).watch().load();
      if (cycle % 3 === 0) await sleep(cycle % 7);
      config.close();
    }
    await untilAsync(async () => (await server.consumers(name)) <= 1, 'removing the consumers');
  });

  test('a bucket that is not there is SOURCE, and a server that starts later is waited for', async () => {
    const port = await freePort();
    const connecting = connectNats(port);
    const own = new NatsServer('nats-server', port, ({ directory }) => ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', directory.at('data')]);
    onTestFinished(() => own.stop());
    await own.start();
    const connection = await connecting;
    onTestFinished(() => connection.close());
    const kv = await new Kvm(connection).open('nothing');
    const error = await rejected(
      SuperConfig.builder()
        .source(nats({ kv, prefix: 'a.', startMs: 500 }))
        .load(),
    );
    expect([error.code, error.message]).toEqual(['ERR_SUPERCONFIG_SOURCE', expect.stringContaining('stream not found')]);
  });

  test('a random walk over puts, deletes and faults misses nothing', async () => {
    const { proxy, direct, agrees, end } = await follow({ answerMs: 500 });
    const random = randomFrom(20_261_127);
    for (let step = 0; step < 220; step++) {
      const kind = random(20);
      const key = `app.k${random(12)}`;
      if (kind < 10) await direct.put(key, String(step));
      else if (kind < 13) await direct.delete(key);
      else if (kind === 13) await direct.purge(key);
      else if (kind === 14) await server.forget(direct, key);
      else if (kind === 15) proxy.cut();
      else if (kind === 16) proxy.mode = 'hole';
      else if (kind === 17) proxy.mode = 'refuse';
      else proxy.mode = 'pass';
      if (random(4) === 0) await sleep(random(120));
    }
    proxy.mode = 'pass';
    await agrees();
    await end(true);
  });
});
