import { mkdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
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
  type Source,
  SuperConfig,
  type SuperConfigBuilder,
  source,
  text,
} from '../../ts/index.ts';
import { caught, rejected } from '../support/errors.ts';
import { layers } from '../support/layers.ts';

const { directory, write, builder, three } = layers();

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
      cwd: directory.path,
      home: directory.path,
      env: { APP_PORT: '2' },
      sources: [defaults({ port: 0, debug: false }), file('app.toml'), env('APP'), args(['--debug=true'])],
    };
    const expected = { port: 2, debug: true, name: 'app' };
    expect(loadConfigSync(options).current).toEqual(expected);
    expect((await loadConfig(options)).current).toEqual(expected);
  });

  test('join fills what is missing, and overrides win', () => {
    const config = builder()
      .defaults({ a: 1, b: undefined })
      .join({ a: 2, b: 3 })
      .overrides({ c: new Date(0) })
      .loadSync();
    expect(config.current).toEqual({ a: 1, b: 3, c: '1970-01-01T00:00:00.000Z' });
  });

  test('a builder option takes argv', () => {
    const config = builder({ argv: ['--set', 'port=3'] })
      .defaults({ port: 1 })
      .args()
      .loadSync();
    expect(config.get('port')).toBe(3);
  });

  test('layers, name and warnings are reported', () => {
    write('a.json', '{"a":1,"a":2}');
    const config = builder().file('a.json').name('described').loadSync();
    expect(config.name).toBe('described');
    expect(config.layers.map((layer) => layer.kind)).toEqual(['file']);
    expect(JSON.stringify(config.warnings)).toContain('duplicate-key');
    config.close();
    expect(three().loadSync().name).toBeUndefined();
  });
});

describe('a load that fails', () => {
  test('a broken document is located', async () => {
    write('broken.toml', 'fine = 1\nbroken = = 2\n');
    const broken = builder().file('broken.toml');
    for (const error of [caught(() => broken.loadSync()), await rejected(broken.load())]) {
      expect(isSuperConfigError(error)).toBe(true);
      expect(error.code).toBe('ERR_SUPERCONFIG_PARSE');
      expect(error.origin?.file).toContain('broken.toml');
      expect(error.origin?.line).toBe(2);
      expect(error.message).toContain('broken.toml:2');
      expect(error.stack).toContain('load.test');
      expect(error.name).toBe('SuperConfigError');
    }
  });

  test('a missing file is an error unless it is optional', () => {
    expect(caught(() => builder().file('none.toml').loadSync()).code).toBe('ERR_SUPERCONFIG_NOT_FOUND');
    expect(builder().file('none.toml', { optional: true }).loadSync().current).toEqual({});
    const error = caught(() => loadConfigSync({ cwd: directory.path, env: {}, sources: [file('none.toml')] }));
    expect(error.stack?.split('\n').find((line) => line.includes(' at '))).toContain('load.test');
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

test('every source that is a layer takes join, as a helper and as a verb', () => {
  mkdirSync(directory.at('.git'));
  for (const name of ['one.json', 'config/default.json', 'app.config.json']) write(name, '{ "taken": "replaced", "hole": "filled" }');
  const places = { cwd: directory.path, home: '/nowhere', root: '/nowhere', env: { APP_TAKEN: 'replaced', APP_HOLE: 'filled' } };
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
