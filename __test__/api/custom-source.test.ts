import { describe, expect, test, vi } from 'vitest';
import { type CustomSource, defaults, loadConfig, loadConfigSync, SuperConfig, type SuperConfigError, source } from '../../ts/index.ts';
import { caught, rejected } from '../support/errors.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/watched.ts';

const directory = temporaryDirectory();

const builder = () => SuperConfig.builder({ cwd: directory.path, home: directory.at('home'), env: { A: 'b' } });

describe('loading', () => {
  test('a source is merged in its order, and receives the context of the load', () => {
    const asked: unknown[] = [];
    const config = builder()
      .defaults({ room: 'low', seats: 1 })
      .source({
        name: 'rooms',
        load(context) {
          asked.push(context);
          return { room: 'middle', seats: 2n ** 60n, list_add: ['x'] };
        },
      })
      .overrides({ room: 'high' })
      .profile(['eu', 'test'])
      .loadSync();
    expect(asked).toEqual([{ cwd: directory.path, home: directory.at('home'), profiles: ['eu', 'test'], env: { A: 'b' } }]);
    expect(config.current).toEqual({ room: 'high', seats: 2n ** 60n, list: ['x'] });
    expect(config.explain('room').candidates.map(({ kind, name }) => [kind, name])).toEqual([
      ['defaults', 'defaults'],
      ['custom', 'rooms'],
      ['override', 'overrides'],
    ]);
    expect(config.layers.map(({ name, status }) => [name, status])).toContainEqual(['rooms', 'found']);
    config.close();
  });

  test('join fills what is missing, and directives can be turned off', () => {
    const config = loadConfigSync({
      sources: [
        defaults({ a: 1, list: ['x'] }),
        source({ name: 'fill', load: () => ({ a: 2, b: 2 }) }, { join: true }),
        source({ name: 'plain', load: () => ({ list_add: ['y'] }) }, { directives: false }),
      ],
    });
    expect(config.current).toEqual({ a: 1, b: 2, list: ['x'], list_add: ['y'] });
    config.close();
  });

  test('several asynchronous sources load at the same time', async () => {
    let open = () => {};
    const first = new Promise<object>((resolve) => {
      open = () => resolve({ first: true });
    });
    const config = await builder()
      .source({ name: 'first', load: () => first })
      .source({
        name: 'second',
        load: async () => {
          open();
          return { second: true };
        },
      })
      .load();
    expect(config.current).toEqual({ first: true, second: true });
    config.close();
  });
});

describe('failing', () => {
  const cause = new Error('no route to host');
  const broken: CustomSource = {
    name: 'remote',
    load() {
      throw cause;
    },
  };

  test('is SOURCE, with its name and the cause', async () => {
    const error = caught(() => builder().source(broken).loadSync());
    expect(error.code).toBe('ERR_SUPERCONFIG_SOURCE');
    expect(error.message).toBe('the source `remote` failed: no route to host');
    expect(error.cause).toBe(cause);
    expect(error.origin).toEqual({ kind: 'custom', source: 'remote' });
    const asynchronous = loadConfig({ sources: [source({ name: 'remote', load: () => Promise.reject(cause) })] });
    await expect(asynchronous).rejects.toMatchObject({ code: 'ERR_SUPERCONFIG_SOURCE', cause });
  });

  test.each([[undefined], [null], ['text'], [[1]], [{ key: () => 1 }]])('is SOURCE for %j', (given) => {
    const error = caught(() =>
      builder()
        .source({ name: 'odd', load: () => given as never })
        .loadSync(),
    );
    expect(error.code).toBe('ERR_SUPERCONFIG_SOURCE');
    expect(error.message).toContain('`odd`');
  });

  test('is ASYNC where a promise cannot be awaited', async () => {
    const slow = { name: 'slow', load: async () => ({ a: 1 }) };
    const error = caught(() => builder().source(slow).loadSync());
    expect(error.code).toBe('ERR_SUPERCONFIG_ASYNC');
    expect(error.hint).toContain('`load()`');
    const config = await builder().source(slow).load();
    expect(caught(() => config.reloadSync()).code).toBe('ERR_SUPERCONFIG_ASYNC');
    expect(config.get('a')).toBe(1);
    config.close();
  });

  test.each([[undefined], [{}], [{ name: '' }], [{ name: 'x' }], [{ name: 'x', load: 1 }], [{ name: 'x', load() {}, watch: 1 }]])(
    'is OPTION for %j',
    (given) => {
      expect(caught(() => builder().source(given as never)).code).toBe('ERR_SUPERCONFIG_OPTION');
      expect(caught(() => source(given as never)).code).toBe('ERR_SUPERCONFIG_OPTION');
    },
  );
});

describe('reloading', () => {
  test('loads the source again, and keeps its last values after a failure', async () => {
    let answer: () => object = () => ({ value: 1 });
    const config = builder()
      .source({ name: 'remote', load: () => answer() })
      .loadSync();
    answer = () => ({ value: 2 });
    expect(config.reloadSync()).toEqual({ version: 2, changed: ['value'] });
    answer = () => {
      throw new Error('no route to host');
    };
    const failures: SuperConfigError[] = [];
    config.on('error', (error) => failures.push(error));
    expect(config.reloadSync()).toEqual({ version: 2, changed: [] });
    expect(failures).toMatchObject([{ code: 'ERR_SUPERCONFIG_SOURCE', message: 'the source `remote` failed: no route to host' }]);
    expect(failures[0]?.cause).toBeInstanceOf(Error);
    expect(config.status).toMatchObject({ lastError: { code: 'ERR_SUPERCONFIG_SOURCE' }, staleSince: expect.any(Date) });
    expect(config.warnings).toMatchObject([{ code: 'source-stale', message: expect.stringContaining('no route to host') }]);
    expect(await config.reload()).toEqual({ version: 2, changed: [] });
    answer = () => ({ value: 3 });
    expect((await config.reload()).changed).toEqual(['value']);
    expect(config.warnings).toEqual([]);
    expect(config.status).not.toHaveProperty('lastError');
    expect(failures).toHaveLength(2);
    config.close();
  });

  test('happens when the source reports a change, until the configuration is closed', async () => {
    let value = 1;
    let tell = () => {};
    let stopped = 0;
    const config = builder()
      .source({
        name: 'remote',
        load: async () => ({ value }),
        async watch({ cwd }, changed) {
          expect(cwd).toBe(directory.path);
          tell = changed;
          return () => {
            stopped += 1;
          };
        },
      })
      .watch();
    const watched = await config.load();
    await new Promise((resolve) => setImmediate(resolve));
    const versions: number[] = [];
    watched.on('change', ({ version }) => versions.push(version));
    value = 2;
    tell();
    await until(() => watched.get('value') === 2);
    value = 3;
    for (let times = 0; times < 100; times++) tell();
    // A version can be read before its event comes.
    await until(() => watched.get('value') === 3 && versions.length > 1);
    expect(versions).toEqual([2, 3]);
    watched.close();
    expect(stopped).toBe(1);
    tell();
    watched.close();
    expect(stopped).toBe(1);
  });

  test('a watch that starts after the configuration was closed ends at once', async () => {
    let started = (_stop: () => void) => {};
    let stopped = 0;
    const config = builder()
      .source({ name: 'slow', load: () => ({}), watch: () => new Promise((resolve) => (started = resolve)) })
      .watch()
      .loadSync();
    config.close();
    started(() => {
      stopped += 1;
    });
    await until(() => stopped === 1);
  });

  test('of watched files loads the sources as well', async () => {
    directory.write('app.json', '{"file": 1}');
    let value = 1;
    const config = await builder()
      .file('app.json')
      .source({ name: 'remote', load: async () => ({ value }) })
      .watch({ debounceMs: 5 })
      .load();
    value = 2;
    directory.write('app.json', '{"file": 2}');
    await until(() => config.get('file') === 2);
    expect(config.current).toEqual({ file: 2, value: 2 });
    config.close();
  });

  test('continues without a watch that fails, with a warning where nobody listens', async () => {
    const told: string[] = [];
    const emit = vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void told.push(String(warning)));
    const config = builder()
      .source({
        name: 'mute',
        load: () => ({ a: 1 }),
        watch() {
          throw new Error('cannot');
        },
      })
      .watch()
      .loadSync();
    await until(() => told.length > 0);
    emit.mockRestore();
    expect(told).toEqual([expect.stringMatching(/^what it gave last stays in use: .*the source `mute` failed.*it cannot be watched: cannot$/s)]);
    expect(config.get('a')).toBe(1);
    config.close();
  });
});

describe('failures and delays', () => {
  test('all failed sources are in one error, with the users of URLs masked', async () => {
    const fail = (name: string): CustomSource => ({ name, load: () => Promise.reject(new Error(`cannot reach db://me:hunter2@${name}/x`)) });
    const fine = { name: 'fine', load: () => ({}) };
    const error = await rejected(builder().source(fail('one')).source(fine).source(fail('two')).load());
    expect(error.code).toBe('ERR_SUPERCONFIG_SOURCE');
    expect(error.issues?.map(({ origin, message }) => [origin?.source, message])).toEqual([
      ['one', 'the source `one` failed: cannot reach db://[redacted]@one/x'],
      ['two', 'the source `two` failed: cannot reach db://[redacted]@two/x'],
    ]);
    expect(error.message).toContain('2 sources failed');
    expect(error.message).toContain('db://[redacted]@two/x');
    expect((error.cause as AggregateError).errors).toHaveLength(2);
  });

  test('an answer to an older reload that comes late does not undo a newer one', async () => {
    const answers: ((values: object) => void)[] = [];
    let isSlow = false;
    const config = await builder()
      .source({ name: 'remote', load: () => (isSlow ? new Promise<object>((answer) => answers.push(answer)) : { n: 0 }) })
      .load();
    isSlow = true;
    const [first, second] = [config.reload(), config.reload()];
    answers[1]?.({ n: 2 });
    expect((await second).changed).toEqual(['n']);
    answers[0]?.({ n: 1 });
    expect((await first).changed).toEqual([]);
    expect(config.get('n')).toBe(2);
    config.close();
  });

  test('the environment is captured at the call', async () => {
    process.env.SUPERCONFIG_TEST_CITY = 'Graz';
    try {
      const loading = SuperConfig.builder({ cwd: directory.path })
        .source({
          name: 'remote',
          async load({ env }) {
            await undefined;
            return { seen: env.SUPERCONFIG_TEST_CITY };
          },
        })
        .env('SUPERCONFIG_TEST')
        .load();
      process.env.SUPERCONFIG_TEST_CITY = 'Wien';
      const config = await loading;
      expect(config.current).toEqual({ seen: 'Graz', city: 'Graz' });
      expect((await config.reload()).changed).toEqual(['city', 'seen']);
      expect(config.current).toEqual({ seen: 'Wien', city: 'Wien' });
      config.close();
    } finally {
      delete process.env.SUPERCONFIG_TEST_CITY;
    }
  });
});
