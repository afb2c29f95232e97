// Several copies of the package in one process: as ESM and as CJS, and in a context of `vm`, as Jest has one for each test.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';
import * as sources from '../../ts/index.ts';
import { caught } from '../support/errors.ts';

type Package = typeof sources;

const path = join(import.meta.dirname, '../../ts/dist/index.cjs');
const requireFrom = createRequire(path);
const commonjs = requireFrom(path) as Package;
const context = createContext({});
const isolated = runInContext(
  `(function (require, process, module, __filename) { ((exports) => { ${readFileSync(path, 'utf8')} })(module.exports); return module.exports; })`,
  context,
)(requireFrom, process, { exports: {} }, path) as Package;

const copies: [name: string, copy: Package][] = [
  ['the sources', sources],
  ['CommonJS', commonjs],
  ['a context of its own', isolated],
];

test.each(copies)('an error of %s is known by every copy', (_, copy) => {
  const error = caught(() => copy.parse('{', 'json'));
  expect(error).toMatchObject({ name: 'SuperConfigError', code: 'ERR_SUPERCONFIG_PARSE', origin: { line: 1 } });
  for (const [, other] of copies) expect(other.isSuperConfigError(error)).toBe(true);
  expect(runInContext('(is, error) => is(error)', context)(copy.isSuperConfigError, error)).toBe(true);
});

test('errors of a custom source keep their reason in every realm', () => {
  const failing = runInContext("({ name: 'remote', load() { throw new RangeError('no such table'); } })", context) as sources.CustomSource;
  for (const [, copy] of copies) {
    const error = caught(() => copy.loadConfigSync({ sources: [copy.source(failing)] }));
    expect(error).toMatchObject({ code: 'ERR_SUPERCONFIG_SOURCE', message: 'the source `remote` failed: no such table' });
  }
});

test('values of another realm are values', () => {
  const value = runInContext('({ list: [1, { at: new Date(0) }], text: "x" })', context);
  for (const [, copy] of copies) {
    const config = copy.SuperConfig.builder({ env: {} }).defaults(value).loadSync();
    expect(JSON.parse(JSON.stringify(config))).toEqual({ list: [1, { at: '1970-01-01T00:00:00.000Z' }], text: 'x' });
    config.close();
  }
});

test.each(copies)('handles and configurations of %s are open to every copy', (name, copy) => {
  const handle = copy.registry.insert(7);
  const config = copy.SuperConfig.builder({ env: {} }).name(`realms of ${name}`).defaults({ a: 1 }).loadSync();
  for (const [, other] of copies) {
    expect(other.registry.get(handle)).toBe(7);
    expect(other.registry.has(handle)).toBe(true);
    expect(other.SuperConfig.attach(config.token).get('a')).toBe(1);
  }
  handle.close();
  for (const [, other] of copies) expect(caught(() => other.registry.get(handle))).toMatchObject({ code: 'ERR_SUPERCONFIG_CLOSED' });
  config.close();
});
