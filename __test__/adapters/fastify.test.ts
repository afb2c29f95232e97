// The plugin for Fastify in a real server.
import { writeFileSync } from 'node:fs';
import fastify from 'fastify';
import { expect, test } from 'vitest';
import plugin, { configOf } from '../../ts/adapters/fastify/index.ts';
import { SuperConfig } from '../../ts/index.ts';
import { withOverrides } from '../../ts/testing/index.ts';
import { code } from '../support/errors.ts';
import { temporaryDirectory } from '../support/temporary.ts';

interface App {
  greeting: { text: string };
}

declare module 'fastify' {
  interface FastifyInstance {
    config: SuperConfig<App>;
  }
}

const directory = temporaryDirectory();

function load(): SuperConfig<App> {
  directory.write('app.json', '{ "greeting": { "text": "hello" } }');
  return SuperConfig.builder<App>({ cwd: directory.path, env: {} }).profile([]).file('app.json').loadSync();
}

async function ask(app: { server: { address(): unknown } }, path: string): Promise<unknown> {
  const { port } = app.server.address() as { port: number };
  return (await fetch(`http://127.0.0.1:${port}${path}`)).json();
}

test('handlers read live values, in plugins beside it too, and the end closes the configuration', async () => {
  const config = load();
  const app = fastify();
  await app.register(plugin, { config });
  const text = app.config.handle('greeting.text');
  app.get('/greeting', async () => ({ text: text.value }));
  await app.register(async (inner) => {
    inner.get('/inner', async () => inner.config.get('greeting'));
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  expect([await ask(app, '/greeting'), await ask(app, '/inner')]).toEqual([{ text: 'hello' }, { text: 'hello' }]);

  writeFileSync(directory.at('app.json'), '{ "greeting": { "text": "changed" } }');
  config.reloadSync();
  expect([await ask(app, '/greeting'), await ask(app, '/inner')]).toEqual([{ text: 'changed' }, { text: 'changed' }]);
  expect(configOf<App>(app)).toBe(config);

  await app.close();
  expect(code(() => config.get('greeting'))).toBe('ERR_SUPERCONFIG_CLOSED');
});

test('requests that are injected see overrides', async () => {
  const config = load();
  const app = fastify();
  await app.register(plugin, { config, close: false });
  app.get('/', async () => app.config.get('greeting.text'));
  const answers = ['one', 'two'].map((text) => withOverrides(config, { greeting: { text } }, async () => (await app.inject('/')).body));
  expect(await Promise.all(answers)).toEqual(['one', 'two']);
  expect((await app.inject('/')).body).toBe('hello');
  await app.close();
  expect(config.get('greeting.text')).toBe('hello');
  config.close();
});

test('what is missing is said when the application starts', async () => {
  const missing = fastify();
  await expect(missing.register(plugin, {} as never).ready()).rejects.toMatchObject({ code: 'ERR_SUPERCONFIG_OPTION' });
  for (const wrong of [null, undefined]) {
    await expect((plugin as (app: object, options: unknown) => Promise<void>)(missing, wrong)).rejects.toMatchObject({ code: 'ERR_SUPERCONFIG_OPTION' });
  }
  const config = load();
  const twice = fastify();
  await twice.register(plugin, { config });
  await expect((async () => twice.register(plugin, { config }))()).rejects.toMatchObject({ code: 'ERR_SUPERCONFIG_OPTION' });
  await twice.close();
  expect(code(() => configOf(fastify()))).toBe('ERR_SUPERCONFIG_OPTION');
});
