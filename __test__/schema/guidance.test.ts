// Keys and types that a schema of each library declares, and variables that follow them.
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { args, defaults, env, loadConfigSync, type StandardSchema, SuperConfig, type SuperConfigError } from '../../ts/index.ts';
import { caught } from '../support/errors.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/watched.ts';

const directory = temporaryDirectory();

type Node = { value: number; next?: Node | undefined; nodes?: Node[] | undefined };

const zodNode: z.ZodType<Node> = z.lazy(() => z.object({ value: z.number(), next: zodNode.optional(), nodes: z.array(zodNode).optional() }));
const valibotNode: v.GenericSchema<Node> = v.lazy(() =>
  v.object({ value: v.number(), next: v.optional(valibotNode), nodes: v.optional(v.array(valibotNode)) }),
);

const LIBRARIES: Record<string, StandardSchema> = {
  Zod: z.object({
    mode: z.union([z.boolean(), z.number(), z.literal('auto')]).optional(),
    either: z.union([z.number(), z.string()]).optional(),
    port: z.number().nullable().optional(),
    level: z.enum(['1', '2']).optional(),
    low: z.union([z.number().max(10), z.string()]).optional(),
    store: z
      .discriminatedUnion('kind', [z.object({ kind: z.literal('a'), size: z.number() }), z.object({ kind: z.literal('b'), size: z.string() })])
      .optional(),
    point: z.tuple([z.string(), z.number()]).optional(),
    names: z.partialRecord(z.enum(['Info', 'maxWarn']), z.number()).optional(),
    servers: z.array(z.object({ hostName: z.string(), ports: z.array(z.number()).optional() })).optional(),
    tree: zodNode.optional(),
  }),
  Valibot: v.object({
    mode: v.optional(v.union([v.boolean(), v.number(), v.literal('auto')])),
    either: v.optional(v.union([v.number(), v.string()])),
    port: v.optional(v.nullable(v.number())),
    level: v.optional(v.picklist(['1', '2'])),
    low: v.optional(v.union([v.pipe(v.number(), v.maxValue(10)), v.string()])),
    store: v.optional(v.variant('kind', [v.object({ kind: v.literal('a'), size: v.number() }), v.object({ kind: v.literal('b'), size: v.string() })])),
    point: v.optional(v.tuple([v.string(), v.number()])),
    names: v.optional(v.record(v.picklist(['Info', 'maxWarn']), v.number())),
    servers: v.optional(v.array(v.object({ hostName: v.string(), ports: v.optional(v.array(v.number())) }))),
    tree: v.optional(valibotNode),
  }),
  ArkType: type({
    'mode?': "boolean | number | 'auto'",
    'either?': 'number | string',
    'port?': 'number | null',
    'level?': "'1' | '2'",
    'low?': 'number <= 10 | string',
    'store?': type({ kind: "'a'", size: 'number' }).or({ kind: "'b'", size: 'string' }),
    'point?': ['string', 'number'],
    'names?': { 'Info?': 'number', 'maxWarn?': 'number' },
    'servers?': type({ hostName: 'string', 'ports?': 'number[]' }).array(),
    'tree?': type({ value: 'number', 'next?': { value: 'number', 'next?': { value: 'number' } }, 'nodes?': type({ value: 'number' }).array() }),
  }),
};

describe.each(Object.entries(LIBRARIES))('a schema of %s', (_, schema) => {
  const values = (variables: Record<string, string>, flags: string[] = [], below: object = {}) => {
    using config = loadConfigSync({ env: variables, argv: flags, sources: [defaults(below), env('APP'), args()], schema });
    return config.current;
  };

  test.each<[string, Record<string, string>, object, object?]>([
    ['boolean before number', { APP_MODE: 'true' }, { mode: true }],
    ['number before text', { APP_MODE: '7', APP_EITHER: '5' }, { mode: 7, either: 5 }],
    ['text where it is nothing else', { APP_MODE: 'auto', APP_EITHER: 'x' }, { mode: 'auto', either: 'x' }],
    ['null where it is allowed', { APP_PORT: 'null' }, { port: null }],
    ['digits of an enumeration', { APP_LEVEL: '1' }, { level: '1' }],
    ['a number too large for the schema', { APP_LOW: '80' }, { low: '80' }],
    ['a variant told by a variable', { APP_STORE__KIND: 'b', APP_STORE__SIZE: '42' }, { store: { kind: 'b', size: '42' } }],
    ['a variant told by the layer below', { APP_STORE__SIZE: '42' }, { store: { kind: 'b', size: '42' } }, { store: { kind: 'b', size: 'x' } }],
    ['a tuple as a list', { APP_POINT: '5,6' }, { point: ['5', 6] }],
    ['a tuple by index', { APP_POINT__0: '5', APP_POINT__1: '6' }, { point: ['5', 6] }],
    ['named keys of a record', { APP_NAMES__INFO: '5', APP_NAMES_MAX_WARN: '1' }, { names: { Info: 5, maxWarn: 1 } }],
    [
      'elements that no layer has',
      { APP_SERVERS__0__HOST_NAME: '1', APP_SERVERS__0__PORTS: '1,2', APP_SERVERS_1_HOST_NAME: '2' },
      { servers: [{ hostName: '1', ports: [1, 2] }, { hostName: '2' }] },
    ],
    [
      'a schema that contains itself',
      { APP_TREE__VALUE: '1', APP_TREE_NEXT_VALUE: '2', APP_TREE__NODES__0__VALUE: '3' },
      { tree: { value: 1, next: { value: 2 }, nodes: [{ value: 3 }] } },
    ],
  ])('%s', (_, variables, expected, below) => {
    expect(values(variables, [], below)).toEqual(expected);
  });

  test('flags follow it too', () => {
    expect(values({}, ['--store.size=42', '--store.kind', 'b', '--mode'])).toEqual({ store: { kind: 'b', size: '42' }, mode: true });
  });

  test('a key that is optional and not there is undefined', () => {
    using config = loadConfigSync({ env: {}, sources: [defaults({ store: { kind: 'a', size: 1 } })], schema });
    expect([config.get('either'), config.get('tree.next.value'), config.get(['names', 'Info'])]).toEqual([undefined, undefined, undefined]);
    expect([config.has('either'), config.get('either', 'x'), config.handle('port').value]).toEqual([false, 'x', undefined]);
    expect(config.handle('port').value).toBeUndefined();
    expect(caught(() => config.get('eithr'))).toMatchObject({ code: 'ERR_SUPERCONFIG_PATH' });
    expect(caught(() => config.get('store.sze'))).toMatchObject({ code: 'ERR_SUPERCONFIG_PATH', hint: 'did you mean `store.size`?' });
    expect(caught(() => config.handle('tree.nxt').value).code).toBe('ERR_SUPERCONFIG_PATH');
    const attached = SuperConfig.attach(config.token);
    expect(attached.get('either')).toBeUndefined();
    attached.close();
  });

  test('variables that do not fit are told with all that the schema finds', async () => {
    const builder = SuperConfig.builder({ env: { APP_PORT: 'many' }, argv: ['--point=1,x'] })
      .defaults({ level: '3', servers: [{}] })
      .env('APP')
      .args()
      .schema(schema);
    const errors = [caught(() => builder.loadSync())];
    await builder.load().catch((error) => errors.push(error));
    expect(errors).toHaveLength(2);
    for (const error of errors) {
      expect(error.code).toBe('ERR_SUPERCONFIG_VALIDATION');
      const issues = error.issues ?? [];
      expect(issues.map(({ path }) => path).sort()).toEqual(['level', 'point', 'port', 'servers[0].hostName']);
      const port = issues.find(({ path }) => path === 'port');
      expect(port).toMatchObject({ found: '"many"', origin: { variable: 'APP_PORT' } });
      expect(error.message).toMatch(/\n {2}APP_PORT: port: expected a number, found "many"/);
      expect(error.message).toMatch(/\n {2}--point: point: expected an array, each of its elements a number, found "1,x"/);
      expect(error.message).toMatch(/level: (?!level).*"3"/);
    }
  });
});

test('variables alone that do not fit keep their code, also where the schema is asynchronous', async () => {
  const schema = z.object({ port: z.number() }).refine(async () => true);
  const builder = SuperConfig.builder({ env: { APP_PORT: 'many' } })
    .env('APP')
    .schema(schema);
  await expect(builder.load()).rejects.toMatchObject({
    code: 'ERR_SUPERCONFIG_ENV',
    path: 'port',
    message: expect.stringContaining('APP_PORT: port: expected a number, found "many"'),
  });
});

test('a reload in the background reports variables that no longer fit with the issues of the schema', async () => {
  directory.write('app.json', '{"port": "text", "level": "x"}');
  using config = SuperConfig.builder({ cwd: directory.path, env: { APP_PORT: 'many' } })
    .file('app.json')
    .env('APP')
    .schema(z.object({ port: z.any(), level: z.literal('x') }))
    .watch({ debounceMs: 5 })
    .loadSync();
  const errors: SuperConfigError[] = [];
  config.on('error', (error) => errors.push(error));
  directory.write('app.json', '{"port": 1, "level": "y"}');
  await until(() => errors.length > 0);
  expect(errors[0]).toMatchObject({ code: 'ERR_SUPERCONFIG_VALIDATION' });
  expect((errors[0]?.issues ?? []).map(({ path, origin }) => [path, origin?.variable ?? origin?.file])).toEqual([
    ['port', 'APP_PORT'],
    ['level', 'app.json'],
  ]);
  expect(config.version).toBe(1);
});

test('what was found is shown, and nothing twice', () => {
  const message = (schema: StandardSchema, below: object) => caught(() => loadConfigSync({ env: {}, sources: [defaults(below)], schema })).message;
  expect(message(z.object({ host: z.string() }), { host: 5 })).toBe('defaults: host: Invalid input: expected string, received number, found the integer 5');
  expect(message(v.object({ host: v.string() }), { host: 5 })).toBe('defaults: host: Invalid type: Expected string but received 5');
  expect(message(type({ host: 'string' }), { host: 5 })).toBe('defaults: host: must be a string (was a number), found the integer 5');
  expect(message(z.object({ host: z.string('no host') }), { host: 5 })).toBe('defaults: host: no host, expected string, found the integer 5');
  expect(message(z.object({ password: z.number() }), { password: 'canary' })).toBe('defaults: password: Invalid input: expected number, received string');
});

test('a schema whose JSON Schema cannot be made is a warning', () => {
  const standard = z.object({ port: z.number() })['~standard'];
  const failing: StandardSchema = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: standard.validate,
      jsonSchema: {
        input() {
          throw new Error('no such keyword');
        },
      },
    } as never,
  };
  using config = loadConfigSync({ env: {}, sources: [defaults({ port: 1 })], schema: failing });
  expect(config.warnings).toEqual([{ code: 'schema-unknown', message: expect.stringContaining('no such keyword') }]);
  config.reloadSync();
  expect(config.warnings).toHaveLength(1);
  using plain = loadConfigSync({ env: {}, sources: [], schema: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } } });
  expect(plain.warnings).toEqual([]);
});

test('below a secret no key is named', () => {
  using config = SuperConfig.builder({ env: {} })
    .defaults({ credentials: { canaryUser: 1 } })
    .loadSync();
  for (const path of ['credentials.canaryUsr', 'credentials.other.canary']) {
    const error = caught(() => config.get(path));
    expect(error).toMatchObject({ code: 'ERR_SUPERCONFIG_PATH', path: 'credentials', message: 'there is no such key in `credentials`' });
    expect(JSON.stringify(error) + error.stack).not.toContain('anary');
  }
});
