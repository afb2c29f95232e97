// Layers that a function computes from the merged values of the layers below them.
import { describe, expect, test } from 'vitest';
import { type Deriver, defaults, derive, file, loadConfig, loadConfigSync, overrides, SuperConfig } from '../../ts/index.ts';
import { caught, rejected } from '../support/errors.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();

describe('derive', () => {
  test('gives a function the interpolated values below it, frozen, and applies where it was added', () => {
    const config = SuperConfig.builder({ env: { CPU: '2', APP_D: '9' } })
      .defaults({ cpu: `\${env:CPU}`, b: 1, d: 1 })
      .derive('limits', (values) => {
        expect(values).toEqual({ cpu: 2, b: 1, d: 1 });
        expect(Object.isFrozen(values)).toBe(true);
        return { max: values.cpu * 4, b: 2, d: 2, big: 2n ** 60n, nothing: null };
      })
      .derive(({ max }) => ({ double: max * 2 }))
      .overrides({ b: 3 })
      .env('APP')
      .interpolate()
      .loadSync();
    expect(config.current).toEqual({ cpu: 2, b: 3, d: 9, max: 8, big: 2n ** 60n, nothing: null, double: 16 });
    expect(config.explain('max').winner).toMatchObject({ kind: 'custom', name: 'limits', value: 8 });
    expect(config.explain('double').winner?.name).toBe('derive');
    config.close();
  });

  test('runs again on each reload, whose failure keeps the last version', async () => {
    directory.write('app.json', '{"cpu":1}');
    const limits: Deriver = ({ cpu }) => {
      if (cpu === 0) throw new RangeError('no cpu at http://u:secret@host/');
      return { max: cpu * 4 };
    };
    const config = await loadConfig({ cwd: directory.path, sources: [file('app.json'), derive('limits', limits)] });
    directory.write('app.json', '{"cpu":20}');
    expect(config.reloadSync().changed).toEqual(['cpu', 'max']);
    const errors: unknown[] = [];
    config.on('error', (error) => errors.push(error));
    directory.write('app.json', '{"cpu":0, "x": 1}');
    const error = await rejected(config.reload());
    expect(error).toMatchObject({ code: 'ERR_SUPERCONFIG_SOURCE', origin: { kind: 'custom', source: 'limits' }, cause: expect.any(RangeError) });
    expect(error.message).not.toContain('secret');
    expect(errors).toEqual([expect.objectContaining({ code: 'ERR_SUPERCONFIG_SOURCE' })]);
    expect(config.get('max')).toBe(80);
    config.close();
  });

  test('runs for reloads in the background', async () => {
    directory.write('app.json', '{"cpu":1}');
    const config = SuperConfig.builder({ cwd: directory.path })
      .file('app.json')
      .derive(async ({ cpu }) => ({ max: cpu * 4 }))
      .watch({ debounceMs: 10 });
    const loaded = await config.load();
    const changed = new Promise((resolve) => loaded.on('change', (change) => resolve(change.changed)));
    directory.write('app.json', '{"cpu":30}');
    expect(await changed).toEqual(['cpu', 'max']);
    expect(loaded.get('max')).toBe(120);
    loaded.close();
  });

  test('may be asynchronous where it is awaited, and is checked by a schema', async () => {
    const sources = [defaults({ a: 1 }), derive('later', async ({ a }) => ({ b: a + 1 })), overrides({ c: 3 })];
    expect((await loadConfig({ sources })).current).toEqual({ a: 1, b: 2, c: 3 });
    expect(caught(() => loadConfigSync({ sources }))).toMatchObject({ code: 'ERR_SUPERCONFIG_ASYNC', origin: { source: 'later' } });
    const schema = {
      '~standard': { version: 1 as const, vendor: 'test', validate: (value: unknown) => ({ value: { seen: value } }) },
    };
    expect((await loadConfig({ sources, schema })).get('seen.b' as never)).toBe(2);
  });

  test('what is no function, name or table is an error', () => {
    const code = (action: () => unknown) => caught(action).code;
    for (const wrong of [undefined, null, 5, 'x', {}]) expect(code(() => derive('a', wrong as never))).toBe('ERR_SUPERCONFIG_OPTION');
    for (const wrong of [undefined, null, 5, '', {}]) expect(code(() => derive(wrong as never, () => ({})))).toBe('ERR_SUPERCONFIG_OPTION');
    expect(code(() => derive(() => ({}), 5 as never))).toBe('ERR_SUPERCONFIG_OPTION');
    expect(code(() => loadConfigSync({ sources: [derive(() => ({}), { jion: true } as never)] }))).toBe('ERR_SUPERCONFIG_OPTION');
    for (const wrong of [undefined, null, 5, [], 'x', { a: () => {} }]) {
      expect(code(() => loadConfigSync({ sources: [derive('a', () => wrong as never)] }))).toBe('ERR_SUPERCONFIG_SOURCE');
    }
  });

  test('a joined layer fills holes only', () => {
    const sources = [defaults({ a: 1 }), derive(() => ({ a: 2, b: 2 }), { join: true })];
    expect(loadConfigSync({ sources }).current).toEqual({ a: 1, b: 2 });
  });
});
