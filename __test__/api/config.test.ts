import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { caught, rejected } from '../support/errors.ts';
import { layers } from '../support/layers.ts';

const { write, builder, three } = layers();

describe('reading', () => {
  test('every route gives the same value', () => {
    const config = three().loadSync();
    for (const path of ['servers[0].host', 'servers.0.host', ['servers', 0, 'host'], ['servers', '0', 'host']]) {
      expect(config.get(path)).toBe('one');
      expect(config.get(path)).toBe('one');
      expect(config.handle(path).value).toBe('one');
      expect(config.has(path)).toBe(true);
    }
    expect(config.current.servers[0].host).toBe('one');
    expect(config.get('a."b.c"')).toBe(1);
    expect(config.get(['a', 'b.c'])).toBe(1);
    expect(config.get('')).toBe(config.current);
  });

  test('trees are frozen, and one object for one version', () => {
    const config = three().loadSync();
    const { current } = config;
    expect(config.current).toBe(current);
    expect(Object.isFrozen(current) && Object.isFrozen(current.server) && Object.isFrozen(current.servers[0])).toBe(true);
    expect(Object.getPrototypeOf(current.server)).toBe(Object.prototype);
    expect(structuredClone(current)).toEqual(current);
    const server = config.get('server');
    expect(Object.isFrozen(server)).toBe(true);
    expect(config.get('server')).toBe(server);
    expect(config.handle('server').value).toBe(server);
    expect(config.get(['servers'])).toBe(config.get(['servers']));
  });

  test('an unknown path throws with the nearest one; a fallback and has() do not', () => {
    const config = three().loadSync();
    const error = caught(() => config.get('server.prot'));
    expect(error.code).toBe('ERR_SUPERCONFIG_PATH');
    expect(error.message).toBe('there is no `server.prot`');
    expect(error.path).toBe('server.prot');
    expect(error.hint).toContain('server.port');
    expect(error.stack?.split('\n')[1]).toContain('config.test');
    expect(config.get('server.prot', 7)).toBe(7);
    expect(config.get('server.port', 7)).toBe(9000);
    expect(config.has('server.prot')).toBe(false);
    expect(config.has('server..')).toBe(false);
    expect(caught(() => config.handle('nowhere').value).code).toBe('ERR_SUPERCONFIG_PATH');
    expect(caught(() => config.get(5 as never)).code).toBe('ERR_SUPERCONFIG_OPTION');
  });

  test('null is a value', () => {
    const config = builder().defaults({ nothing: null }).loadSync();
    expect(config.has('nothing')).toBe(true);
    expect(config.get('nothing', 1)).toBeNull();
    expect(config.handle('nothing').value).toBeNull();
  });

  test('numbers that JSON cannot hold arrive whole', () => {
    write('n.toml', 'big = 9007199254740993\nedge = 9007199254740991\nup = inf\nnone = nan\n');
    const config = builder()
      .file('n.toml')
      .defaults({ own: { big: 2n ** 60n, list: [Number.NaN, -Infinity, -0] } })
      .loadSync();
    expect(config.get('big')).toBe(9007199254740993n);
    expect(config.get('edge')).toBe(9007199254740991);
    expect(config.get('up')).toBe(Infinity);
    expect(config.get('none')).toBeNaN();
    expect(config.current.own.big).toBe(2n ** 60n);
    expect(config.get('own.list')).toEqual([Number.NaN, -Infinity, -0]);
    expect(config.current.big).toBe(9007199254740993n);
    expect(config.current.up).toBe(Infinity);
  });

  test('`__proto__` never arrives, and names of Object.prototype are ordinary keys', async () => {
    write('p.json', '{"__proto__":{"polluted":1},"a":{"__proto__":1,"b":2},"constructor":1,"then":2,"toJSON":3,"length":4}');
    const config = builder().defaults(JSON.parse('{"__proto__":{"polluted":1}}')).file('p.json').loadSync();
    expect(config.current).toEqual({ a: { b: 2 }, constructor: 1, then: 2, toJSON: 3, length: 4 });
    expect(Object.keys(config.current.a)).toEqual(['b']);
    expect(config.current.polluted).toBeUndefined();
    expect(JSON.stringify(config.warnings)).toContain('forbidden-key');
    expect(JSON.parse(JSON.stringify(config)).length).toBe(4);
    expect((await config.current).then).toBe(2);
  });

  test('invalid values are refused with their path', () => {
    const refusing = builder();
    const cycle: Record<string, unknown> = {};
    cycle.self = { cycle };
    let deep: unknown = 1;
    for (let level = 0; level < 600; level++) deep = [deep];
    for (const [value, path] of [
      [{ a: { f() {} } }, 'a.f'],
      [{ a: [Symbol('s')] }, 'a.0'],
      [cycle, 'self.cycle'],
    ] as const) {
      const error = caught(() => refusing.defaults(value));
      expect([error.code, error.path]).toEqual(['ERR_SUPERCONFIG_OPTION', path]);
      expect(error.stack?.split('\n')[1]).toContain('config.test');
    }
    expect(caught(() => refusing.defaults({ deep })).code).toBe('ERR_SUPERCONFIG_LIMIT');
  });
});

describe('reloading', () => {
  test('reads, handles and current follow; what was taken before stays', async () => {
    const config = three().loadSync();
    const port = config.handle('server.port');
    const before = config.current;
    expect(port.value).toBe(9000);
    write('more.yaml', 'server:\n  port: 9001\n');
    expect(config.reloadSync()).toEqual({ version: 2, changed: ['plugins', 'server.port'] });
    expect([port.value, config.get('server.port'), config.current.server.port]).toEqual([9001, 9001, 9001]);
    expect([config.version, port.version]).toEqual([2, 2]);
    expect(before.server.port).toBe(9000);
    expect(config.current).not.toBe(before);
    expect(config.reloadSync()).toEqual({ version: 2, changed: [] });
    write('more.yaml', 'server:\n  port: 9002\n');
    expect(await config.reload()).toEqual({ version: 3, changed: ['server.port'] });
    expect(port.value).toBe(9002);
  });

  test('a failed reload keeps the last good version', async () => {
    const config = three().loadSync();
    write('base.toml', 'plugins = [\n');
    expect(caught(() => config.reloadSync()).code).toBe('ERR_SUPERCONFIG_PARSE');
    expect((await rejected(config.reload())).code).toBe('ERR_SUPERCONFIG_PARSE');
    expect([config.version, config.get('server.port')]).toEqual([1, 9000]);
  });
});

describe('closing', () => {
  test('every read fails, and a current taken before stays readable', async () => {
    const config = three().loadSync();
    const { current } = config;
    const port = config.handle('server.port');
    expect(port.value).toBe(9000);
    config.close();
    config.close();
    config[Symbol.dispose]();
    for (const read of [
      () => config.get('server.port'),
      () => config.get('server.port', 1),
      () => config.has('server.port'),
      () => config.current,
      () => config.version,
      () => config.layers,
      () => config.handle('server.port'),
      () => config.explain('server.port'),
      () => config.toString(),
      () => config.reloadSync(),
      () => port.value,
      () => port.version,
    ]) {
      expect(caught(read).code).toBe('ERR_SUPERCONFIG_CLOSED');
    }
    expect((await rejected(config.reload())).code).toBe('ERR_SUPERCONFIG_CLOSED');
    expect(inspect(config)).toBe('SuperConfig (closed)');
    expect(current.server.port).toBe(9000);
  });

  test('closing a handle leaves the configuration open', () => {
    const config = three().loadSync();
    const port = config.handle('server.port');
    expect(port.value).toBe(9000);
    port.close();
    port.close();
    expect(caught(() => port.value).code).toBe('ERR_SUPERCONFIG_CLOSED');
    expect(config.get('server.port')).toBe(9000);
  });
});

describe('provenance and secrets', () => {
  test('explain names the winner with file and line, and all candidates in order', () => {
    const config = three({ APP_SERVER__HOST: 'example.org' }).loadSync();
    const port = config.explain('server.port');
    expect(port.value).toBe(9000);
    expect(port.winner).toMatchObject({ kind: 'file', line: 2, column: 9, action: 'set', value: 9000 });
    expect(port.winner?.file).toContain('more.yaml');
    expect(port.candidates.map(({ value, line }) => [value, line])).toEqual([
      [8080, 5],
      [9000, 2],
    ]);
    expect(config.handle('server.port').explain()).toEqual(port);
    expect(config.explain(['server', 'host']).winner).toMatchObject({ kind: 'env', variable: 'APP_SERVER__HOST' });
  });

  test('secrets are redacted in every printed form', () => {
    const config = builder()
      .defaults({ db: { password: 'hunter2', host: 'h' }, inner: { key: 'hunter2' } })
      .secrets(['inner.key'])
      .loadSync();
    for (const shown of [config.toString(), `${config}`, JSON.stringify(config), inspect(config), JSON.stringify(config.explain('db.password'))]) {
      expect(shown).not.toContain('hunter2');
      expect(shown).toContain('[redacted]');
    }
    expect(config.toString({ secrets: true })).toContain('hunter2');
    expect(config.get('db.password')).toBe('hunter2');
    expect(config.toJSON()).toEqual({ db: { password: '[redacted]', host: 'h' }, inner: { key: '[redacted]' } });
  });
});
