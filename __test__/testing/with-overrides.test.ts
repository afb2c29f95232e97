// Values laid over a configuration for one asynchronous context: who sees them, and who does not.
import { AsyncResource } from 'node:async_hooks';
import { EventEmitter, once } from 'node:events';
import { createReadStream, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { SuperConfig } from '../../ts/index.ts';
import { withOverrides } from '../../ts/testing/index.ts';
import { caught, rejected } from '../support/errors.ts';
import { temporaryDirectory } from '../support/temporary.ts';

interface App {
  server: { host: string; port: number };
  tags: string[];
}

const VALUES: App = { server: { host: 'a', port: 1 }, tags: ['x'] };
const directory = temporaryDirectory();
const open = () => SuperConfig.builder<App>({ env: {} }).profile([]).defaults(VALUES).loadSync();

test('every way of reading sees the values, and only within', () => {
  const config = open();
  const port = config.handle('server.port');
  const host = config.handle(['server', 'host']);
  const read = () => [
    config.get('server.port'),
    config.get(['server', 'port']),
    config.current.server.port,
    port.value,
    host.value,
    config.get('server'),
    config.has('server.added' as never),
    config.get('server.added' as never, 'none' as never),
    config.explain('server.port').winner?.kind,
    port.explain().value,
    (config.toJSON() as App).server.port,
    JSON.parse(config.toString()).server.port,
  ];
  const before = [1, 1, 1, 1, 'a', { host: 'a', port: 1 }, false, 'none', 'defaults', 1, 1, 1];
  expect(read()).toEqual(before);
  const within = withOverrides(config, { server: { port: 2, ['added' as never]: 'new' as never } }, read);
  expect(within).toEqual([2, 2, 2, 2, 'a', { host: 'a', port: 2, added: 'new' }, true, 'new', 'override', 2, 2, 2]);
  expect(read()).toEqual(before);
});

test('a version is one object within too, and stays good afterwards', () => {
  const config = open();
  const outside = config.current;
  const inside = withOverrides(config, { tags: ['y'] }, () => {
    expect(config.current).toBe(config.current);
    expect(Object.isFrozen(config.current.tags)).toBe(true);
    expect(config.version).toBe(1);
    return config.current;
  });
  expect(config.current).toBe(outside);
  expect([inside.tags, outside.tags]).toEqual([['y'], ['x']]);
});

test('tests that run at once see their own values', async () => {
  const config = open();
  const port = config.handle('server.port');
  const one = async (value: number) =>
    withOverrides(config, { server: { port: value } }, async () => {
      for (let round = 0; round < 20; round++) {
        await (round % 3 === 0 ? wait(Math.random() * 3) : round % 3 === 1 ? Promise.resolve() : new Promise(setImmediate));
        expect([config.get('server.port'), config.current.server.port, port.value]).toEqual([value, value, value]);
      }
      return value;
    });
  const outside = (async () => {
    for (let round = 0; round < 30; round++) {
      await wait(1);
      expect([config.get('server.port'), config.current.server.port, port.value]).toEqual([1, 1, 1]);
    }
  })();
  const values = Array.from({ length: 20 }, (_, at) => at + 10);
  expect(await Promise.all(values.map(one))).toEqual(values);
  await outside;
  expect(port.value).toBe(1);
});

test('calls nest, inner values above outer ones', async () => {
  const config = open();
  const shown = () => [config.get('server.port'), config.get('server.host')];
  await withOverrides(config, { server: { port: 2, host: 'outer' } }, async () => {
    await withOverrides(config, { server: { port: 3 } }, async () => {
      await wait(1);
      expect(shown()).toEqual([3, 'outer']);
    });
    expect(shown()).toEqual([2, 'outer']);
  });
  expect(shown()).toEqual([1, 'a']);
});

test('two configurations at once, each with its own values', () => {
  const [one, other] = [open(), open()];
  withOverrides(one, { server: { port: 2 } }, () => {
    expect([one.get('server.port'), other.get('server.port')]).toEqual([2, 1]);
    withOverrides(other, { server: { port: 3 } }, () => expect([one.get('server.port'), other.get('server.port')]).toEqual([2, 3]));
  });
});

test('timers, streams, emitters and iterators within see them; what is left running does not', async () => {
  const config = open();
  const port = () => config.get('server.port');
  directory.write('a.txt', 'x'.repeat(100_000));
  const emitter = new EventEmitter();
  let later: Promise<number> | undefined;
  await withOverrides(config, { server: { port: 2 } }, async () => {
    expect(await new Promise((resolve) => setTimeout(() => resolve(port()), 1))).toBe(2);
    expect(await new Promise((resolve) => setImmediate(() => process.nextTick(() => queueMicrotask(() => resolve(port())))))).toBe(2);
    const seen: number[] = [];
    for await (const _ of createReadStream(directory.at('a.txt'), { highWaterMark: 10_000 })) seen.push(port());
    await pipeline(
      Readable.from(['a', 'b']),
      async function* (source) {
        for await (const part of source) {
          seen.push(port());
          yield part;
        }
      },
      async (source) => {
        for await (const _ of source) seen.push(port());
      },
    );
    expect(new Set(seen)).toEqual(new Set([2]));
    setTimeout(() => emitter.emit('ready', port()), 1);
    expect(await once(emitter, 'ready')).toEqual([2]);
    later = new Promise((resolve) => setTimeout(() => resolve(port()), 20));
  });
  expect(await later).toBe(1);
});

test('worker threads see none of it', async () => {
  const config = open();
  const text = `const { parentPort, workerData } = require('node:worker_threads');
    const config = require(workerData.path).SuperConfig.attach(workerData.token);
    parentPort.postMessage(config.get('server.port'));`;
  const workerData = { token: config.token, path: `${import.meta.dirname}/../../ts/dist/index.cjs` };
  await withOverrides(config, { server: { port: 2 } }, async () => {
    const [port] = await once(new Worker(text, { eval: true, workerData }), 'message');
    expect([port, config.get('server.port')]).toEqual([1, 2]);
  });
});

test('it ends with what the function throws, or rejects with', async () => {
  const config = open();
  const fail = () => {
    throw new Error('no');
  };
  expect(() => withOverrides(config, { tags: [] }, fail)).toThrow('no');
  await expect(withOverrides(config, { tags: [] }, async () => fail())).rejects.toThrow('no');
  // A result whose `then` throws ends it too, for all that was started in it.
  let inside: (() => unknown) | undefined;
  const hostile = Object.defineProperty({}, 'then', { get: fail });
  expect(() =>
    withOverrides(config, { tags: [] }, () => {
      inside = AsyncResource.bind(() => config.get('tags'));
      return hostile;
    }),
  ).toThrow('no');
  expect([config.get('tags'), inside?.()]).toEqual([['x'], ['x']]);
});

test('a reload reaches what lies over it', async () => {
  directory.write('app.toml', 'port = 1\nhost = "a"');
  const config = SuperConfig.builder({ env: {}, cwd: directory.path }).profile([]).file('app.toml').loadSync();
  await withOverrides(config, { port: 2 }, async () => {
    writeFileSync(directory.at('app.toml'), 'port = 5\nhost = "longer"');
    expect(config.get('host')).toBe('a');
    await config.reload();
    expect([config.get('host'), config.get('port'), config.current]).toEqual(['longer', 2, { port: 2, host: 'longer' }]);
  });
  expect(config.get('port')).toBe(5);
});

describe('a schema', () => {
  const schema = z.object({ port: z.coerce.number().max(99).default(5) });

  test('checks the values, gives what it makes of them, and refuses', () => {
    const config = SuperConfig.builder({ env: {} }).profile([]).defaults({ port: '7' }).schema(schema).loadSync();
    expect(withOverrides(config, { port: '8' as never }, () => config.get('port'))).toBe(8);
    const error = caught(() => withOverrides(config, { port: 100 }, () => 'never'));
    expect([error.code, error.issues?.[0]?.path]).toEqual(['ERR_SUPERCONFIG_VALIDATION', 'port']);
    expect(config.get('port')).toBe(7);
  });

  test('that has to be awaited makes the result a promise', async () => {
    const slow = z.object({ port: z.number().refine(async (port) => port < 99) });
    const config = await SuperConfig.builder({ env: {} }).profile([]).defaults({ port: 7 }).schema(slow).load();
    expect(await withOverrides(config, { port: 8 }, () => config.get('port'))).toBe(8);
    expect((await rejected(withOverrides(config, { port: 100 }, async () => 'never'))).code).toBe('ERR_SUPERCONFIG_VALIDATION');
  });
});

test('directives, derived layers and sources of its own', async () => {
  const config = await SuperConfig.builder({ env: {} })
    .profile([])
    .defaults({ tags: ['x'], cpu: 1 })
    .source({ name: 'remote', load: async () => ({ remote: true }) })
    .derive(({ cpu }) => ({ pool: (cpu as number) * 4 }))
    .load();
  const within = await withOverrides(config, { tags_add: ['y'] }, async () => ({ ...config.current }));
  expect(within).toEqual({ tags: ['x', 'y'], cpu: 1, remote: true, pool: 4 });
});

test('a configuration that was attached', () => {
  const config = open();
  const attached = SuperConfig.attach<App>(config.token);
  withOverrides(attached, { server: { port: 2 } }, () => expect([attached.get('server'), config.get('server.port')]).toEqual([{ host: 'a', port: 2 }, 1]));
});

test('nothing is left: the name, what is open, and reads at full speed', () => {
  const config = SuperConfig.builder<App>({ env: {} }).profile([]).defaults(VALUES).name('overridden').loadSync();
  for (let round = 0; round < 50; round++) withOverrides(config, { server: { port: round } }, () => expect(config.get('server.port')).toBe(round));
  expect(SuperConfig.attach('overridden').get('server.port')).toBe(1);
  config.close();
  expect(caught(() => config.get('server.port')).code).toBe('ERR_SUPERCONFIG_CLOSED');
});

test('closing within ends the reads within', () => {
  const config = open();
  withOverrides(config, { tags: [] }, () => {
    config.close();
    expect(caught(() => config.get('tags')).code).toBe('ERR_SUPERCONFIG_CLOSED');
    expect(caught(() => config.current).code).toBe('ERR_SUPERCONFIG_CLOSED');
  });
  expect(caught(() => config.get('tags')).code).toBe('ERR_SUPERCONFIG_CLOSED');
});

test('bad arguments are refused', () => {
  expect(caught(() => withOverrides({} as never, {}, () => 1)).code).toBe('ERR_SUPERCONFIG_OPTION');
  expect(caught(() => withOverrides(open(), 5 as never, () => 1)).code).toBe('ERR_SUPERCONFIG_OPTION');
  expect(caught(() => withOverrides(open(), {}, undefined as never)).code).toBe('ERR_SUPERCONFIG_OPTION');
  const config = open();
  config.close();
  expect(caught(() => withOverrides(config, {}, () => 1)).code).toBe('ERR_SUPERCONFIG_CLOSED');
});
