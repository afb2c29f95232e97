import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { env, file, loadConfig, loadConfigSync, type StandardSchema, SuperConfig, type SuperConfigError } from '../../ts/index.ts';
import { caught } from '../support/errors.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/watched.ts';

const directory = temporaryDirectory();
const { write } = directory;

/** The same shape, as three libraries say it. */
const LIBRARIES = {
  zod: z.object({
    server: z.strictObject({ host: z.string(), port: z.number().min(1), debug: z.boolean().default(false) }),
    password: z.string().regex(/^[a-z]+$/, { error: ({ input }) => `${input} is not in lower case` }),
  }),
  valibot: v.object({
    server: v.strictObject({ host: v.string(), port: v.pipe(v.number(), v.minValue(1)), debug: v.optional(v.boolean(), false) }),
    password: v.pipe(v.string(), v.regex(/^[a-z]+$/)),
  }),
  arktype: type({
    server: { '+': 'reject', host: 'string', port: 'number >= 1', debug: 'boolean = false' },
    password: '/^[a-z]+$/',
  }),
} satisfies Record<string, StandardSchema>;

describe.each(Object.entries(LIBRARIES))('with %s', (_, schema) => {
  const builder = () =>
    SuperConfig.builder({ cwd: directory.path, env: {} })
      .file('app.toml')
      .schema(schema as typeof LIBRARIES.zod);

  test('readers see the output of the schema', async () => {
    write('app.toml', 'password = "abc"\n[server]\nhost = "a"\nport = 8080\n');
    for (const config of [
      builder().loadSync(),
      await builder().load(),
      loadConfigSync({ cwd: directory.path, sources: [file('app.toml')], schema: schema as typeof LIBRARIES.zod }),
    ]) {
      expect(config.current).toEqual({ password: 'abc', server: { host: 'a', port: 8080, debug: false } });
      const debug: boolean = config.get('server.debug');
      expect(debug).toBe(false);
      expect(config.explain('server.port').winner?.line).toBe(4);
      config.close();
    }
  });

  test('reports all problems in one error, with their positions and without secrets', () => {
    write('app.toml', 'password = "hunter2"\n[server]\nport = 0\nprot = 1\nhost = 5\n');
    const error = caught(() => builder().loadSync());
    expect(error.code).toBe('ERR_SUPERCONFIG_VALIDATION');
    const issues = (error.issues ?? []).map(({ path, origin, message, hint }) => [path, origin?.line, origin?.column, message, hint] as const);
    const at = (path: string) => issues.find((issue) => issue[0] === path);
    expect(issues.length).toBe(4);
    expect(at('server.port')?.slice(1, 3)).toEqual([3, 8]);
    expect(at('server.host')?.slice(1, 3)).toEqual([5, 8]);
    expect(at('server.prot')?.slice(1, 3)).toEqual([4, 8]);
    expect(at('server.prot')?.slice(3)).toEqual(['the key `prot` is unknown', 'did you mean `port`?']);
    expect(error.message).toContain('the key `prot` is unknown; did you mean `port`?');
    expect(at('password')?.slice(1, 3)).toEqual([1, 12]);
    expect(JSON.stringify(error) + error.message + error.stack).not.toContain('hunter2');
    expect(error.message).toContain('server.port');
    expect(error.stack).toMatch(/schema\.test\.ts/);
  });

  test('a reload that the schema refuses keeps the last good version', async () => {
    write('app.toml', 'password = "abc"\n[server]\nhost = "a"\nport = 1\n');
    const config = builder().loadSync();
    write('app.toml', 'password = "abc"\n[server]\nhost = "a"\nport = -1\n');
    expect(caught(() => config.reloadSync()).code).toBe('ERR_SUPERCONFIG_VALIDATION');
    await expect(config.reload()).rejects.toMatchObject({ code: 'ERR_SUPERCONFIG_VALIDATION', path: 'server.port' });
    expect(config.get('server.port')).toBe(1);
    expect(config.version).toBe(1);
    write('app.toml', 'password = "abc"\n[server]\nhost = "b"\nport = 2\n');
    expect(config.reloadSync()).toEqual({ version: 2, changed: ['server.host', 'server.port'] });
    config.close();
  });

  test('checks the versions that watching loads', async () => {
    write('app.toml', 'password = "abc"\n[server]\nhost = "a"\nport = 1\n');
    const config = builder().watch({ debounceMs: 5 }).loadSync();
    const errors: SuperConfigError[] = [];
    config.on('error', (error) => errors.push(error));
    write('app.toml', 'password = "abc"\n[server]\nhost = "a"\nport = -1\n');
    await until(() => errors.length === 1);
    expect(errors[0]?.code).toBe('ERR_SUPERCONFIG_VALIDATION');
    expect(config.status.lastError?.code).toBe('ERR_SUPERCONFIG_VALIDATION');
    write('app.toml', 'password = "abc"\n[server]\nhost = "a"\nport = 3\n');
    await until(() => config.get('server.port') === 3);
    expect(config.current.server.debug).toBe(false);
    expect(errors.length).toBe(1);
    config.close();
  });
});

test.each([
  ['Zod', z.strictObject({ db: z.object({ pool: z.array(z.strictObject({ maximum: z.number().optional() })) }).optional() })],
  ['Valibot', v.strictObject({ db: v.optional(v.object({ pool: v.array(v.strictObject({ maximum: v.optional(v.number()) })) })) })],
  ['ArkType', type({ '+': 'reject', 'db?': { pool: type({ '+': 'reject', 'maximum?': 'number' }).array() } })],
])('the nearest key that a schema of %s knows is told, though no layer has it', (_, schema) => {
  const error = caught(() =>
    SuperConfig.builder({ env: {} })
      .defaults({ db: { pool: [{ maximun: 1 }] } })
      .schema(schema as StandardSchema)
      .loadSync(),
  );
  expect(error).toMatchObject({ code: 'ERR_SUPERCONFIG_VALIDATION', path: 'db.pool[0].maximun', hint: 'did you mean `maximum`?' });
  expect(error.message).toContain('the key `maximun` is unknown');
});

test('an attached configuration cannot publish values that the schema did not check', async () => {
  write('app.toml', 'port = 1');
  const config = loadConfigSync({ cwd: directory.path, env: {}, sources: [file('app.toml')], schema: z.object({ port: z.number() }) });
  const attached = SuperConfig.attach(config.token);
  write('app.toml', 'port = "many"');
  expect(caught(() => attached.reloadSync())).toMatchObject({ code: 'ERR_SUPERCONFIG_OPTION', hint: 'reload it in the thread that loaded it' });
  await expect(attached.reload()).rejects.toMatchObject({ code: 'ERR_SUPERCONFIG_OPTION' });
  expect([config.get('port'), attached.get('port')]).toEqual([1, 1]);
  config.close();
});

test('a schema may change values and their types', () => {
  const schema = z.object({ port: z.string().transform(Number), tags: z.preprocess((given) => String(given).split(','), z.array(z.string())) });
  const config = SuperConfig.builder().defaults({ port: '80', tags: 'a,b', extra: true }).schema(schema).loadSync();
  const port: number = config.get('port');
  expect(port).toBe(80);
  expect(config.current).toEqual({ port: 80, tags: ['a', 'b'] });
  expect(config.has('extra')).toBe(false);
  config.close();
});

test('the types of a schema guide variables without a value below', () => {
  const variables = { APP_PORT: '8080', APP_HOST: '8080', APP_TAGS: 'a,b', APP_DEBUG: 'yes' };
  for (const schema of [
    z.object({ port: z.number(), host: z.string(), tags: z.array(z.string()), debug: z.boolean() }),
    type({ port: 'number', host: 'string', tags: 'string[]', debug: 'boolean' }),
  ] as StandardSchema[]) {
    const config = loadConfigSync({ env: variables, sources: [env('APP')], schema });
    expect(config.current).toEqual({ port: 8080, host: '8080', tags: ['a', 'b'], debug: true });
    config.close();
  }
});

test('an asynchronous schema needs load() and reload()', async () => {
  const schema = z.object({ port: z.number().refine(async (port) => port > 0, 'must be positive') });
  write('app.json', '{"port": 1}');
  const builder = SuperConfig.builder({ cwd: directory.path, env: {} }).file('app.json').schema(schema);
  expect(caught(() => builder.loadSync()).code).toBe('ERR_SUPERCONFIG_ASYNC');
  const config = await builder.load();
  expect(caught(() => config.reloadSync()).code).toBe('ERR_SUPERCONFIG_ASYNC');
  write('app.json', '{"port": 0}');
  await expect(config.reload()).rejects.toMatchObject({ code: 'ERR_SUPERCONFIG_VALIDATION', message: expect.stringContaining('must be positive') });
  expect(config.get('port')).toBe(1);
  config.close();
});

test('an output that no configuration can hold is refused with its type', () => {
  const failing: [StandardSchema, RegExp][] = [
    [z.object({ at: z.string().transform((text) => new Date(text)) }), /`?at`?: a Date is not what readers would see/],
    [z.object({ at: z.string().transform(() => new Map()) }), /at: a Map/],
    [z.object({ at: z.string() }).transform(() => 'text'), /gives a string/],
    [{ '~standard': { version: 1, vendor: 'test', validate: () => Promise.reject(new Error('broken')) } }, /broken/],
    [
      {
        '~standard': {
          version: 1,
          vendor: 'test',
          validate() {
            throw new Error('broken');
          },
        },
      },
      /the schema failed: broken/,
    ],
  ];
  for (const [schema, message] of failing.slice(0, 3).concat(failing.slice(4))) {
    const error = caught(() => SuperConfig.builder().defaults({ at: '2026-01-01' }).schema(schema).loadSync());
    expect([error.code, error.message]).toEqual(['ERR_SUPERCONFIG_VALIDATION', expect.stringMatching(message)]);
  }
  expect(() => SuperConfig.builder().schema({} as never)).toThrow(/Standard Schema/);
});

test('a promise that rejects is VALIDATION as well', async () => {
  const schema: StandardSchema = { '~standard': { version: 1, vendor: 'test', validate: () => Promise.reject(new Error('broken')) } };
  await expect(loadConfig({ sources: [], schema })).rejects.toMatchObject({ code: 'ERR_SUPERCONFIG_VALIDATION', message: 'the schema failed: broken' });
});

test('options are checked', () => {
  expect(caught(() => loadConfigSync(undefined as never)).code).toBe('ERR_SUPERCONFIG_OPTION');
  expect(caught(() => loadConfigSync({ sources: 'app.json' } as never)).code).toBe('ERR_SUPERCONFIG_OPTION');
  const error = caught(() => loadConfigSync({ sources: [], profiles: 'x' } as never));
  expect([error.code, error.hint]).toEqual(['ERR_SUPERCONFIG_OPTION', 'did you mean `profile`?']);
  expect(caught(() => SuperConfig.builder({ cwdd: '/' } as never)).hint).toBe('did you mean `cwd`?');
  expect(caught(() => SuperConfig.attach(3 as never)).code).toBe('ERR_SUPERCONFIG_OPTION');
});

test('a part that has no JSON Schema leaves the others to guide variables', () => {
  const schema = z.object({ port: z.number(), tags: z.array(z.string()), at: z.date().optional() });
  const config = loadConfigSync({ env: { APP_PORT: '1', APP_TAGS: '7,8' }, sources: [env('APP')], schema });
  expect(config.current).toEqual({ port: 1, tags: ['7', '8'] });
  config.close();
});

test('an error that a schema throws shows no secret', () => {
  const throwing: StandardSchema = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate(value) {
        throw new Error(`odd: ${JSON.stringify(value)}`);
      },
    },
  };
  const error = caught(() => SuperConfig.builder().defaults({ password: 'can"ary\n1' }).schema(throwing).loadSync());
  expect(error.message).toContain('the schema failed: odd:');
  expect(error.message).not.toContain('ary');
  expect(error.cause).toBeUndefined();
});

test('an error that a schema throws is the cause only where it has nothing but its message', () => {
  const causeOf = (given: unknown) => {
    const validate = () => {
      throw given;
    };
    const schema: StandardSchema = { '~standard': { version: 1, vendor: 'test', validate } };
    return caught(() => SuperConfig.builder().defaults({ password: 'canary' }).schema(schema).loadSync()).cause;
  };
  const bare = new Error('odd');
  expect(causeOf(bare)).toBe(bare);
  for (const other of [
    new Error('odd', { cause: new Error('canary') }),
    Object.assign(new Error('odd'), { input: 'canary' }),
    new AggregateError(['canary'], 'odd'),
    { input: 'canary' },
    'odd',
  ]) {
    expect(causeOf(other)).toBeUndefined();
  }
});

test("a schema's own mark makes a secret", () => {
  const zod = z.object({ pin: z.string().max(3).meta({ secret: true }), list: z.array(z.object({ seed: z.string().meta({ writeOnly: true }) })) });
  for (const schema of [zod] as StandardSchema[]) {
    const config = SuperConfig.builder({ env: {} })
      .defaults({ pin: 'can', list: [{ seed: 'canary-1' }] })
      .schema(schema)
      .loadSync();
    expect(config.toJSON()).toEqual({ pin: '[redacted]', list: [{ seed: '[redacted]' }] });
    config.close();
    const error = caught(() => SuperConfig.builder({ env: {} }).defaults({ pin: 'canary-2', list: [] }).schema(schema).loadSync());
    expect(JSON.stringify(error) + error.message).not.toContain('canary');
  }
});
