// Hostile values from JavaScript, returned or thrown: checked before they are used, wherever they come from.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { registry, type StandardSchema, SuperConfig } from '../../ts/index.ts';
import { caught, rejected } from '../support/errors.ts';
import { isWindows } from '../support/platform.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();
const builder = () => SuperConfig.builder({ cwd: directory.path, env: {} });

function fail(): never {
  throw new Error('a trap throws');
}
const TRAPS = { get: fail, has: fail, getPrototypeOf: fail, ownKeys: fail, getOwnPropertyDescriptor: fail };
const proxy = () => new Proxy({}, TRAPS);
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const withGetter = (object: object, key: string) => Object.defineProperty(object, key, { get: fail, enumerable: true });

const THROWN: Record<string, () => unknown> = {
  nothing: () => undefined,
  null: () => null,
  'a symbol': () => Symbol('x'),
  'an object without a prototype': () => Object.create(null),
  'a message that cannot be read': () => withGetter(new Error('x'), 'message'),
  'a message that is no text': () => Object.assign(new Error('x'), { message: { a: 1 } }),
  'an error without a message and a name': () => Object.assign(new Error('x'), { message: '', name: 5 }),
  'half of a surrogate pair': () => new Error('x\ud800'),
  'a code that cannot be read': () => withGetter(new Error('x'), 'code'),
  'a proxy': proxy,
  'a revoked proxy': revoked,
  'the user of a URL': () => new Error('cannot reach db://me:hunter2@host/x'),
};

/** All that is ever shown of an error, but for its cause. */
const shown = (error: Error) => `${error.message} ${error.stack} ${JSON.stringify(error)}`;

describe.each(Object.entries(THROWN))('%s, thrown', (_, make) => {
  const later = async () => {
    throw make();
  };
  const now = () => {
    throw make();
  };

  test('by a source, a derived layer and a schema', async () => {
    for (const [load, derive] of [
      [now, now],
      [later, later],
    ]) {
      const ways: [string, () => Promise<SuperConfig>][] = [
        [
          'ERR_SUPERCONFIG_SOURCE',
          () =>
            builder()
              .source({ name: 'host', load: load as never })
              .load(),
        ],
        [
          'ERR_SUPERCONFIG_SOURCE',
          () =>
            builder()
              .derive(derive as never)
              .load(),
        ],
        [
          'ERR_SUPERCONFIG_VALIDATION',
          () =>
            builder()
              .schema({ '~standard': { version: 1, vendor: 'test', validate: load as never } })
              .load(),
        ],
      ];
      for (const [code, attempt] of ways) {
        const error = await rejected(attempt());
        expect([error.code, shown(error).includes('hunter2')]).toEqual([code, false]);
      }
    }
  });

  test('by a reload, which keeps the last values', async () => {
    let isBroken = false;
    const config = await builder()
      .source({ name: 'host', load: () => (isBroken ? now() : { a: 1 }) })
      .load();
    isBroken = true;
    config.on('error', (error) => expect(error.code).toBe('ERR_SUPERCONFIG_SOURCE'));
    await config.reload();
    expect(config.current).toEqual({ a: 1 });
    expect(JSON.stringify(config.status)).not.toContain('hunter2');
    config.close();
  });
});

test('what a terminal obeys is escaped in what a source throws', async () => {
  const load = () => Promise.reject(new Error('\x1b[31mred\u202e'));
  const { message } = await rejected(builder().source({ name: 'host', load }).load());
  expect(message).toBe('the source `host` failed: \\u{1b}[31mred\\u{202e}');
});

test('a module that throws anything', () => {
  const texts = ['throw null', 'throw undefined', 'throw Symbol("x")', "throw Object.assign(new Error('db://me:hunter2@host'), { code: 5 })"];
  for (const [at, text] of [...texts, ...texts.map((text) => `module.exports = () => { ${text} }`)].entries()) {
    directory.write(`${at}.cjs`, text);
    const error = caught(() => builder().module(`${at}.cjs`).loadSync());
    expect([error.code, shown(error).includes('hunter2')], text).toEqual(['ERR_SUPERCONFIG_SOURCE', false]);
  }
});

test('a module that is a pipe, a directory or a device', ({ skip }) => {
  skip(isWindows, 'Windows has no such files');
  execFileSync('mkfifo', [directory.at('pipe.cjs')]);
  mkdirSync(directory.at('directory.cjs'));
  for (const path of ['pipe.cjs', 'directory.cjs', '/dev/zero']) {
    expect(caught(() => builder().module(path).loadSync()).code).toBe('ERR_SUPERCONFIG_IO');
  }
});

const GIVEN: Record<string, () => unknown> = {
  'a proxy': proxy,
  'a revoked proxy': revoked,
  'a revoked proxy inside': () => ({ a: [revoked()] }),
  'a then that cannot be read': () => withGetter({}, 'then'),
  'a sparse array': () => ({ a: new Array(2 ** 32 - 1) }),
};
const expected = /^ERR_SUPERCONFIG_(SOURCE|VALIDATION|OPTION|LIMIT)$/;

describe.each(Object.entries(GIVEN))('%s, given', (_, make) => {
  test('by a source, a derived layer, a schema, a builder and the registry', async () => {
    const later = async () => [make()];
    const schema = (validate: unknown) => ({ '~standard': { version: 1, vendor: 'test', validate } }) as StandardSchema;
    for (const made of [
      builder().source({ name: 'host', load: make as never }),
      builder().source({ name: 'host', load: (() => later().then(([given]) => given)) as never }),
      builder().derive(make as never),
      builder().schema(schema(() => ({ value: make() }))),
      builder().schema(schema(make)),
    ]) {
      expect((await rejected(made.load())).code).toMatch(expected);
    }
    expect(caught(() => builder().defaults(make() as object)).code).toMatch(expected);
    expect(caught(() => registry.insert({ inner: make() })).code).toMatch(expected);
  });
});

/** Small in memory, as their parts are shared, and without end when they are written out. */
const SHARED: Record<string, () => unknown> = {
  'a list of two of a list of two': () => ({ a: Array.from({ length: 100 }).reduce<unknown>((inner) => [inner, inner], 1) }),
  'a table of two of a table of two': () => Array.from({ length: 100 }).reduce<unknown>((a) => ({ a, b: a }), 1),
  'a long text in many places': () => ({ a: new Array(10_000).fill('x'.repeat(2 ** 20)) }),
  'a long key in many places': () => ({ a: new Array(10_000).fill({ ['x'.repeat(2 ** 20)]: 1 }) }),
};

test.each(Object.entries(SHARED))('%s is a limit', { timeout: 60_000 }, async (_, make) => {
  expect(caught(() => builder().defaults(make() as object)).code).toBe('ERR_SUPERCONFIG_LIMIT');
  expect(
    (
      await rejected(
        builder()
          .derive(make as never)
          .load(),
      )
    ).code,
  ).toBe('ERR_SUPERCONFIG_SOURCE');
});

test('an environment that takes no variables, and one whose getters throw', () => {
  directory.write('.env', 'HOSTILE_A=1\n');
  const own = process.env;
  try {
    process.env = Object.freeze({ HOSTILE_B: '2' }) as never;
    const error = caught(() => builder().dotenv({ export: true }).env('HOSTILE').loadSync());
    expect([error.code, error.message]).toEqual(['ERR_SUPERCONFIG_OPTION', '`process.env` does not take the variable HOSTILE_A']);
    expect(caught(() => builder().name('hostile').dotenv({ export: true }).loadSync()).code).toBe('ERR_SUPERCONFIG_OPTION');
  } finally {
    process.env = own;
  }
  // The load that failed has let its name go.
  builder().name('hostile').loadSync().close();
});
