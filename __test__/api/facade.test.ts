import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  args,
  defaults,
  dir,
  discover,
  env,
  file,
  glob,
  isSuperConfigError,
  loadConfig,
  loadConfigSync,
  overrides,
  parse,
  registry,
  type Source,
  SuperConfig,
  type SuperConfigBuilder,
  SuperConfigError,
  source,
  text,
} from '../../ts/index.ts';

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'superconfig-'));
});

afterEach(() => {
  rmSync(cwd, { recursive: true, force: true });
});

function write(name: string, text: string): void {
  mkdirSync(dirname(join(cwd, name)), { recursive: true });
  writeFileSync(join(cwd, name), text);
}

function caught(action: () => unknown): SuperConfigError {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(SuperConfigError);
    return error as SuperConfigError;
  }
  throw new Error('nothing was thrown');
}

async function rejected(promise: Promise<unknown>): Promise<SuperConfigError> {
  try {
    await promise;
  } catch (error) {
    expect(error).toBeInstanceOf(SuperConfigError);
    return error as SuperConfigError;
  }
  throw new Error('nothing was thrown');
}

/** Three formats, one above the other, with variables and flags on top. */
function three(variables: Record<string, string> = {}) {
  write('base.toml', 'plugins = ["a", "b", "c"]\n\n[server]\nhost = "localhost"\nport = 8080\n');
  write('more.yaml', 'server:\n  port: 9000\nplugins_remove: [b]\nplugins_add: [d]\n');
  write('last.json', '{ "log": { "level": "info" }, "servers": [{ "host": "one" }, { "host": "two" }], "a": { "b.c": 1 } }');
  return SuperConfig.builder({ cwd, home: cwd, env: variables }).file('base.toml').file('more.yaml').file('last.json').env('APP');
}

describe('loading', () => {
  test('three formats, variables, flags and directives merge in order', () => {
    const config = three({ APP_SERVER__HOST: 'example.org', APP_PLUGINS_ADD: 'e' }).args(['--log.level=debug']).loadSync();
    expect(config.current).toEqual({
      plugins: ['a', 'c', 'd', 'e'],
      server: { host: 'example.org', port: 9000 },
      log: { level: 'debug' },
      servers: [{ host: 'one' }, { host: 'two' }],
      a: { 'b.c': 1 },
    });
    config.close();
  });

  test('load() gives the same as loadSync()', async () => {
    const config = await three().load();
    const same = three().loadSync();
    expect(config.current).toEqual(same.current);
    expect(config.version).toBe(1);
  });

  test('loadConfig and loadConfigSync take the verbs as one object', async () => {
    write('app.toml', 'port = 1\nname = "app"\n');
    const options = {
      cwd,
      home: cwd,
      env: { APP_PORT: '2' },
      sources: [defaults({ port: 0, debug: false }), file('app.toml'), env('APP'), args(['--debug=true'])],
    };
    const expected = { port: 2, debug: true, name: 'app' };
    expect(loadConfigSync(options).current).toEqual(expected);
    expect((await loadConfig(options)).current).toEqual(expected);
  });

  test('join fills holes and overrides win', () => {
    const config = SuperConfig.builder({ cwd, home: cwd, env: {} })
      .defaults({ a: 1, b: undefined })
      .join({ a: 2, b: 3 })
      .overrides({ c: new Date(0) })
      .loadSync();
    expect(config.current).toEqual({ a: 1, b: 3, c: '1970-01-01T00:00:00.000Z' });
  });

  test('a builder option takes argv', () => {
    const config = SuperConfig.builder({ cwd, home: cwd, env: {}, argv: ['--set', 'port=3'] })
      .defaults({ port: 1 })
      .args()
      .loadSync();
    expect(config.get('port')).toBe(3);
  });

  test('layers, name and warnings are told', () => {
    write('a.json', '{"a":1,"a":2}');
    const config = SuperConfig.builder({ cwd, home: cwd, env: {} }).file('a.json').name('described').loadSync();
    expect(config.name).toBe('described');
    expect(config.layers.map((layer) => layer.kind)).toEqual(['file']);
    expect(JSON.stringify(config.warnings)).toContain('duplicate-key');
    config.close();
    expect(three().loadSync().name).toBeUndefined();
  });
});

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
    expect(error.stack?.split('\n')[1]).toContain('facade.test');
    expect(config.get('server.prot', 7)).toBe(7);
    expect(config.get('server.port', 7)).toBe(9000);
    expect(config.has('server.prot')).toBe(false);
    expect(config.has('server..')).toBe(false);
    expect(caught(() => config.handle('nowhere').value).code).toBe('ERR_SUPERCONFIG_PATH');
    expect(caught(() => config.get(5 as never)).code).toBe('ERR_SUPERCONFIG_OPTION');
  });

  test('null is a value', () => {
    const config = SuperConfig.builder({ cwd, home: cwd, env: {} }).defaults({ nothing: null }).loadSync();
    expect(config.has('nothing')).toBe(true);
    expect(config.get('nothing', 1)).toBeNull();
    expect(config.handle('nothing').value).toBeNull();
  });

  test('numbers that JSON cannot hold arrive whole', () => {
    write('n.toml', 'big = 9007199254740993\nedge = 9007199254740991\nup = inf\nnone = nan\n');
    const config = SuperConfig.builder({ cwd, home: cwd, env: {} })
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
    const config = SuperConfig.builder({ cwd, home: cwd, env: {} }).defaults(JSON.parse('{"__proto__":{"polluted":1}}')).file('p.json').loadSync();
    expect(config.current).toEqual({ a: { b: 2 }, constructor: 1, then: 2, toJSON: 3, length: 4 });
    expect(Object.keys(config.current.a)).toEqual(['b']);
    expect(config.current.polluted).toBeUndefined();
    expect(JSON.stringify(config.warnings)).toContain('forbidden-key');
    expect(JSON.parse(JSON.stringify(config)).length).toBe(4);
    expect((await config.current).then).toBe(2);
  });

  test('values that are none are refused with their path', () => {
    const builder = SuperConfig.builder({ cwd, env: {} });
    const cycle: Record<string, unknown> = {};
    cycle.self = { cycle };
    let deep: unknown = 1;
    for (let level = 0; level < 600; level++) deep = [deep];
    for (const [value, path] of [
      [{ a: { f() {} } }, 'a.f'],
      [{ a: [Symbol('s')] }, 'a.0'],
      [cycle, 'self.cycle'],
    ] as const) {
      const error = caught(() => builder.defaults(value));
      expect([error.code, error.path]).toEqual(['ERR_SUPERCONFIG_OPTION', path]);
      expect(error.stack?.split('\n')[1]).toContain('facade.test');
    }
    expect(caught(() => builder.defaults({ deep })).code).toBe('ERR_SUPERCONFIG_LIMIT');
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
  test('every read fails, and a current taken before stays good', async () => {
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

  test('a handle closes alone', () => {
    const config = three().loadSync();
    const port = config.handle('server.port');
    expect(port.value).toBe(9000);
    port.close();
    port.close();
    expect(caught(() => port.value).code).toBe('ERR_SUPERCONFIG_CLOSED');
    expect(config.get('server.port')).toBe(9000);
  });
});

describe('errors', () => {
  test('a broken document is located', async () => {
    write('broken.toml', 'fine = 1\nbroken = = 2\n');
    const builder = SuperConfig.builder({ cwd, home: cwd, env: {} }).file('broken.toml');
    for (const error of [caught(() => builder.loadSync()), await rejected(builder.load())]) {
      expect(isSuperConfigError(error)).toBe(true);
      expect(error.code).toBe('ERR_SUPERCONFIG_PARSE');
      expect(error.origin?.file).toContain('broken.toml');
      expect(error.origin?.line).toBe(2);
      expect(error.message).toContain('broken.toml:2');
      expect(error.stack).toContain('facade.test');
      expect(error.name).toBe('SuperConfigError');
    }
  });

  test('a missing file is an error unless it is optional', () => {
    const builder = () => SuperConfig.builder({ cwd, home: cwd, env: {} });
    expect(caught(() => builder().file('none.toml').loadSync()).code).toBe('ERR_SUPERCONFIG_NOT_FOUND');
    expect(builder().file('none.toml', { optional: true }).loadSync().current).toEqual({});
    const error = caught(() => loadConfigSync({ cwd, env: {}, sources: [file('none.toml')] }));
    expect(error.stack?.split('\n').find((line) => line.includes(' at '))).toContain('facade.test');
  });

  test('an unknown format of toString is an option error', () => {
    expect(
      caught(() =>
        three()
          .loadSync()
          .toString({ format: 'nonsense' as never }),
      ).code,
    ).toBe('ERR_SUPERCONFIG_OPTION');
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

  test('secrets are redacted wherever the whole is shown', () => {
    const config = SuperConfig.builder({ cwd, home: cwd, env: {} })
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

describe('threads', () => {
  test('attach opens the same configuration by name and token', () => {
    const config = three().name('attached').loadSync();
    const byName = SuperConfig.attach('attached');
    const byToken = SuperConfig.attach(config.token);
    write('more.yaml', 'server:\n  port: 1\n');
    config.reloadSync();
    expect([byName.get('server.port'), byToken.get('server.port'), byName.version]).toEqual([1, 1, 2]);
    config.close();
  });

  test('a worker thread reads the same words and values', async () => {
    const config = three().loadSync();
    expect(config.get('server.port')).toBe(9000);
    // The worker speaks to the addon that this thread has loaded, as the facade does there.
    const name = `linux-${process.arch}-gnu`;
    const addon = join(import.meta.dirname ?? dirname(new URL(import.meta.url).pathname), `../../npm/${name}/superconfig.${name}.node`);
    const worker = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
       const native = require(workerData.addon);
       const [attachment, id, generation] = native.attach(workerData.token);
       const words = new Uint32Array(native.generations(false));
       parentPort.on('message', () => {
         const [now, version] = native.sync(attachment);
         parentPort.postMessage([native.read(attachment, 'server.port', false), version, words[id & 4095] === now]);
       });`,
      { eval: true, workerData: { addon, token: config.token } },
    );
    const ask = () =>
      new Promise((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
        worker.postMessage('read');
      });
    try {
      expect(await ask()).toEqual([9000, 1, true]);
      write('more.yaml', 'server:\n  port: 9100\n');
      config.reloadSync();
      expect(await ask()).toEqual([9100, 2, true]);
    } finally {
      await worker.terminate();
    }
    expect(config.get('server.port')).toBe(9100);
  });
});

describe('parse', () => {
  test('gives one document as a plain value', () => {
    expect(parse('a: [1, 2]\nb: yes', 'yaml')).toEqual({ a: [1, 2], b: 'yes' });
    expect(parse('[1, null, "x"]', 'json')).toEqual([1, null, 'x']);
    expect(parse('7', 'json')).toBe(7);
    expect(parse('n = 9007199254740993', 'toml')).toEqual({ n: 9007199254740993n });
    expect(Object.isFrozen(parse('{}', 'json'))).toBe(false);
  });

  test('fails with code and position', () => {
    const error = caught(() => parse('{"a": }', 'json'));
    expect([error.code, error.origin?.line, error.origin?.column]).toEqual(['ERR_SUPERCONFIG_PARSE', 1, 7]);
    expect(error.stack).toContain('facade.test');
    expect(caught(() => parse('', 'nonsense' as never)).code).toBe('ERR_SUPERCONFIG_FORMAT');
  });
});

describe('bad arguments', () => {
  const broken: [name: string, make: () => unknown, message: RegExp, hint?: RegExp][] = [
    ['defaults that are no table', () => SuperConfig.builder().defaults(['x']).loadSync(), /defaults must be a table of keys/],
    [
      'an unknown option',
      () =>
        SuperConfig.builder()
          .file('a.toml', { optionl: true } as never)
          .loadSync(),
      /`optionl` is not an option of `file`/,
      /`optional`/,
    ],
    ['an option of another type', () => SuperConfig.builder({ cwd: 3 as never }).loadSync(), /`cwd` is a string, not a number/],
    [
      'an unknown limit',
      () =>
        SuperConfig.builder()
          .limits({ dept: 3 } as never)
          .loadSync(),
      /`dept` is not an option of `limits`/,
      /`depth`/,
    ],
    ['a limit below one', () => SuperConfig.builder().limits({ depth: 0 }).loadSync(), /`depth` of `limits` must be a positive whole number/],
    [
      'a variable that is no string',
      () =>
        SuperConfig.builder({ env: { APP_A: 3 as never } })
          .env('APP')
          .loadSync(),
      /APP_A of `env` must be a string/,
    ],
    ['a name that leads elsewhere', () => SuperConfig.builder().name('../x').loadSync(), /"..\/x"/],
    ['a source that no helper made', () => loadConfigSync({ sources: [{ kind: 'zzz' } as never] }), /no source of kind "zzz"/],
  ];
  test.each(broken)('%s', (_, make, message, hint) => {
    const error = caught(make);
    expect(error.code).toBe('ERR_SUPERCONFIG_OPTION');
    expect(error.message).toMatch(message);
    if (hint !== undefined) expect(error.hint).toMatch(hint);
  });

  test('values given in code nest as deep as the limit says', () => {
    const nested = (levels: number) => {
      let value: object = {};
      for (let level = 1; level < levels; level++) value = level % 2 ? { a: value } : [value];
      return { v: value };
    };
    const load = (levels: number, depth?: number) => {
      const builder = SuperConfig.builder({ env: {} }).defaults(nested(levels - 1));
      return (depth === undefined ? builder : builder.limits({ depth })).loadSync();
    };
    load(128).close();
    load(512, 512).close();
    for (const [levels, depth] of [[129], [512], [20, 10], [513, 512], [100_000, 512]] as const) {
      const error = caught(() => load(levels, depth));
      expect(error, String(levels)).toMatchObject({ code: 'ERR_SUPERCONFIG_LIMIT' });
      expect(error.message).toMatch(/^defaults: /);
    }
    registry.insert(nested(127)).close();
    expect(caught(() => registry.insert(nested(128)))).toMatchObject({ code: 'ERR_SUPERCONFIG_LIMIT' });
    const deep = '['.repeat(1000) + ']'.repeat(1000);
    for (const format of ['json', 'jsonc', 'json5', 'yaml'] as const) {
      expect(caught(() => parse(deep, format))).toMatchObject({ code: 'ERR_SUPERCONFIG_LIMIT' });
    }
  });

  test('an own __proto__ of a value given in code is dropped with a warning', () => {
    const config = SuperConfig.builder({ env: {} }).defaults(JSON.parse('{"a":{"__proto__":{"polluted":1},"b":[{"__proto__":2}]}}')).loadSync();
    expect(config.current).toEqual({ a: { b: [{}] } });
    expect(Object.getPrototypeOf(config.current.a)).toBe(Object.prototype);
    expect(config.warnings.map((warning) => `${warning.code} ${warning.path}`).sort()).toEqual(['forbidden-key a.__proto__', 'forbidden-key a.b[0].__proto__']);
  });
});

test('every source that is a layer can fill holes only, by a helper and by a verb', () => {
  mkdirSync(join(cwd, '.git'));
  for (const name of ['one.json', 'config/default.json', 'app.config.json']) write(name, '{ "taken": "replaced", "hole": "filled" }');
  const places = { cwd, home: '/nowhere', root: '/nowhere', env: { APP_TAKEN: 'replaced', APP_HOLE: 'filled' } };
  const fill = { join: true };
  const values = { taken: 'replaced', hole: 'filled' };
  const custom = { name: 'own', load: () => values };
  const flags = ['--taken=replaced', '--hole=filled'];
  const builder = () => SuperConfig.builder(places).defaults({ taken: 'kept' });
  const ways: Record<string, [source: Source, built: SuperConfigBuilder]> = {
    defaults: [defaults(values, fill), builder().defaults(values, fill)],
    overrides: [overrides(values, fill), builder().overrides(values, fill)],
    file: [file('one.json', fill), builder().file('one.json', fill)],
    glob: [glob('o*.json', fill), builder().glob('o*.json', fill)],
    dir: [dir('config', fill), builder().dir('config', fill)],
    discover: [discover('app', fill), builder().discover('app', fill)],
    text: [text(JSON.stringify(values), { ...fill, format: 'json' }), builder().text(JSON.stringify(values), fill)],
    env: [env('APP', fill), builder().env('APP', fill)],
    args: [args(flags, fill), builder().args(flags, fill)],
    custom: [source(custom, fill), builder().source(custom, fill)],
    join: [defaults(values, fill), builder().join(values)],
  };
  for (const [name, [made, built]] of Object.entries(ways)) {
    const loaded = [loadConfigSync({ ...places, sources: [defaults({ taken: 'kept' }), made] }), built.loadSync()];
    for (const config of loaded) {
      expect([name, config.get('taken'), config.get('hole')]).toEqual([name, 'kept', 'filled']);
      config.close();
    }
  }
});
