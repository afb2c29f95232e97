// `superconfig schema`: layers' files are valid, what is wrong in them is not, and editors find it.
import { chmodSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type LayerSchemaOptions, layerSchema } from '../../ts/cli/schema/layer-schema.ts';
import { withSchemaLine } from '../../ts/cli/schema/schema-line.ts';
import { type Format, parse, type StandardSchema, toJsonSchema } from '../../ts/index.ts';
import { cli, cliJson } from '../support/cli.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const root = join(import.meta.dirname, '../..');
const directory = temporaryDirectory();
const here = (env: Record<string, string> = {}) => ({ cwd: directory.path, env });

/** Whether a layer is valid against the schema for layers of a schema. */
function accepts(schema: StandardSchema | object, options: Partial<LayerSchemaOptions> = {}): (layer: unknown) => boolean {
  const whole = '~standard' in schema || typeof schema === 'function' ? (toJsonSchema(schema as StandardSchema) as object) : schema;
  const layer = layerSchema(whole, { isInterpolated: false, mergesElements: false, ...options });
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(layer);
  return (value) => validate(value);
}

const zodSchema = z.strictObject({
  server: z.strictObject({ host: z.string(), port: z.number().int().min(1), mode: z.enum(['a', 'b']).optional() }),
  hosts: z.array(z.strictObject({ name: z.string(), port: z.number() })).min(1),
  level: z.literal(['debug', 'info']),
});
const { optional, picklist, strictObject, number, string, array, pipe, minLength, minValue, integer } = v;
const valibotSchema = strictObject({
  server: strictObject({ host: string(), port: pipe(number(), integer(), minValue(1)), mode: optional(picklist(['a', 'b'])) }),
  hosts: pipe(array(strictObject({ name: string(), port: number() })), minLength(1)),
  level: picklist(['debug', 'info']),
});
const arktypeSchema = type({
  '+': 'reject',
  server: { '+': 'reject', host: 'string', port: 'number.integer >= 1', 'mode?': "'a' | 'b'" },
  hosts: type({ '+': 'reject', name: 'string', port: 'number' }).array().atLeastLength(1),
  level: "'debug' | 'info'",
});

describe.each<[string, StandardSchema]>([
  ['Zod', zodSchema],
  ['Valibot', valibotSchema],
  ['ArkType', arktypeSchema as unknown as StandardSchema],
])('of %s', (_, schema) => {
  const isValid = accepts(schema);

  test.each<unknown>([
    {},
    { $schema: './x.json' },
    { server: {} },
    { server: { port: 1 } },
    { level: 'info', hosts: [{ name: 'a', port: 1 }] },
    { hosts_add: [{ name: 'a', port: 1 }], hosts_remove: [{ name: 'b', port: 1 }] },
    { server_remove: ['mode'] },
    { hosts: [] },
  ])('a part is valid: %j', (layer) => expect(isValid(layer)).toBe(true));

  test.each<unknown>([
    { serevr: {} },
    { server: { prot: 1 } },
    { server: { port: '80' } },
    { server: { port: 0 } },
    { server: { mode: 'c' } },
    { level: 'warn' },
    { hosts: [{ name: 'a' }] },
    { hosts: [{ name: 'a', port: 1, x: 1 }] },
    { hosts_add: { name: 'a', port: 1 } },
    { hosts_add: [{ name: 'a' }] },
    { level_add: [] },
    { server_add: [] },
    { server_remove: [1] },
    { server: { port: `\${env:PORT}` } },
  ])('a mistake is not: %j', (layer) => expect(isValid(layer)).toBe(false));

  test('references stand for any value where they are resolved', () => {
    const isInterpolated = accepts(schema, { isInterpolated: true });
    for (const layer of [
      { server: { port: `\${env:PORT:-80}`, mode: `\${mode}` } },
      { server: `\${other}` },
      { hosts: `\${all}`, level: `a\${x}` },
      { hosts: [{ name: 'a', port: `\${p}` }] },
    ]) {
      expect(isInterpolated(layer), JSON.stringify(layer)).toBe(true);
    }
    for (const layer of [{ server: { port: '80' } }, { level: 'warn' }, `\${root}`, { server: { port: `a\${x}` } }])
      expect(isInterpolated(layer), JSON.stringify(layer)).toBe(false);
  });

  test('elements that merge by a key may be parts', () => {
    const merges = accepts(schema, { mergesElements: true });
    expect([merges({ hosts: [{ name: 'a' }] }), merges({ hosts_add: [{ name: 'a' }] }), merges({ hosts: [{ x: 1 }] })]).toEqual([true, true, false]);
  });
});

describe('every level', () => {
  test('of definitions that refer to themselves, whole in arrays and in part elsewhere', () => {
    interface Node {
      name: string;
      next?: Node | undefined;
      children: Node[];
    }
    const node: z.ZodType<Node> = z.lazy(() => z.strictObject({ name: z.string(), next: node.optional(), children: z.array(node) }));
    for (const schema of [z.strictObject({ tree: node }), node]) {
      const isValid = accepts(schema);
      const at = (layer: unknown) => isValid(schema === node ? layer : { tree: layer });
      expect([at({}), at({ next: { next: {} } }), at({ next: { name: 1 } }), at({ next: { nmae: 'a' } })]).toEqual([true, true, false, false]);
      expect([at({ children: [{ name: 'a', children: [] }] }), at({ children: [{ name: 'a' }] }), at({ next: { children: [{}] } })]).toEqual([
        true,
        false,
        false,
      ]);
      expect([at({ next: { children_add: [{ name: 'a', children: [] }] } }), at({ next_remove: ['name'] })]).toEqual([true, true]);
    }
  });

  test('of unions and intersections', () => {
    const union = z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('a'), a: z.number(), list: z.array(z.string()) }),
      z.strictObject({ kind: z.literal('b'), b: z.string() }),
    ]);
    const isValid = accepts(z.strictObject({ union, both: z.intersection(z.object({ a: z.number() }), z.object({ b: z.string() })) }));
    expect([{ union: {} }, { union: { a: 1 } }, { union: { b: 'x' } }, { union: { list_add: ['a'] } }, { both: { b: 'x' } }].map(isValid)).toEqual(
      Array(5).fill(true),
    );
    expect([{ union: { a: 'x' } }, { union: { c: 1 } }, { union: { a: 1, b: 'x' } }, { both: { a: 'x' } }].map(isValid)).toEqual(Array(4).fill(false));
    expect([{ $schema: 'x' }, { a: 1 }].map(accepts(union))).toEqual([true, true]);
  });

  test('of records, with their directives', () => {
    const records = z.strictObject({
      tables: z.record(z.string(), z.strictObject({ port: z.number() })),
      lists: z.record(z.string(), z.array(z.number())),
      fixed: z.record(z.enum(['x', 'y']), z.array(z.number())),
    });
    const isValid = accepts(records);
    const valid = [
      { tables: { a: {} } },
      { tables: { a: { port: 1 }, a_remove: ['port'] } },
      { lists: { a_add: [1], b: [2] } },
      { fixed: { x_add: [1] } },
      { tables_remove: ['a'] },
    ];
    expect(valid.map(isValid)).toEqual(valid.map(() => true));
    const wrong = [{ tables: { a: { prot: 1 } } }, { tables: { a: ['x'] } }, { lists: { a: ['x'] } }, { fixed: { z: [1] } }];
    expect(wrong.map(isValid)).toEqual(wrong.map(() => false));
    expect(
      [
        { a: {}, $schema: 'x' },
        { a: { port: 1 }, a_remove: ['port'] },
      ].map(accepts(z.record(z.string(), z.object({ port: z.number() })))),
    ).toEqual([true, true]);
  });

  test('of JSON Schema by hand: definitions, patterns, conditions, names that are keywords', () => {
    const isValid = accepts({
      $id: 'https://example.com/whole.json',
      definitions: {
        'a/b': {
          type: 'object',
          required: ['x'],
          properties: { x: { type: 'number' }, required: { type: 'array', items: { type: 'string' } } },
          additionalProperties: false,
        },
      },
      type: 'object',
      required: ['own', 'of'],
      minProperties: 2,
      properties: {
        own: { $ref: '#/definitions/a~1b', description: 'own' },
        of: { type: 'array', items: { $ref: '#/definitions/a~1b' }, contains: { required: ['x'] } },
        never: { not: {} },
        properties: { type: ['object', 'null'], required: ['y'], properties: { y: { const: 1 } }, additionalProperties: false },
      },
      patternProperties: { '^x-[a-z]+$': { type: 'array', items: { type: 'number' } } },
      additionalProperties: false,
      if: { properties: { own: true } },
      then: { required: ['x-a'] },
      dependentRequired: { own: ['of'] },
    });
    const valid = [
      {},
      { own: {} },
      { own: { required: ['x'], required_add: ['y'] } },
      { of: [{ x: 1 }] },
      { of_add: [{ x: 1 }] },
      { 'x-a_add': [1] },
      { properties: {} },
      { properties: null },
    ];
    expect(valid.map(isValid)).toEqual(valid.map(() => true));
    const wrong = [{ own: { y: 1 } }, { of: [{}] }, { never: 1 }, { 'x-a': ['b'] }, { y: 1 }, { properties: { y: 2 } }, { of_add: [{}] }];
    expect(wrong.map(isValid)).toEqual(wrong.map(() => false));
  });
});

test('the layers of the example service are valid, and a wrong one is not', async () => {
  const cwd = join(root, 'examples/service');
  const { code, stdout, stderr } = await cli(['schema'], { cwd });
  expect([code, stderr]).toEqual([0, '']);
  const validate = new Ajv2020({ strict: true, strictTypes: false }).compile(JSON.parse(stdout));
  for (const name of ['default.toml', 'production.yaml', 'staging.yaml']) {
    const layer = parse(readFileSync(join(cwd, 'config', name), 'utf8'), name.split('.')[1] as Format);
    expect(validate(layer), JSON.stringify(validate.errors)).toBe(true);
  }
  expect(validate({ server: { port: 'x' } })).toBe(false);
  expect((await cliJson(['schema'], { cwd })).document.schema).toEqual(JSON.parse(stdout));
});

/** A project with a schema of Zod and a file of each format. */
function project(): void {
  directory.write(
    'superconfig.config.mjs',
    `import { z } from ${JSON.stringify(import.meta.resolve('zod'))};
     const one = (path) => ({ kind: 'file', path });
     export default { sources: [{ kind: 'dir', path: 'config' }, one('more/a b.json'), one('x.json5'), one('x.ini'), { kind: 'file', path: 'all.toml', profiles: 'nested' }, { kind: 'dotenv' }],
       schema: z.object({ port: z.number(), note: z.string().optional() }) };`,
  );
  directory.write('config/default.toml', '# first\nport = 1\n');
  directory.write('config/production.yaml', '%YAML 1.2\n---\nport: 2\n');
  directory.write('config/local.jsonc', '\ufeff// note\r\n{\r\n    // port\r\n    "port": 3,\r\n}\r\n');
  directory.write('more/a b.json', '{"port": 4}');
  directory.write('x.json5', '{}\n');
  directory.write('x.ini', 'port = 5\n');
  directory.write('all.toml', '[default]\nport = 1\n');
  directory.write('.env', 'A=1\n');
  chmodSync(directory.at('config/local.jsonc'), 0o600);
}

test('--write puts it where the files are, with the line of each format, once', async () => {
  project();
  const read = (name: string) => readFileSync(directory.at(name), 'utf8');
  const values = await cli(['print', '--profile', 'production'], here());
  const { code, stdout, stderr } = await cli(['schema', '--write'], here());
  expect([code, stdout]).toEqual([0, '']);
  expect(stderr.trimEnd().split('\n').sort()).toEqual([
    'all.toml: skipped, its tables are profiles',
    'config/default.toml: names it',
    'config/local.jsonc: names it',
    'config/production.yaml: names it',
    'more/a b.json: names it',
    'wrote superconfig.schema.json',
    'x.ini: skipped, ini has no line for a schema',
    'x.json5: names it',
  ]);
  const first = ['config/default.toml', 'config/production.yaml', 'config/local.jsonc', 'more/a b.json', 'x.json5', 'x.ini'].map(read);
  expect(first).toEqual([
    '#:schema ../superconfig.schema.json\n# first\nport = 1\n',
    '# yaml-language-server: $schema=../superconfig.schema.json\n%YAML 1.2\n---\nport: 2\n',
    '\ufeff// note\r\n{\r\n    "$schema": "../superconfig.schema.json",\r\n    // port\r\n    "port": 3,\r\n}\r\n',
    '{ "$schema": "../superconfig.schema.json", "port": 4}',
    '{ "$schema": "./superconfig.schema.json" }\n',
    'port = 5\n',
  ]);
  expect(statSync(directory.at('config/local.jsonc')).mode & 0o777).toBe(0o600);
  expect(JSON.parse(read('superconfig.schema.json')).properties.port).toEqual({ type: 'number' });
  // The service loads what it did before, and the schema is no profile.
  expect((await cli(['print', '--profile', 'production'], here())).stdout).toBe(values.stdout);
  const again = await cliJson(['schema', '--write'], here());
  expect(again).toMatchObject({ code: 0, document: { out: 'superconfig.schema.json' } });
  expect((again.document.files as { status: string }[]).map(({ status }) => status).sort()).toEqual(['skipped', 'skipped', ...Array(5).fill('unchanged')]);
  expect(['config/default.toml', 'config/production.yaml', 'config/local.jsonc', 'more/a b.json', 'x.json5', 'x.ini'].map(read)).toEqual(first);
});

test('--write in one directory, to another name, and where nothing is', async () => {
  directory.write('schema.mjs', `import { z } from ${JSON.stringify(import.meta.resolve('zod'))};\nexport const schema = z.object({ a: z.number() });`);
  directory.write('config/default.yaml', 'a: 1\n');
  directory.write('config/production.yaml', '#yaml-language-server:  $schema=old.json\na: 1\n');
  expect(await cli(['schema', '--write', '--schema', 'schema.mjs#schema'], here())).toMatchObject({ code: 0 });
  expect(readFileSync(directory.at('config/production.yaml'), 'utf8')).toBe('# yaml-language-server: $schema=./superconfig.schema.json\na: 1\n');
  expect((await cliJson(['unused'], here())).document).toMatchObject({ selections: [[], ['production']] });
  expect(await cli(['schema', '--write', '--out', 'editor/my.json', '--schema', 'schema.mjs#schema'], here())).toMatchObject({ code: 1 });
  expect(await cli(['schema', '--write', '--out', 'my.json', '--schema', 'schema.mjs#schema'], here())).toMatchObject({ code: 0 });
  expect(readFileSync(directory.at('config/default.yaml'), 'utf8')).toBe('# yaml-language-server: $schema=../my.json\na: 1\n');
  expect(await cli(['schema', '--write', '--schema', 'schema.mjs#schema', '--env', 'APP', '--from', 'schema.mjs#none'], here())).toMatchObject({ code: 1 });
});

test('the schema of a flag needs nothing else', async () => {
  directory.write(
    'schema.mjs',
    `import { z } from ${JSON.stringify(import.meta.resolve('zod'))};\nexport const schema = z.object({ a: z.string().describe('é') });`,
  );
  const { code, stdout } = await cli(['schema', '--schema', 'schema.mjs#schema'], here());
  expect([code, JSON.parse(stdout).properties.a]).toEqual([0, { type: 'string', description: 'é' }]);
  const ascii = await cli(['schema', '--schema', 'schema.mjs#schema'], here({ LANG: 'C' }));
  expect([/^[\0-~]*$/.test(ascii.stdout), JSON.parse(ascii.stdout)]).toEqual([true, JSON.parse(stdout)]);
  expect(await cli(['schema', '--schema', 'schema.mjs#schema', '--out', 'out.json'], here())).toMatchObject({
    code: 0,
    stdout: '',
    stderr: 'wrote out.json\n',
  });
  expect(JSON.parse(readFileSync(directory.at('out.json'), 'utf8'))).toEqual(JSON.parse(stdout));
  directory.write('config/default.yaml', 'a: 1\n');
  expect(await cli(['schema'], here())).toMatchObject({ code: 2, stderr: expect.stringContaining('there is no schema') });
  directory.write('none.mjs', "export default { '~standard': { version: 1, vendor: 'mine', validate: (value) => ({ value }) } };");
  expect(await cli(['schema', '--schema', 'none.mjs'], here())).toMatchObject({ code: 1, stderr: expect.stringContaining('no JSON Schema') });
});

describe('the line of a format', () => {
  test.each<[Format, string, string | undefined]>([
    ['yaml', '', '# yaml-language-server: $schema=./s\n'],
    ['yaml', 'a: 1\r\n', '# yaml-language-server: $schema=./s\r\na: 1\r\n'],
    ['yaml', '# a\n# yaml-language-server: $schema=x\na: 1\n', '# a\n# yaml-language-server: $schema=./s\na: 1\n'],
    ['yaml', 'a: |\n  # yaml-language-server: $schema=x\n', '# yaml-language-server: $schema=./s\na: |\n  # yaml-language-server: $schema=x\n'],
    ['toml', '#:schema x\r\na = 1\r\n', '#:schema ./s\r\na = 1\r\n'],
    ['toml', '#:schemas\na = 1\n', '#:schema ./s\n#:schemas\na = 1\n'],
    ['json', '{}', '{ "$schema": "./s" }'],
    ['json', '{\n}\n', '{\n  "$schema": "./s"\n}\n'],
    ['json', '{\n\t"a": {"$schema": 1}\n}', '{\n\t"$schema": "./s",\n\t"a": {"$schema": 1}\n}'],
    ['json', '{"a":[{}],"$schema" : "x\\"}"}', '{"a":[{}],"$schema" : "./s"}'],
    ['json', '{"a":1}', '{ "$schema": "./s", "a":1}'],
    ['json', '{"a":"$schema","b":1}', '{ "$schema": "./s", "a":"$schema","b":1}'],
    ['json5', "{ $schema: 'x', a: 1 }", '{ $schema: "./s", a: 1 }'],
    ['json5', "/* { */ {'$schema':'x'}", '/* { */ {\'$schema\':"./s"}'],
    ['jsonc', '// {\n{ // a\n  "b": 1 }', '// {\n{\n  "$schema": "./s", // a\n  "b": 1 }'],
    ['jsonc', '{ /* nothing */ }', '{ "$schema": "./s"  /* nothing */ }'],
    ['json', '[1]', undefined],
    ['json', '', undefined],
    ['dotenv', 'A=1', undefined],
  ])('%s %j', (format, text, expected) => {
    const written = withSchemaLine(text, format, './s');
    expect(written).toBe(expected);
    if (written === undefined) return;
    expect(withSchemaLine(written, format, './s')).toBe(written);
    const { $schema: _, ...values } = parse(written, format) ?? {};
    const { $schema: __, ...before } = parse(text, format) ?? {};
    expect(values).toEqual(before);
  });
});
