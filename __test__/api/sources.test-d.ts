// The types of the helpers of sources, checked by the compiler.
import { expectTypeOf, test } from 'vitest';
import { defineConfig, derive, dotenv, env, loadConfigSync, module, type Source, SuperConfig, type SuperConfigBuilder } from '../../ts/index.ts';

test('a mapping is a tree of names, lists of names and formats', () => {
  expectTypeOf(env(false, { mapping: { 'a.b': 'A', c: { d: ['D', 'E'], f: { name: 'F', format: 'json' } } } })).toEqualTypeOf<Source>();
  // @ts-expect-error a number is no variable
  env('APP', { mapping: { a: 3 } });
  // @ts-expect-error a prefix is text or `false`
  env(true);
  // @ts-expect-error there is no such word
  env('APP', { empty: 'drop' });
});

test('options of dotenv, dir, name and module', () => {
  dotenv({ path: ['a.env'], optional: true, export: true });
  // @ts-expect-error it is called `path`
  dotenv({ paths: 'a.env' });
  SuperConfig.builder().dir('config', { format: 'json5' }).name('app', { replace: true });
  module('app.config.ts', { optional: true, export: 'config' });
  // @ts-expect-error it is called `export`
  module('app.config.ts', { exports: 'config' });
});

test('derive takes a function, with or without a name, and keeps the builder', () => {
  type App = { port: number };
  expectTypeOf(SuperConfig.builder<App>().derive('a', () => ({}))).toEqualTypeOf<SuperConfigBuilder<App>>();
  expectTypeOf(derive(async () => ({ a: 1 }))).toEqualTypeOf<Source>();
  // @ts-expect-error what it gives is an object
  derive('a', () => 5);
  // @ts-expect-error a name alone is nothing
  derive('a');
});

test('defineConfig keeps what it is given', () => {
  const options = defineConfig({ sources: [env('APP')], name: ['app', { replace: true }] });
  expectTypeOf(options.sources).toEqualTypeOf<Source[]>();
  expectTypeOf(loadConfigSync<{ a: number }>(options).get('a')).toEqualTypeOf<number>();
});
