// Types are checked by the compilers that users have, also where a configuration is large.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { sharedDirectory } from '../support/temporary.ts';

const root = join(import.meta.dirname, '../..');
const compilers: [name: string, program: string][] = [
  ['TypeScript 7', 'node_modules/typescript/bin/tsc'],
  ['TypeScript 5.9', 'node_modules/typescript-5/bin/tsc'],
];

// Beside the sources, so that what they import is found.
const directory = sharedDirectory(join(root, 'target'));

/** What a compiler says of files, by file: all at once, since it takes longer to read its own declarations than ours. */
function compile(program: string, texts: Record<string, string>): (name: string) => string[] {
  for (const [name, text] of Object.entries(texts)) directory.write(name, text);
  const config = { extends: join(root, 'tsconfig.json'), compilerOptions: { rootDir: root, types: ['node'] }, include: Object.keys(texts) };
  directory.write('tsconfig.json', JSON.stringify(config));
  const { stdout, stderr } = spawnSync(process.execPath, [join(root, program), '-p', directory.path, '--pretty', 'false'], {
    cwd: directory.path,
    encoding: 'utf8',
  });
  const lines = (stdout + stderr).split('\n').filter((line) => line !== '');
  // What names none of the files is said about all of them.
  return (name) => lines.filter((line) => line.startsWith(name) || !Object.keys(texts).some((other) => line.startsWith(other)));
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

const shapes: Record<string, ReturnType<typeof generated>> = {
  'a configuration of 300 keys, eight levels deep': generated(300, 2),
  'a configuration of 1,000 keys side by side in tens': generated(1000, 10),
  'a configuration of 1,000 keys in one table': generated(1000, 1000),
};
const fileOf = (shape: string): string => `${shape.replace(/\W+/g, '-')}.ts`;
const types = "import '../../__test__/api/typed-path.test-d.ts';\nimport '../../__test__/schema/schema.test-d.ts';";

describe.each(compilers)('%s takes', (_, compiler) => {
  let errors: (name: string) => string[];

  beforeAll(() => {
    const programs = Object.entries(shapes).map(([shape, type]) => [fileOf(shape), program(type)]);
    errors = compile(compiler, { ...Object.fromEntries(programs), 'types.ts': types });
  }, 120_000);

  test.each(Object.keys(shapes))('%s', (shape) => {
    // Nothing is too deep or too complex, and the wrong path is noticed.
    expect(errors(fileOf(shape)).map((line) => line.match(/error TS\d+/)?.[0])).toEqual(['error TS2345']);
  });

  test('every test of types', () => {
    expect(errors('types.ts')).toEqual([]);
  });
});
