// The types of definitions.
import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { type DefinitionContext, defaults, defineConfig, loadConfig, type SuperConfig } from '../../ts/index.ts';

const schema = z.object({ port: z.number() });

test('an object keeps its schema', async () => {
  const definition = defineConfig({ sources: [defaults({ port: 1 })], schema });
  expectTypeOf(await loadConfig(definition)).toEqualTypeOf<SuperConfig<{ port: number }>>();
});

test('a function knows what it gets, and keeps what it gives', async () => {
  const definition = defineConfig(({ profiles, env }) => {
    expectTypeOf(profiles).toEqualTypeOf<readonly string[]>();
    expectTypeOf(env.HOME).toEqualTypeOf<string | undefined>();
    return { sources: [defaults({ port: 1 })], schema, profile: profiles };
  });
  expectTypeOf(definition).parameter(0).toEqualTypeOf<DefinitionContext>();
  expectTypeOf(await loadConfig(definition({ cwd: '.', env: {}, profiles: [], argv: [] }))).toEqualTypeOf<SuperConfig<{ port: number }>>();
  defineConfig(async () => ({ sources: [] }));
  // @ts-expect-error: it has no sources.
  defineConfig(() => ({ profile: 'a' }));
});
