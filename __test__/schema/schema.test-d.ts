// A schema types the configuration; nothing here runs.
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { file, loadConfig, loadConfigSync, SuperConfig } from '../../ts/index.ts';

const schemas = {
  zod: z.object({ db: z.object({ pool: z.object({ max: z.number().default(10) }), url: z.string() }), tags: z.array(z.string()).optional() }),
  valibot: v.object({ db: v.object({ pool: v.object({ max: v.optional(v.number(), 10) }), url: v.string() }), tags: v.optional(v.array(v.string())) }),
  arktype: type({ db: { pool: { max: 'number = 10' }, url: 'string' }, 'tags?': 'string[]' }),
};

describe('a schema types the configuration', () => {
  test('with Zod', () => {
    const config = SuperConfig.builder().schema(schemas.zod).loadSync();
    expectTypeOf(config.get('db.pool.max')).toEqualTypeOf<number>();
    expectTypeOf(config.get('tags')).toEqualTypeOf<readonly string[] | undefined>();
    expectTypeOf(config.current.db.url).toEqualTypeOf<string>();
    // @ts-expect-error: the key is `max`
    config.get('db.pool.maximum');
  });

  test('with Valibot', () => {
    const config = SuperConfig.builder().schema(schemas.valibot).loadSync();
    expectTypeOf(config.get('db.pool.max')).toEqualTypeOf<number>();
    expectTypeOf(config.get('tags')).toEqualTypeOf<readonly string[] | undefined>();
    expectTypeOf(config.current.db.url).toEqualTypeOf<string>();
    // @ts-expect-error: the key is `max`
    config.get('db.pool.maximum');
  });

  test('with ArkType', () => {
    const config = SuperConfig.builder().schema(schemas.arktype).loadSync();
    expectTypeOf(config.get('db.pool.max')).toEqualTypeOf<number>();
    expectTypeOf(config.get('tags')).toEqualTypeOf<readonly string[] | undefined>();
    expectTypeOf(config.current.db.url).toEqualTypeOf<string>();
    // @ts-expect-error: the key is `max`
    config.get('db.pool.maximum');
  });

  test('with options in one object', () => {
    const sources = [file('app.toml')];
    expectTypeOf(loadConfigSync({ sources, schema: schemas.zod }).get('db.url')).toEqualTypeOf<string>();
    expectTypeOf(loadConfig({ sources, schema: schemas.valibot })).resolves.toEqualTypeOf<SuperConfig<v.InferOutput<typeof schemas.valibot>>>();
    // @ts-expect-error: the key is `url`
    loadConfigSync({ sources, schema: schemas.arktype }).get('db.uri');
  });

  test('with a transformation', () => {
    const config = SuperConfig.builder()
      .schema(z.object({ port: z.string().transform(Number) }))
      .loadSync();
    expectTypeOf(config.get('port')).toEqualTypeOf<number>();
  });
});

test('a value that is not a schema does not compile', () => {
  // @ts-expect-error: not a Standard Schema
  SuperConfig.builder().schema({ port: 'number' });
});
