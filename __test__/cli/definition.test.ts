// The definition of a configuration: where it is found, and what it may be.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, cliJson } from '../support/cli.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();
const at = (below = '', env: Record<string, string> = {}) => ({ cwd: join(directory.path, below), env });
const from = async (below = '', args: string[] = []) => (await cliJson<{ loaded?: { from: string } }>(['print', ...args], at(below))).document.loaded?.from;
const stripsTypes = Boolean((process.features as { typescript?: unknown }).typescript);

const SOURCE = "{ sources: [{ kind: 'file', path: 'app.json' }] }";

test('is found here or above, up to the root of the project, and starts from its own folder', async () => {
  directory.write('package.json', '{}');
  directory.write('superconfig.config.mjs', `export default ${SOURCE};`);
  directory.write('app.json', '{"a": 1}');
  mkdirSync(join(directory.path, 'src/deep'), { recursive: true });
  expect(await from('src/deep')).toBe('../../superconfig.config.mjs');
  directory.write('src/package.json', '{"superconfig": {"sources": [{"kind": "file", "path": "own.json"}]}}');
  directory.write('src/own.json', '{"a": 2}');
  expect(await from('src/deep')).toBe('../package.json (superconfig)');
  expect((await cli(['get', 'a'], at('src/deep'))).stdout).toBe('2\n');
  directory.write('src/package.json', '{"superconfig": "../superconfig.config.mjs"}');
  expect((await cli(['get', 'a'], at('src/deep'))).stdout).toBe('1\n');
  // Nothing above the root counts.
  directory.write('src/package.json', '{}');
  directory.write('src/.git/HEAD', '');
  expect((await cli(['print'], at('src/deep'))).code).toBe(2);
});

test.each([
  ['superconfig.config.js', `export default ${SOURCE};`, '{"type": "module"}'],
  ['superconfig.config.js', `module.exports = ${SOURCE};`, '{}'],
  ['superconfig.config.cjs', `module.exports = ${SOURCE};`, '{"type": "module"}'],
  ['superconfig.config.mjs', `export default async ({ cwd, env, profiles, argv }) => (${SOURCE});`, '{}'],
])('%s: %s', async (name, code, manifest) => {
  directory.write('package.json', manifest);
  directory.write('app.json', '{"a": 1}');
  directory.write(name, code);
  expect(await from()).toBe(name);
});

test('a function gets its folder, the environment, the profiles and the flags of the program', async () => {
  directory.write('package.json', '{}');
  directory.write(
    'superconfig.config.mjs',
    `export default ({ cwd, env, profiles, argv }) => ({ sources: [{ kind: 'defaults', values: { value: { here: cwd === import.meta.dirname, own: env.OWN, profiles, argv } } }] });`,
  );
  const { document } = await cliJson<{ values: object }>(['print', '--profile', 'a,b', '--profile', 'c'], at('', { OWN: 'x' }));
  expect(document.values).toEqual({ here: true, own: 'x', profiles: ['a', 'b', 'c'], argv: [] });
});

test('what a text in it says has a line and a column, as what a file says', async () => {
  directory.write('package.json', '{}');
  directory.write(
    'superconfig.config.mjs',
    "export default { sources: [{ kind: 'text', text: 'a: 1\\nb: 2\\n', format: 'yaml', name: 'built in' }, { kind: 'text', text: 'b: 3', format: 'yaml' }] };",
  );
  const { stdout } = await cli(['explain'], at());
  expect(stdout).toMatch(/^a = 1 +built in:1:4\nb = 3 +text:1:4 ~ 2 built in:2:4$/m);
});

test('two definitions in one folder, one without a default export and one that is none are refused', async () => {
  directory.write('package.json', '{}');
  directory.write('superconfig.config.mjs', 'export const named = { sources: [] };');
  expect((await cli(['print'], at())).stderr).toContain('it has no default export');
  expect(await from('', ['--from', 'superconfig.config.mjs#named'])).toBe('superconfig.config.mjs#named');
  directory.write('superconfig.config.mjs', 'export default [];');
  expect((await cli(['print'], at())).stderr).toContain('a definition is an object of options');
  directory.write('superconfig.config.cjs', 'module.exports = {};');
  expect((await cli(['print'], at())).stderr).toContain('several definitions: superconfig.config.mjs, superconfig.config.cjs');
});

test(`TypeScript ${stripsTypes ? 'is read' : 'gives a clear error on a runtime that takes none'}`, async () => {
  directory.write('package.json', '{"type": "module"}');
  directory.write('app.json', '{"a": 1}');
  directory.write('superconfig.config.ts', `const options: { sources: object[] } = ${SOURCE};\nexport default options;`);
  const { code, stdout, stderr } = await cli(['get', 'a'], at());
  if (stripsTypes) {
    expect([code, stdout]).toEqual([0, '1\n']);
    directory.write('superconfig.config.ts', `enum Kind { File = 'file' }\nexport default { sources: [{ kind: Kind.File, path: 'app.json' }] };`);
    expect((await cli(['get', 'a'], at())).stderr).toContain('it has syntax that needs more than its types stripped');
  } else {
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('superconfig.config.ts: this runtime takes no TypeScript');
    expect(stderr).toContain('use Node 22.18 or newer');
  }
});

test('modules that throw nothing, documents that do not parse and names that every object has are refused', async () => {
  directory.write('package.json', '{}');
  directory.write('thrown.mjs', 'throw null;');
  expect((await cli(['print', '--from', 'thrown.mjs'], at())).stderr).not.toMatch(/TypeError|destructure/);
  directory.write('broken.json', '{"sources": ');
  expect((await cli(['print', '--from', 'broken.json'], at())).stderr).toMatch(/broken\.json: /);
  directory.write('own.mjs', 'export default { sources: [] };');
  for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
    expect((await cli(['print', '--from', `own.mjs#${name}`], at())).stderr).toContain('there is no such export');
  }
  directory.write('own.mjs', 'export default { sources: [], cwd: 5 };');
  expect((await cli(['print', '--from', 'own.mjs'], at())).stderr).toContain('`cwd` is a path');
});
