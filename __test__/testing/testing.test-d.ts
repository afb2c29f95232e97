// The types of `superconfig/testing`: values of a wrong type do not compile.
import { expectTypeOf, test } from 'vitest';
import type { SuperConfig } from '../../ts/index.ts';
import { createTestConfig, temporaryConfig, withOverrides } from '../../ts/testing/index.ts';

declare const config: SuperConfig<{ server: { port: number; host?: string }; tags: string[] }>;

test('the values have the types of the configuration', () => {
  const run = () => {
    expectTypeOf(withOverrides(config, { server: { port: 1 } }, () => 'x')).toEqualTypeOf<string>();
    expectTypeOf(withOverrides(config, {}, async () => 1)).toEqualTypeOf<Promise<number>>();
    // @ts-expect-error a text is no port
    withOverrides(config, { server: { port: '1' } }, () => 1);
    // @ts-expect-error there is no such key
    withOverrides(config, { sever: {} }, () => 1);
    // @ts-expect-error lists are whole
    withOverrides(config, { tags: [1] }, () => 1);
    expectTypeOf(createTestConfig({ a: { b: 1 } }).get('a.b')).toEqualTypeOf<number>();
    expectTypeOf(temporaryConfig({ 'a.json': {} }, () => 5)).toEqualTypeOf<Promise<number>>();
  };
  expectTypeOf(run).toBeFunction();
});
