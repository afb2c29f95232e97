// Types are checked by the compilers that users have, also where a configuration is large.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sharedDirectory } from '../support/temporary.ts';

const root = join(import.meta.dirname, '../..');
const compilers: [name: string, program: string][] = [
  ['TypeScript 7', 'node_modules/typescript/bin/tsc'],
  ['TypeScript 5.9', 'node_modules/typescript-5/bin/tsc'],
];

// Beside the sources, so that what they import is found.
const directory = sharedDirectory(join(root, 'target'));

function compile(program: string, name: string, text: string): string {
  directory.write(name, text);
  const config = { extends: join(root, 'tsconfig.json'), compilerOptions: { rootDir: root, types: ['node'] }, include: [name] };
  directory.write('tsconfig.json', JSON.stringify(config));
  const { stdout, stderr } = spawnSync(process.execPath, [join(root, program), '-p', directory.path, '--pretty', 'false'], { encoding: 'utf8' });
  return stdout + stderr;
}

/** A type with so many leaves, `wide` at each level, and paths to some of them. */
function generated(leaves: number, wide: number): { type: string; paths: string[] } {
  const paths: string[] = [];
  const level = (count: number, path: string[]): string => {
    if (count <= wide) {
      const keys = Array.from({ length: count }, (_, at) => `key${at}`);
      paths.push(...keys.map((key) => [...path, key].join('.')));
      return `{ ${keys.map((key) => `${key}: number;`).join(' ')} }`;
    }
    const each = Math.ceil(count / wide);
    const parts = Array.from({ length: wide }, (_, at) => Math.min(each, count - at * each)).filter((part) => part > 0);
    return `{ ${parts.map((part, at) => `part${at}: ${level(part, [...path, `part${at}`])};`).join('\n')} }`;
  };
  return { type: level(leaves, []), paths };
}

/** Reads forty of the paths, and one that is not there. */
function program({ type, paths }: { type: string; paths: string[] }): string {
  const some = paths.filter((_, at) => at % Math.ceil(paths.length / 40) === 0);
  return `
    import { SuperConfig } from '../../ts/index.ts';
    interface AppConfig ${type}
    declare const config: SuperConfig<AppConfig>;
    ${some.map((path) => `config.get('${path}') satisfies number;`).join('\n')}
    config.current satisfies object;
    config.get('${paths.at(-1)}x');
  `;
}

describe.each(compilers)('%s', (_, compiler) => {
  test.each([
    ['300 keys, eight levels deep', generated(300, 2)],
    ['1,000 keys side by side in tens', generated(1000, 10)],
    ['1,000 keys in one table', generated(1000, 1000)],
  ])('takes a configuration of %s', { timeout: 120_000 }, (__, shape) => {
    const errors = compile(compiler, 'large.ts', program(shape)).match(/error TS\d+/g);
    // Nothing is too deep or too complex, and the wrong path is noticed.
    expect(errors).toEqual(['error TS2345']);
  });

  test('takes every test of types', { timeout: 120_000 }, () => {
    expect(compile(compiler, 'all.ts', "import '../../__test__/api/typed-path.test-d.ts';\nimport '../../__test__/schema/schema.test-d.ts';")).toBe('');
  });
});
