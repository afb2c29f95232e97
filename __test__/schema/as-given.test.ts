// The output of a schema arrives as it was given, but for a key that no value may have.
import { describe, expect, test } from 'vitest';
import { type ConfigChange, parse, registry, type StandardSchema, SuperConfig } from '../../ts/index.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/watched.ts';

const directory = temporaryDirectory();
const { write } = directory;
const builder = () => SuperConfig.builder({ cwd: directory.path, env: {} });

const giving = (output: (value: Record<string, unknown>) => unknown, isAsync = false): StandardSchema<unknown, Record<string, never>> => {
  const validate = (value: unknown) => {
    const result = { value: output(value as Record<string, unknown>) as Record<string, never> };
    return isAsync ? Promise.resolve(result) : result;
  };
  return { '~standard': { version: 1, vendor: 'test', validate } };
};

describe('__proto__ in the output is dropped with a warning', () => {
  const evil = giving(({ n }) => ({ n, list: [JSON.parse('{ "__proto__": { "admin": true }, "k": 1 }')], ...JSON.parse('{ "__proto__": 1 }') }));
  const check = (config: SuperConfig, n: number) => {
    expect(config.current).toEqual({ n, list: [{ k: 1 }] });
    expect(Object.keys(config.current.list[0])).toEqual(['k']);
    expect(Object.getPrototypeOf(Object.assign({}, config.current.list[0]))).toBe(Object.prototype);
    expect(config.warnings.map(({ code, path }) => [code, path]).sort()).toEqual([
      ['forbidden-key', '__proto__'],
      ['forbidden-key', 'list[0].__proto__'],
    ]);
  };

  test('by loads, by reloads and in the background', async () => {
    write('app.json', '{ "n": 1 }');
    const sync = builder().file('app.json').schema(evil).loadSync();
    check(sync, 1);
    const config: SuperConfig = await builder().file('app.json').schema(evil).watch({ debounceMs: 10 }).load();
    check(config, 1);
    check(SuperConfig.attach(config.token), 1);
    write('app.json', '{ "n": 2 }');
    await until(() => config.get('n') === 2);
    check(config, 2);
    write('app.json', '{ "n": 3 }');
    sync.reloadSync();
    check(sync, 3);
    write('app.json', '{ "n": 4 }');
    await sync.reload();
    check(sync, 4);
    config.close();
    sync.close();
  });

  test('and from everywhere else', () => {
    const evil = JSON.parse('{ "a": { "__proto__": { "admin": true }, "k": 1 } }');
    const config: SuperConfig = builder()
      .defaults(evil)
      .source({ name: 'source', load: () => ({ b: evil.a }) })
      .overrides({ c: [evil.a] })
      .loadSync();
    expect(config.current).toEqual({ a: { k: 1 }, b: { k: 1 }, c: [{ k: 1 }] });
    expect(config.warnings.map(({ code }) => code)).toEqual(['forbidden-key', 'forbidden-key', 'forbidden-key']);
    for (const { a } of [config.current, registry.insert(evil).value as typeof evil]) {
      expect(Object.keys(a)).toEqual(['k']);
      expect(a.admin).toBeUndefined();
    }
    const handle = registry.insert<unknown[]>([], { name: 'as-given' });
    registry.update(handle, [evil.a]);
    expect(Object.keys(handle.value[0] as object)).toEqual(['k']);
    registry.remove(handle);
    for (const [text, format] of [
      ['{ "a": { "__proto__": { "admin": true } } }', 'json'],
      ['{ a: { __proto__: { admin: true } } }', 'json5'],
      ['a: { __proto__: { admin: true } }', 'yaml'],
      ['[a.__proto__]\nadmin = true', 'toml'],
      ['[a.__proto__]\nadmin = true', 'ini'],
    ] as const) {
      const { a = {} } = parse(text, format) as { a?: Record<string, unknown> };
      expect([format, Object.keys(a), a.admin]).toEqual([format, [], undefined]);
    }
  });
});

describe('numbers', () => {
  const given = { big: 5n, negative: -7n, beyond: 2n ** 60n, number: 5, large: 2 ** 60, huge: 1e300, zero: -0, deep: { list: [0n, 1, 2n] } };

  test.each(['at once', 'as a promise'])('stay what they are: %s', async (way) => {
    let output: object = given;
    const config: SuperConfig = await builder()
      .schema(giving(() => output, way === 'as a promise'))
      .load();
    const check = (read: SuperConfig, expected: object) => {
      expect(read.current).toEqual(expected);
      for (const [key, value] of Object.entries(expected)) expect(read.get(key)).toEqual(value);
    };
    check(config, given);
    check(SuperConfig.attach(config.token), given);
    expect(config.get('deep.list[0]')).toBe(0n);
    expect(config.get('deep.list.2')).toBe(2n);
    expect(config.get(['deep', 'list', 1])).toBe(1);
    expect(config.handle('deep').value).toEqual({ list: [0n, 1, 2n] });
    expect(config.handle('deep.list[2]').value).toBe(2n);
    expect(config.explain('big').value).toBe(5n);
    expect(config.explain('deep').value).toEqual({ list: [0n, 1, 2n] });
    expect(JSON.parse(JSON.stringify(config)).big).toBe('5');
    expect(structuredClone(config.current)).toEqual(given);
    const changes: ConfigChange<Record<string, unknown>>[] = [];
    config.on('change', (change) => changes.push(change as never));
    output = { ...given, big: 6n, deep: { list: [3n] } };
    await config.reload();
    check(config, output);
    await until(() => changes.length === 1);
    expect([changes[0]?.previous, changes[0]?.current]).toEqual([given, output]);
    config.close();
  });

  test('that no schema gave are integers, beyond 2^53 bigints', () => {
    const values = { small: 5n, beyond: 2n ** 60n };
    const expected = { small: 5, beyond: 2n ** 60n };
    const config = builder()
      .source({ name: 'source', load: () => ({ source: values }) })
      .defaults({ defaults: values })
      .loadSync();
    expect(config.current).toEqual({ source: expected, defaults: expected });
    expect(registry.insert(values).value).toEqual(expected);
    expect(parse('{ "small": 5, "beyond": 1152921504606846976 }', 'json')).toEqual(expected);
    // The schema sees what readers would see without it.
    let seen: unknown;
    builder()
      .defaults(values)
      .schema(
        giving((value) => {
          seen = value;
          return value;
        }),
      )
      .loadSync();
    expect(seen).toEqual(expected);
  });
});
