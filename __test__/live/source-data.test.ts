import { describe, expect, test } from 'vitest';
import { defaults, loadConfigSync, SuperConfig, type SuperConfigError, source } from '../../ts/index.ts';
import { documents, type StoredDocument, type StoredText, type TextTyping, texts } from '../../ts/live/index.ts';
import { caught, rejected } from '../support/errors.ts';
import { until } from '../support/watched.ts';

const store = (load: () => object) => source({ name: 'store', load });
const stored = (values: Record<string, string>): StoredText[] =>
  Object.entries(values).map(([path, text]) => ({ path, text, key: `/shop/${path.replaceAll('.', '/')}`, revision: '7' }));
const over = (below: object, values: Record<string, string>, typing?: TextTyping) =>
  loadConfigSync({ sources: [defaults(below), store(() => texts(stored(values), typing))] });

describe('texts', () => {
  test('take the type of what is below, and else the one that they spell', () => {
    const below = { server: { port: 1, name: 'a', on: false, tags: ['x'] } };
    const config = over(below, { 'server.port': '8080', 'server.name': '8080', 'server.on': 'yes', 'server.tags': 'a, b', 'new.count': '3' });
    expect(config.current).toEqual({ server: { port: 8080, name: '8080', on: true, tags: ['a', 'b'] }, new: { count: 3 } });
  });

  test('spell their type, or stay text, where that is asked for', () => {
    expect(over({ port: 1, name: 'a' }, { port: 'x', name: '80' }, { typing: 'infer' }).current).toEqual({ port: 'x', name: 80 });
    expect(over({ port: 1 }, { port: '80', tags: '[1]' }, { typing: 'text' }).current).toEqual({ port: '80', tags: '[1]' });
  });

  test('keep the case of their keys, and match loosely only where that is asked for', () => {
    expect(over({ maxConn: 1 }, { max_conn: '2' }).current).toEqual({ maxConn: 1, max_conn: 2 });
    expect(over({ maxConn: 1 }, { MAX_CONN: '2', newKey: 'a' }, { match: 'loose' }).current).toEqual({ maxConn: 2, newKey: 'a' });
    const error = caught(() => over({ maxConn: 1, max_conn: 2 }, { 'max-conn': '3' }, { match: 'loose' }));
    expect(error).toMatchObject({ code: 'ERR_SUPERCONFIG_SOURCE', origin: { key: '/shop/max-conn', revision: '7' } });
    expect(error.message).toContain('ambiguous');
  });

  test('index arrays where there is one below, and add to them and remove from them', () => {
    expect(over({ hosts: ['a', 'b'], map: {} }, { 'hosts.1': 'c', 'hosts.2': 'd', 'map.0': 'x' }).current).toEqual({
      hosts: ['a', 'c', 'd'],
      map: { 0: 'x' },
    });
    expect(over({ tags: ['a', 'b'] }, { tags_add: 'c', tags_remove: 'a' }).current).toEqual({ tags: ['b', 'c'] });
    expect(over({ Tags: ['a', 'b'] }, { tags_add: '["c"]' }, { match: 'loose' }).current).toEqual({ Tags: ['a', 'b', 'c'] });
    expect(caught(() => over({ hosts: ['a'] }, { 'hosts.5': 'x' })).code).toBe('ERR_SUPERCONFIG_SOURCE');
  });

  test('are explained by key and revision', () => {
    const { winner } = over({ port: 1 }, { port: '80' }).explain('port');
    expect(winner).toEqual({ kind: 'custom', name: 'store', key: '/shop/port', revision: '7', action: 'set', value: 80 });
  });

  test('that do not fit are one located error for all of them', () => {
    const error = caught(() => over({ port: 1, on: true }, { port: 'x', on: 'maybe' }));
    expect(error.code).toBe('ERR_SUPERCONFIG_SOURCE');
    expect(error.issues?.map(({ path, expected, origin }) => [path, expected, origin?.key, origin?.revision])).toEqual([
      ['on', 'a boolean', '/shop/on', '7'],
      ['port', 'a number', '/shop/port', '7'],
    ]);
    const secret = caught(() => over({ db: { password: 1 } }, { 'db.password': 'hunter2' }));
    expect(String(secret)).not.toContain('hunter2');
  });

  test('of a leaf and of what is below it are an error that names both', () => {
    const error = caught(() => over({}, { a: '1', 'a.b': '2' }));
    expect(error.message).toContain('/shop/a');
    expect(error.origin).toMatchObject({ key: '/shop/a/b' });
  });

  test('never make a forbidden key', () => {
    const config = over({}, { '__proto__.a': '1', b: '2' });
    expect(config.current).toEqual({ b: 2 });
    expect(config.warnings).toMatchObject([{ code: 'forbidden-key', origin: { key: '/shop/__proto__/a' } }]);
  });

  test('of a wrong kind are refused', () => {
    for (const wrong of [undefined, [1], [{ path: [], text: '', key: 'a' }], [{ path: 'a', text: 1, key: 'a' }], [{ path: 'a', text: '\ud800', key: 'a' }]]) {
      expect(caught(() => texts(wrong as never)).code).toBe('ERR_SUPERCONFIG_OPTION');
    }
    expect(caught(() => texts([], { typing: 'any' as never })).code).toBe('ERR_SUPERCONFIG_OPTION');
  });
});

const of = (...list: StoredDocument[]) => loadConfigSync({ sources: [store(() => documents(list))] });

describe('documents', () => {
  test('are layers in order, explained by key, line and column', () => {
    const config = of({ name: 'a.yaml', text: 'server:\n  port: 80\n', revision: '3' }, { name: 'b.toml', text: '[server]\nhost = "x"', revision: '4' });
    expect(config.current).toEqual({ server: { port: 80, host: 'x' } });
    expect(config.explain('server.port').winner).toMatchObject({ name: 'store', file: 'a.yaml', key: 'a.yaml', revision: '3', line: 2, column: 9 });
    expect(config.explain('server.host').winner).toMatchObject({ key: 'b.toml', revision: '4', line: 2, column: 8 });
    expect(config.layers.map(({ name, file, format }) => [name, file, format])).toEqual([
      ['store', 'a.yaml', 'yaml'],
      ['store', 'b.toml', 'toml'],
    ]);
  });

  test('are mounted below a path, and found there', () => {
    const config = of({ name: 'limits', text: '{"max": {"open": 3}}', format: 'json', at: ['app', 'limits'] });
    expect(config.current).toEqual({ app: { limits: { max: { open: 3 } } } });
    expect(config.explain('app.limits.max.open').winner).toMatchObject({ key: 'limits', line: 1, column: 18 });
  });

  test('that cannot be parsed are located, and show no secret', () => {
    const error = caught(() => of({ name: 'a.toml', text: 'password = "hunter2\n', revision: '9' }));
    expect(error).toMatchObject({ code: 'ERR_SUPERCONFIG_PARSE', origin: { source: 'store', file: 'a.toml', key: 'a.toml', revision: '9', line: 1 } });
    expect(String(error)).not.toContain('hunter2');
    expect(caught(() => of({ name: 'a', text: '', format: 'xml' as never })).code).toBe('ERR_SUPERCONFIG_FORMAT');
    const large = SuperConfig.builder()
      .limits({ documentBytes: 5 })
      .source({ name: 'store', load: () => documents([{ name: 'a.json', text: '{"a": 1}' }]) });
    expect(caught(() => large.loadSync()).code).toBe('ERR_SUPERCONFIG_LIMIT');
  });

  test('of none are an empty layer', () => {
    expect(of().current).toEqual({});
  });

  test('that go bad keep the last good ones in use, and heal', async () => {
    let text = 'port: 80';
    let signal = () => {};
    const config = await SuperConfig.builder()
      .source({
        name: 'store',
        load: async () => documents([{ name: 'a.yaml', text, revision: '2' }]),
        watch: (_context, changed) => {
          signal = changed;
        },
      })
      .watch()
      .load();
    const errors: SuperConfigError[] = [];
    config.on('error', (error) => errors.push(error));
    text = 'port: [';
    signal();
    await until(() => errors.length > 0);
    expect(errors).toMatchObject([{ code: 'ERR_SUPERCONFIG_PARSE', origin: { key: 'a.yaml', revision: '2' } }]);
    expect(config.get('port')).toBe(80);
    expect(config.status.sources).toMatchObject([{ state: 'live', lastError: { code: 'ERR_SUPERCONFIG_PARSE' } }]);
    expect(config.warnings).toMatchObject([{ code: 'source-stale' }]);
    text = 'port: 81';
    signal();
    await until(() => config.get('port') === 81);
    expect(config.status.sources[0]).not.toHaveProperty('lastError');
    config.close();
  });

  test('of a wrong kind are refused', async () => {
    for (const wrong of [undefined, [null], [{ name: 'a' }], [{ name: 'a', text: '', at: 'x' }]]) {
      expect(caught(() => documents(wrong as never)).code).toBe('ERR_SUPERCONFIG_OPTION');
    }
    expect(
      (
        await rejected(
          SuperConfig.builder()
            .source({ name: 'store', load: async () => documents([{}] as never) })
            .load(),
        )
      ).code,
    ).toBe('ERR_SUPERCONFIG_SOURCE');
  });
});

describe('hostile data', () => {
  test('what is beside a list is an object', () => {
    for (const wrong of [null, 5, 'x'] as never[]) expect(caught(() => texts([], wrong)).code).toBe('ERR_SUPERCONFIG_OPTION');
  });

  test('no key reaches a prototype', () => {
    const proto = loadConfigSync({ sources: [store(() => texts(stored({ a: '1', '__proto__.x': '2', 'b.__proto__': '3' })))] });
    expect(JSON.stringify(proto.current)).toBe('{"a":1,"b":{}}'.replace(',"b":{}', Object.hasOwn(proto.current, 'b') ? ',"b":{}' : ''));
    expect(({} as { x?: unknown }).x).toBeUndefined();
    expect(proto.warnings.map(({ code }) => code)).toContain('forbidden-key');
    const mounted = loadConfigSync({
      sources: [store(() => documents([{ name: 'k.json', text: '{"x": 1, "__proto__": {"y": 1}}', at: ['__proto__', 'a'] }]))],
    });
    expect(Object.keys(mounted.current)).toEqual([]);
    expect(({} as { a?: unknown }).a).toBeUndefined();
  });

  test('keys and revisions of any length and kind are told as they are, and escaped where a terminal would obey them', () => {
    const [key, revision] = ['/\x1b[31mkey\u202e', '9'.repeat(100_000)];
    const given = (text: string) => store(() => texts([{ path: ['port'], text, key, revision }]));
    const config = loadConfigSync({ sources: [defaults({ port: 1 }), given('2')] });
    expect(config.explain('port').winner).toMatchObject({ key, revision });
    const error = caught(() => loadConfigSync({ sources: [defaults({ port: 1 }), given('x')] }));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about.
    expect(error.message).not.toMatch(/[\x00-\x09\x0b-\x1f\u202e]/);
    expect(error.message).toContain('\\u{1b}[31mkey');
  });
});
