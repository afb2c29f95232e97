// Types of paths and of the values at them; nothing here runs.
import { describe, expectTypeOf, test } from 'vitest';
import { type ConfigHandle, type DeepReadonly, loadConfig, type Path, registry, SuperConfig, type ValueAt } from '../../ts/index.ts';

interface AppConfig {
  name: string;
  db: { pool: { min: number; max: number }; hosts: string[]; replicas: { host: string; tags: string[] }[] };
  log?: { level: 'debug' | 'info'; file?: string };
  cache: { kind: 'memory'; entries: number } | { kind: 'redis'; url: string };
  limits: Record<string, number>;
  range: [low: number, high: number];
  size: bigint;
  since: Date | null;
  plugins: unknown;
  'dotted.key': { inner: boolean };
}

declare const config: SuperConfig<AppConfig>;

describe('get', () => {
  test('gives the type of the value', () => {
    expectTypeOf(config.get('db.pool.max')).toEqualTypeOf<number>();
    expectTypeOf(config.get('name')).toEqualTypeOf<string>();
    expectTypeOf(config.get('size')).toEqualTypeOf<bigint>();
    expectTypeOf(config.get('db.pool')).toEqualTypeOf<{ readonly min: number; readonly max: number }>();
    expectTypeOf(config.get('since')).toEqualTypeOf<Date | null>();
  });

  test('refuses a path that is not there', () => {
    // @ts-expect-error: the key is `max`
    config.get('db.pool.maximum');
    // @ts-expect-error: a number has no keys
    config.get('db.pool.max.more');
    // @ts-expect-error: the first key is wrong
    config.get('database.pool');
    // @ts-expect-error: an empty segment
    config.get('db..pool');
  });

  test('goes through arrays by their indexes', () => {
    expectTypeOf(config.get('db.hosts.0')).toEqualTypeOf<string>();
    expectTypeOf(config.get('db.replicas.1.host')).toEqualTypeOf<string>();
    expectTypeOf(config.get('db.replicas.1.tags')).toEqualTypeOf<readonly string[]>();
    expectTypeOf(config.get('range.1')).toEqualTypeOf<number>();
    expectTypeOf(config.get('db.hosts[0]')).toEqualTypeOf<string>();
    expectTypeOf(config.get('db.replicas[1].tags[0]')).toEqualTypeOf<string>();
    // @ts-expect-error: an index is a number
    config.get('db.replicas.first.host');
    // @ts-expect-error: there is no such key in the element
    config.get('db.replicas[0].port');
    // @ts-expect-error: this is no array
    config.get('db.pool[0]');
  });

  test('goes through optional keys, and includes undefined for the last one', () => {
    expectTypeOf(config.get('log.level')).toEqualTypeOf<'debug' | 'info'>();
    expectTypeOf(config.get('log.file')).toEqualTypeOf<string | undefined>();
    expectTypeOf(config.get('log.file', 'app.log')).toEqualTypeOf<string>();
  });

  test('knows every member of a union', () => {
    expectTypeOf(config.get('cache.kind')).toEqualTypeOf<'memory' | 'redis'>();
    expectTypeOf(config.get('cache.url')).toEqualTypeOf<string>();
    expectTypeOf(config.get('cache.entries')).toEqualTypeOf<number>();
  });

  test('takes any key of a record, and any path below what is unknown', () => {
    expectTypeOf(config.get('limits.requests')).toEqualTypeOf<number>();
    expectTypeOf(config.get('plugins.some.option')).toEqualTypeOf<unknown>();
  });

  test('takes segments, for keys with dots', () => {
    expectTypeOf(config.get(['dotted.key', 'inner'])).toEqualTypeOf<boolean>();
    expectTypeOf(config.get(['db', 'replicas', 0, 'tags'])).toEqualTypeOf<readonly string[]>();
    expectTypeOf(config.get(['range', 1])).toEqualTypeOf<number>();
    expectTypeOf(config.get([])).toEqualTypeOf<DeepReadonly<AppConfig>>();
    expectTypeOf(config.handle(['db', 'pool', 'max'])).toEqualTypeOf<ConfigHandle<number>>();
    // Only the program knows where these lead.
    expectTypeOf(config.get(['db', 'pool'] as string[])).toBeAny();
    // @ts-expect-error: as a dotted path this would look for `key` in `dotted`
    config.get('dotted.key');
    expectTypeOf(config.get('"dotted.key".inner')).toEqualTypeOf<boolean>();
    expectTypeOf(config.get('"dotted.key"')).toEqualTypeOf<{ readonly inner: boolean }>();
    // @ts-expect-error: there is no such key in it
    config.get('"dotted.key".outer');
  });

  test('takes a fallback of the type of the value', () => {
    expectTypeOf(config.get('db.pool.max', 10)).toEqualTypeOf<number>();
    // @ts-expect-error: the value is a number
    config.get('db.pool.max', 'ten');
  });
});

describe('handles', () => {
  test('have the type of the value', () => {
    expectTypeOf(config.handle('db.pool.max')).toEqualTypeOf<ConfigHandle<number>>();
    expectTypeOf(config.handle('db.pool.max').value).toEqualTypeOf<number>();
    config.handle('db.pool').on(({ previous, current }) => {
      // It may come and go.
      expectTypeOf(current).toEqualTypeOf<{ readonly min: number; readonly max: number } | undefined>();
      expectTypeOf(previous).toEqualTypeOf<{ readonly min: number; readonly max: number } | undefined>();
    });
    // @ts-expect-error: the key is `max`
    config.handle('db.pool.maximum');
  });

  test('of the registry have the type of the inserted value', () => {
    const handle = registry.insert({ port: 8080 });
    expectTypeOf(handle.value.port).toEqualTypeOf<number>();
  });
});

describe('current', () => {
  test('is readonly at every level', () => {
    expectTypeOf(config.current).toEqualTypeOf<DeepReadonly<AppConfig>>();
    // @ts-expect-error: readonly
    config.current.name = 'other';
    // @ts-expect-error: readonly
    config.current.db.pool.max = 3;
    // @ts-expect-error: readonly
    config.current.db.hosts.push('more');
    // @ts-expect-error: readonly
    config.current.db.replicas[0].tags[0] = 'other';
  });

  test('keeps dates, tuples and what is optional', () => {
    expectTypeOf(config.current.since).toEqualTypeOf<Date | null>();
    expectTypeOf(config.current.range).toEqualTypeOf<readonly [low: number, high: number]>();
    expectTypeOf(config.current.log?.level).toEqualTypeOf<'debug' | 'info' | undefined>();
  });

  test('of a change is readonly, too', () => {
    config.on('change', ({ changed, current, previous, version }) => {
      expectTypeOf(changed).toEqualTypeOf<readonly string[]>();
      expectTypeOf(current).toEqualTypeOf<DeepReadonly<AppConfig>>();
      expectTypeOf(previous).toEqualTypeOf<DeepReadonly<AppConfig>>();
      expectTypeOf(version).toEqualTypeOf<number>();
    });
  });
});

describe('without a type', () => {
  test('every path is allowed and gives any', async () => {
    const loose = SuperConfig.builder().loadSync();
    expectTypeOf(loose.get('what.ever')).toBeAny();
    expectTypeOf(loose.current).toBeAny();
    expectTypeOf((await loadConfig({ sources: [] })).get('what.ever')).toBeAny();
    expectTypeOf(SuperConfig.attach('main').get('what.ever')).toBeAny();
  });

  test('unknown stays unknown', () => {
    const opaque = SuperConfig.builder<unknown>().loadSync();
    expectTypeOf(opaque.get('what.ever')).toBeUnknown();
  });
});

test('the builder keeps the type', () => {
  const built = SuperConfig.builder<AppConfig>().defaults({ name: 'a' }).file('app.toml').env('APP').watch().loadSync();
  expectTypeOf(built).toEqualTypeOf<SuperConfig<AppConfig>>();
  expectTypeOf(SuperConfig.builder<AppConfig>().load()).resolves.toEqualTypeOf<SuperConfig<AppConfig>>();
});

// Eight levels deep, and below that any path.
interface Deep {
  a: { b: { c: { d: { e: { f: { g: { h: number; i: string[] } } } } } } };
}

test('paths are checked eight levels deep', () => {
  expectTypeOf<ValueAt<Deep, 'a.b.c.d.e.f.g.h'>>().toEqualTypeOf<number>();
  expectTypeOf<'a.b.c.d.e.f.g.h'>().toExtend<Path<Deep>>();
  expectTypeOf<'a.b.c.d.e.f.g.z'>().not.toExtend<Path<Deep>>();
  expectTypeOf<'a.b.c.d.e.f.g.i'>().toExtend<Path<Deep>>();
});

// A type may lead back to itself.
interface Tree {
  value: number;
  children: Tree[];
  parent?: Tree;
}

test('a recursive type compiles', () => {
  const tree = {} as SuperConfig<Tree>;
  expectTypeOf(tree.get('children.0.children.1.value')).toEqualTypeOf<number>();
  expectTypeOf(tree.get('parent.parent.value')).toEqualTypeOf<number>();
  // @ts-expect-error: there is no such key at any depth
  tree.get('children.0.wrong');
});
