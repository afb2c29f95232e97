// Modules of JavaScript and TypeScript as sources.
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { loadConfig, loadConfigSync, module, SuperConfig } from '../../ts/index.ts';
import { caught } from '../support/errors.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();
const load = (path: string, options?: object) =>
  loadConfigSync({ cwd: directory.path, env: { REGION: 'eu' }, profile: 'test', sources: [module(path, options)] });

describe('module', () => {
  test('an object or a function of the context, of CommonJS or of a module', () => {
    directory.write('a.cjs', 'module.exports = { port: 1 };');
    directory.write('b.cjs', 'module.exports = ({ env, profiles }) => ({ region: env.REGION, profile: profiles[0] }); module.exports.other = { a: 2 };');
    directory.write('c.cjs', 'exports.__esModule = true; exports.default = { port: 3 }; exports.named = { port: 4 };');
    expect(load('a.cjs').current).toEqual({ port: 1 });
    expect(load('b.cjs').current).toEqual({ region: 'eu', profile: 'test' });
    expect(load('c.cjs').current).toEqual({ port: 3 });
    expect(load('c.cjs', { export: 'named' }).current).toEqual({ port: 4 });
    const { winner } = load('a.cjs').explain('port');
    expect(winner).toMatchObject({ kind: 'custom', name: 'a.cjs' });
  });

  test('it is imported anew when it has changed', async () => {
    directory.write('a.cjs', 'module.exports = { port: 1 };');
    const config = SuperConfig.builder({ cwd: directory.path }).module('a.cjs').watch({ debounceMs: 10 }).loadSync();
    directory.write('a.cjs', 'module.exports = { port: 22 };');
    expect(config.reloadSync().changed).toEqual(['port']);
    const changed = new Promise((resolve) => config.on('change', (change) => change.changed.includes('host') && resolve(undefined)));
    directory.write('a.cjs', "module.exports = { port: 22, host: 'x' };");
    await changed;
    expect(config.get('host')).toBe('x');
    config.close();
  });

  test('a path with {profile} is a module for each profile, in their order', async () => {
    directory.write('of-one.cjs', 'module.exports = { port: 1, one: true };');
    directory.write('of-two.cjs', 'module.exports = { port: 2 };');
    const build = (...profiles: string[]) =>
      SuperConfig.builder({ cwd: directory.path, env: {} }).defaults({ port: 0 }).module('of-{profile}.cjs').profile(profiles);
    expect(build('one', 'two').loadSync().current).toEqual({ port: 2, one: true });
    expect((await build('two', 'one').load()).explain('port').candidates.map(({ name }) => name)).toEqual(['defaults', 'of-two.cjs', 'of-one.cjs']);
    expect(build().loadSync().current).toEqual({ port: 0 });
    expect(caught(() => build('three').loadSync())).toMatchObject({ code: 'ERR_SUPERCONFIG_NOT_FOUND', origin: { file: 'of-three.cjs' } });
    const fromEnvironment = SuperConfig.builder({ cwd: directory.path, env: { NODE_ENV: 'one' } })
      .module('of-{profile}.cjs')
      .loadSync();
    expect(fromEnvironment.current).toEqual({ port: 1, one: true });
    directory.write('of-one.cjs', 'module.exports = { port: 11 };');
    expect(fromEnvironment.reloadSync().changed).toEqual(['one', 'port']);
  });

  test('a missing one is an error unless it is optional; what it throws or exports amiss is a located one', () => {
    expect(caught(() => load('not-there.cjs'))).toMatchObject({ code: 'ERR_SUPERCONFIG_NOT_FOUND', origin: { file: 'not-there.cjs' } });
    expect(load('not-there.cjs', { optional: true }).current).toEqual({});
    const failing = {
      "throw new RangeError('out of range')": 'out of range',
      'module.exports = {': 'Unexpected',
      'module.exports = 5': 'a number',
      'module.exports = () => 5': 'a number',
      "module.exports = () => { throw new RangeError('inside') }": 'inside',
      'module.exports = { a: () => {} }': 'function',
    };
    for (const [index, [text, reason]] of Object.entries(failing).entries()) {
      directory.write(`${index}.cjs`, text);
      const error = caught(() => load(`${index}.cjs`));
      expect(error.code, text).toBe('ERR_SUPERCONFIG_SOURCE');
      expect(`${error.message} ${error.cause}`, text).toContain(reason);
      expect(error.message, text).toContain(`${index}.cjs`);
    }
    directory.write('named.cjs', 'exports.a = {};');
    expect(caught(() => load('named.cjs', { export: 'b' }))).toMatchObject({ code: 'ERR_SUPERCONFIG_SOURCE', hint: 'it exports a' });
  });

  test('options of a wrong kind or name', () => {
    for (const wrong of [{ optional: 1 }, { export: 5 }, { exports: 'a' }, 5, null]) {
      expect(caught(() => module('a.cjs', wrong as never)).code).toBe('ERR_SUPERCONFIG_OPTION');
    }
    for (const wrong of [undefined, '', 5]) expect(caught(() => module(wrong as never)).code).toBe('ERR_SUPERCONFIG_OPTION');
  });

  // The runtime's own import, without a test runner between.
  test('modules with and without `await`, and TypeScript, in the runtime alone', () => {
    directory.write('m.mjs', 'export default { port: 1 }; export const named = () => ({ port: 2 });');
    directory.write('await.mjs', 'export default await Promise.resolve({ port: 3 });');
    directory.write('t.ts', 'const port: number = 4;\nexport default { port };');
    directory.write('package.json', '{"type":"module"}');
    const index = new URL('../../ts/dist/index.js', import.meta.url).href;
    const program = `
      import { writeFileSync } from 'node:fs';
      import { SuperConfig } from ${JSON.stringify(index)};
      const builder = (path, options) => SuperConfig.builder().module(path, options);
      const attempt = async (work) => { try { return (await work()).current.port; } catch (error) { return error.code; } };
      const out = [];
      out.push(await attempt(() => builder('m.mjs').load()), await attempt(() => builder('m.mjs', { export: 'named' }).load()));
      out.push(await attempt(() => builder('await.mjs').load()), await attempt(() => builder('await.mjs').loadSync()));
      const types = await attempt(() => builder('t.ts').load());
      out.push(types === (process.features.typescript ? 4 : 'ERR_SUPERCONFIG_FORMAT'));
      const config = await builder('m.mjs').load();
      writeFileSync('m.mjs', 'export default { port: 9 };');
      out.push((await config.reload()).changed, config.get('port'), (await config.reload()).changed);
      console.log(JSON.stringify(out));
    `;
    directory.write('main.mjs', program);
    const printed = execFileSync(process.execPath, ['--no-warnings', 'main.mjs'], { cwd: directory.path, encoding: 'utf8' });
    expect(JSON.parse(printed)).toEqual([1, 2, 3, 'ERR_SUPERCONFIG_ASYNC', true, ['port'], 9, []]);
  });

  test('a promise is awaited', async () => {
    directory.write('a.cjs', 'module.exports = async () => ({ port: 1 });');
    const sources = [module('a.cjs')];
    expect((await loadConfig({ cwd: directory.path, sources })).current).toEqual({ port: 1 });
    expect(caught(() => loadConfigSync({ cwd: directory.path, sources })).code).toBe('ERR_SUPERCONFIG_ASYNC');
  });
});
