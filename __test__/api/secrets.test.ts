import { inspect } from 'node:util';
import { type } from 'arktype';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { registry, type StandardSchema, SuperConfig, type SuperConfigBuilder, SuperConfigError } from '../../ts/index.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/watched.ts';

/** What must never be seen, in whatever case. */
const CANARY = 'Canary-7f3a';

const warned: string[] = [];
const note = (warning: Error) => warned.push(inspect(warning, { depth: null }));

beforeAll(() => process.on('warning', note));
afterAll(() => process.off('warning', note));
const directory = temporaryDirectory();
const { write } = directory;

const builder = (env: Record<string, string> = {}) => SuperConfig.builder({ cwd: directory.path, home: directory.path, env });

/** Every text that people could come to see of something. */
function shown(what: unknown): string {
  const options = { depth: null, showHidden: false, maxArrayLength: null, maxStringLength: null } as const;
  const texts = [inspect(what, options), String(what)];
  try {
    texts.push(JSON.stringify(what) ?? '');
  } catch {
    // What cannot be written shows nothing.
  }
  if (what instanceof Error) texts.push(what.message, what.stack ?? '', shown(what.cause ?? ''));
  return texts.join('\n');
}

/** Fails where the canary, or a good part of it, is in a text. */
function expectSilence(text: string, where: string): void {
  const lower = text.toLowerCase();
  for (const part of [CANARY, CANARY.slice(0, 6), CANARY.slice(-4)]) {
    if (lower.includes(part.toLowerCase())) throw new Error(`${where} shows the secret: ${text}`);
  }
}

function refusal(make: () => SuperConfigBuilder): SuperConfigError {
  try {
    make().loadSync();
  } catch (error) {
    if (error instanceof SuperConfigError) return error;
    throw error;
  }
  throw new Error('it loads');
}

describe('a configuration that holds secrets', () => {
  const everywhere = () => {
    write('app.toml', `password = "${CANARY}"\nurl = "postgres://me:${CANARY}@host/db"\nplain = 1\n[db]\ntokens = ["${CANARY}", "x"]\n`);
    write('more.yaml', `db:\n  tokens_add: ["${CANARY}2"]\n  tokens_remove: [x]\ncredentials:\n  user: ${CANARY}\n  deep: { list: [${CANARY}] }\n`);
    write('made.toml', `dsn = "user=me pass=\${db.password}"\nagain = "<\${dsn}>"\ncopy = "\${inner}"\nbrokers = "a://u:${CANARY}@h,a://u:${CANARY}@i"\n`);
    write('last.json', `{"apiKey": "${CANARY}", "inner": {"pin": "${CANARY}"}, "password": {"now": "${CANARY}"}}`);
    write('.env', `APP_SECRET=${CANARY}\nAPP_PRIVATE_KEY="-----BEGIN ${CANARY}"\n`);
    return builder({ APP_DB__PASSWORD: CANARY, APP_API_KEY: `${CANARY}3`, MAPPED: CANARY })
      .defaults({ db: { password: `${CANARY}0` }, inner: { pin: CANARY }, apiKey: '' })
      .file('app.toml')
      .file('more.yaml')
      .file('last.json')
      .file('made.toml')
      .dotenv()
      .env('APP', { mapping: { 'inner.code': 'MAPPED' } })
      .args([`--db.secret=${CANARY}`, '--set', `passwd=${CANARY}`])
      .source({ name: 'vault', load: () => ({ vault: { token: CANARY, none: null } }) })
      .overrides({ github: { token: CANARY } })
      .text(`copied_secret = "\${password.now} and more"`, { format: 'toml' })
      .interpolate()
      .secrets(['inner.*']);
  };

  test('shows no secret in any of its outputs', () => {
    const config = everywhere().loadSync();
    expect(config.get('inner.pin')).toBe(CANARY);
    expect(config.get('db.tokens')).toEqual([CANARY, `${CANARY}2`]);
    expect(config.get('copied_secret')).toBe(`${CANARY} and more`);
    expect(config.get('again')).toBe(`<user=me pass=${CANARY}>`);
    expect(config.get('copy')).toEqual(config.get('inner'));
    const outputs: Record<string, string> = {
      inspect: shown(config),
      layers: shown(config.layers),
      warnings: shown(config.warnings),
      status: shown(config.status),
      handle: shown(config.handle('password')),
      metrics: registry.metrics() + JSON.stringify(registry.stats()),
    };
    // TOML has no null.
    for (const format of ['json', 'jsonc', 'json5', 'yaml', 'dotenv'] as const) outputs[format] = config.toString({ format });
    const paths = ['', 'password', 'password.now', 'url', 'db', 'db.password', 'db.tokens', 'db.tokens[0]', 'db.tokens[1]', 'credentials', 'credentials.user'];
    paths.push(
      'credentials.deep.list[0]',
      'apiKey',
      'inner',
      'inner.pin',
      'inner.code',
      'secret',
      'private.key',
      'db.secret',
      'passwd',
      'vault',
      'vault.token',
    );
    paths.push('github.token', 'copied_secret', 'dsn', 'again', 'copy', 'copy.pin', 'brokers');
    for (const path of paths) {
      if (!config.has(path)) continue;
      outputs[`explain ${path}`] = shown(config.explain(path));
      outputs[`handle ${path}`] = shown(config.handle(path).explain());
    }
    expect(Object.keys(outputs).length).toBeGreaterThan(45);
    for (const [where, text] of Object.entries(outputs)) expectSilence(text, where);
    expect(config.toString({ secrets: true })).toContain(CANARY);
    config.close();
  });

  test('reports changes without secrets', async () => {
    const config = everywhere().watch({ debounceMs: 5 }).loadSync();
    const events: unknown[] = [];
    config.on('change', (change) => events.push(change));
    config.handle('password').on((change) => events.push(change));
    config.on('error', (error) => events.push(error));
    write('last.json', `{"apiKey": "${CANARY}9", "password": {"now": "${CANARY}8"}}`);
    await until(() => events.length >= 2, 'the change');
    write('last.json', `{"apiKey": "${CANARY}9", "password": "${CANARY}8"`);
    await until(() => events.length >= 3, 'the failure');
    for (const event of events) expectSilence(shown(event), 'an event');
    expectSilence(shown(config.status), 'status');
    config.close();
    write('last.json', '{}');
    // Nobody listens: a failure becomes a process warning.
    const watched = everywhere().watch({ debounceMs: 5 }).loadSync();
    const before = warned.length;
    write('last.json', `{"password": "${CANARY}" "x"}`);
    await until(() => warned.length > before, 'the warning');
    expectSilence(warned.join('\n'), 'a process warning');
    watched.close();
  });
});

/** Texts that do not parse, with the secret where the problem is or around it. */
const BROKEN: Record<string, [name: string, text: string, secrets?: string[]]> = {
  'toml, on the line': ['a.toml', `password = "${CANARY}" x\n`],
  'toml, the line after': ['a.toml', `password = """\n${CANARY}\n\n\n\n${CANARY}" "" "\n`],
  'toml, in a table of secrets': ['a.toml', `[credentials]\na = 1\nb = 2\nc = 3\nd = 4\nuser = "${CANARY}" x\n`],
  'toml, in an inline table of secrets': ['a.toml', `x = { credentials = { user = "${CANARY}" x } }\n`],
  'toml, in an array of secrets': ['a.toml', `tokens = [\n  "a",\n  "b",\n  "c",\n  "d",\n  "${CANARY}" x\n]\n`],
  'toml, marked': ['a.toml', `[inner]\npin = "${CANARY}" x\n`, ['inner.pin']],
  'toml, marked by a star': ['a.toml', `[inner]\na = 1\nb = 2\nc = 3\nd = 4\npin = "${CANARY}" x\n`, ['inner.*']],
  'toml, all marked': ['a.toml', `pin = "${CANARY}" x\n`, ['**']],
  'toml, a wrong escape': ['a.toml', `token = "\\q${CANARY}"\n`],
  'toml, a wrong url': ['a.toml', `url = "postgres://me:${CANARY}@host" x\n`],
  'json, on the line': ['a.json', `{"password": "${CANARY}" "x"}`],
  'json, below': ['a.json', `{\n  "credentials": {\n    "a": 1,\n    "b": 2,\n    "c": 3,\n    "user": "${CANARY}" "x"\n  }\n}`],
  'json, without indentation': ['a.json', `{\n"credentials": {\n"a": 1,\n"b": 2,\n"c": 3,\n"user": "${CANARY}" "x"\n}\n}`],
  'json, in an array': ['a.json', `{\n  "tokens": [\n    "a",\n    "b",\n    "c",\n    "d",\n    "${CANARY}" "x"\n  ]\n}`],
  jsonc: ['a.jsonc', `{ // the secret\n "a": ["${CANARY}" 1] }`],
  json5: ['a.json5', `{password: '${CANARY}' 1}`],
  'yaml, on the line': ['a.yaml', `password: "${CANARY}" x\n`],
  'yaml, below': ['a.yaml', `credentials:\n  a: 1\n  b: 2\n  c: 3\n  d: 4\n  user: "${CANARY}" x\n`],
  'yaml, a block': ['a.yaml', `private_key: |\n  one\n  two\n  three\n  four\n  ${CANARY}\n ${CANARY} x: [\n`],
  'yaml, a sequence': ['a.yaml', `tokens:\n- a\n- b\n- c\n- d\n- "${CANARY}" x\n`],
  'yaml, an unknown tag': ['a.yaml', `password: !mine ${CANARY}\n`],
  'yaml, a duplicate key': ['a.yaml', `password: ${CANARY}\npassword: ${CANARY}\n`],
  'dotenv, open': ['.env', `APP_PASSWORD="${CANARY}\n`],
  'dotenv, open and long': ['.env', `APP_TOKEN="a\nb\nc\nd\ne\n${CANARY}\n`],
  'dotenv, no pair': ['.env', `APP_TOKEN="${CANARY}" ${CANARY}\n`],
  'ini, in a section': ['a.ini', `[credentials]\na = 1\nb = 2\nc = 3\nuser\n  ${CANARY}\n`],
  'ini, on the line': ['a.ini', `password\n  ${CANARY} continues nothing\n`],
  'ini, a section that is open': ['a.ini', `[secret ${CANARY}\n`],
  'too deep': ['a.json', `{"password": ${'['.repeat(200)}"${CANARY}"${']'.repeat(200)}}`],
  'of another format': ['b.json', `password = "${CANARY}"\n`],
  'of no format': ['b.conf', `\u0001 password ${CANARY} = [\n`],
};

describe('a text that does not parse shows no secret', () => {
  test.each(Object.entries(BROKEN))('%s', (_, [name, text, secrets = []]) => {
    write(name, text);
    const make = () => (name === '.env' ? builder().dotenv().env('APP') : builder().file(name)).secrets(secrets);
    let error: SuperConfigError;
    try {
      error = refusal(make);
    } catch (thrown) {
      // dotenv takes almost everything.
      expect([name, (thrown as Error).message]).toEqual(['.env', 'it loads']);
      return;
    }
    expectSilence(shown(error), 'the error');
    expect(error.origin?.file).toBe(name);
  });

  test('a harmless line is quoted', () => {
    write('a.toml', '[credentials]\nuser = "x"\n[server]\nport = = 1\n');
    expect(refusal(() => builder().file('a.toml')).snippet).toContain('port = = 1');
    write('a.json', '{\n  "password": "x",\n  "a": {},\n  "b": [],\n  "c": 1,\n  "d": 2,\n  "port": = 1\n}\n');
    expect(refusal(() => builder().file('a.json')).snippet).toContain('"port": = 1');
    write('a.yaml', 'credentials:\n  user: x\na: 1\nb: 2\nc: 3\nserver:\n  port: "x" y\n');
    expect(refusal(() => builder().file('a.yaml')).snippet).toContain('port: "x" y');
  });
});

/** Values that do not fit, or cannot be merged. */
const UNFIT: Record<string, () => SuperConfigBuilder> = {
  'a variable': () =>
    builder({ APP_DB__PASSWORD: CANARY })
      .defaults({ db: { password: 1 } })
      .env('APP'),
  'a mapped variable': () =>
    builder({ X: CANARY })
      .defaults({ db: { password: true } })
      .env('APP', { mapping: { 'db.password': 'X' } }),
  'a marked variable': () =>
    builder({ APP_INNER__PIN: CANARY })
      .defaults({ inner: { pin: 1 } })
      .env('APP')
      .secrets(['inner.pin']),
  'an array of secrets': () =>
    builder({ APP_TOKENS: `["${CANARY}"` })
      .defaults({ tokens: [1] })
      .env('APP'),
  'elements of secrets': () =>
    builder({ APP_TOKENS: `1,${CANARY}` })
      .defaults({ tokens: [1] })
      .env('APP'),
  'an element by index': () =>
    builder({ APP_TOKENS__7: CANARY })
      .defaults({ tokens: ['a'] })
      .env('APP'),
  'a table that holds secrets': () =>
    builder({ APP_DB: `{"password": "${CANARY}"` })
      .defaults({ db: { password: 'x' } })
      .env('APP'),
  'a table of secrets': () =>
    builder({ APP_CREDENTIALS: `${CANARY}` })
      .defaults({ credentials: { user: 'x' } })
      .env('APP'),
  'a url': () =>
    builder({ APP_PORT: `db://me:${CANARY}@host` })
      .defaults({ port: 1 })
      .env('APP'),
  'a file that a variable names': () => {
    write('secret.txt', CANARY);
    return builder({ APP_DB__PASSWORD_FILE: directory.at('secret.txt') })
      .defaults({ db: { password: 1 } })
      .env('APP', { fileSuffix: true });
  },
  'two variables for one': () =>
    builder({ APP_DB__PASSWORD: CANARY, APP_DB_PASSWORD: CANARY })
      .defaults({ db: { password: 'x' } })
      .env('APP'),
  'a variable and one below': () => builder({ APP_DB: CANARY, APP_DB__PASSWORD: CANARY }).env('APP'),
  'a flag': () =>
    builder()
      .defaults({ db: { password: 1 } })
      .args([`--db.password=${CANARY}`]),
  'a flag and its value': () =>
    builder()
      .defaults({ db: { password: 1 } })
      .args(['--db.password', CANARY]),
  'a flag that is set': () =>
    builder()
      .defaults({ db: { password: 1 } })
      .args(['--set', `db.password=${CANARY}`]),
  'a flag twice': () =>
    builder()
      .defaults({ password: 1 })
      .args([`--password=${CANARY}`, `--password=${CANARY}`]),
  'a variable of a dotenv file': () => {
    write('.env', `APP_PASSWORD=${CANARY}\n`);
    return builder().defaults({ password: 1 }).dotenv().env('APP');
  },
  'an addition to a secret': () => builder().text(`password = "${CANARY}"`, { format: 'toml' }).text(`password_add = ["${CANARY}"]`, { format: 'toml' }),
  'a removal from a secret': () => builder().text(`password = "${CANARY}"`, { format: 'toml' }).text(`password_remove = ["${CANARY}"]`, { format: 'toml' }),
  'a reference in a secret': () => builder().text(`password = "${CANARY} \${nothing}"`, { format: 'toml' }).interpolate(),
  'a reference to a secret': () => builder().text(`a = "\${password.b}"\npassword = "${CANARY}"`, { format: 'toml' }).interpolate(),
  'a secret default': () => builder().text(`password = "\${env:NO:-${CANARY}} \${nothing}"`, { format: 'toml' }).interpolate(),
  'a cycle': () => builder().text(`password = "${CANARY} \${token}"\ntoken = "${CANARY} \${password}"`, { format: 'toml' }).interpolate(),
  'a source': () =>
    builder().source({
      name: 'vault',
      load() {
        throw `cannot reach https://me:${CANARY}@vault/x`;
      },
    }),
};

describe('a value that does not fit shows no secret', () => {
  test.each(Object.entries(UNFIT))('%s', (name, make) => {
    const error = refusal(make);
    if (name === 'a source') expectSilence(error.message, 'the error');
    else expectSilence(shown(error), 'the error');
  });

  test('warnings', () => {
    write('a.json', `{"password": "${CANARY}", "password": "${CANARY}", "__proto__": "${CANARY}", "tokens": ["${CANARY}"]}`);
    write('.env', `APP_TOKEN="${CANARY} \${NOTHING}"\n`);
    const config = builder({ APP_PASSWORD: '', APP___X: CANARY, APP_DB____SECRET: CANARY })
      .file('a.json')
      .defaults({ password: { a: CANARY }, big: 1 })
      .text(`{"password": ["${CANARY}"], "passwd_remove": ["${CANARY}"], "secret": 123456789012345678901234567890}`, { format: 'json' })
      .dotenv()
      .env('APP')
      .loadSync();
    const codes = config.warnings.map(({ code }) => code);
    for (const code of ['duplicate-key', 'forbidden-key', 'type-conflict', 'directive-no-target', 'unset-variable', 'number-precision'])
      expect(codes).toContain(code);
    expectSilence(shown(config.warnings), 'warnings');
    expect(shown(config.warnings)).not.toContain('12345678901234');
    config.close();
  });
});

describe('a schema that refuses shows no secret', () => {
  const quoting = (value: unknown) => `refused: ${typeof value === 'string' ? value : JSON.stringify(value)}`;
  const SCHEMAS: Record<string, StandardSchema> = {
    'zod, quoting': z.object({ db: z.object({ password: z.string().refine(() => false, { error: ({ input }) => quoting(input) }) }) }),
    'zod, of the whole': z.object({ db: z.any() }).refine(() => false, { error: ({ input }) => quoting(input) }),
    'zod, a literal': z.object({ db: z.object({ password: z.literal('x') }) }),
    'zod, a union': z.object({ db: z.union([z.object({ password: z.literal('x') }), z.string()]) }),
    'zod, trimmed': z.object({
      db: z.object({
        password: z
          .string()
          .trim()
          .toLowerCase()
          .refine(() => false, { error: ({ input }) => quoting(input) }),
      }),
    }),
    valibot: v.object({ db: v.object({ password: v.pipe(v.string(), v.trim(), v.email()) }) }),
    'valibot, a literal': v.object({ db: v.object({ password: v.literal('x') }) }),
    'valibot, a picklist': v.object({ db: v.object({ password: v.picklist(['x', 'y']) }) }),
    arktype: type({ db: { password: '"x"' } }),
    'arktype, a pattern': type({ db: { password: '/^x$/' } }),
    'arktype, a union': type({ db: { password: '"x" | "y" | 3' } }),
  };
  test.each(Object.entries(SCHEMAS))('%s', (_, schema) => {
    for (const secret of [CANARY, ` ${CANARY}\t`, `${CANARY}"\n\\${CANARY}`]) {
      const error = refusal(() =>
        builder({ PW: secret })
          .defaults({ db: { password: secret, host: 'h' } })
          .schema(schema as StandardSchema),
      );
      expect(error.code).toBe('ERR_SUPERCONFIG_VALIDATION');
      expectSilence(shown(error), 'the error');
      const referring = refusal(() =>
        builder({ PW: secret })
          .text(`db = { password = "\${env:PW}" }`, { format: 'toml' })
          .interpolate()
          .schema(schema as StandardSchema),
      );
      expect(referring.code).toBe('ERR_SUPERCONFIG_VALIDATION');
      expectSilence(shown(referring), 'the error of a reference');
    }
  });

  test('zod, a transformation that throws', async () => {
    const schema = z.object({
      db: z.any().transform((value) => {
        throw new Error(quoting(value));
      }),
    });
    const loading = builder()
      .defaults({ db: { password: CANARY } })
      .schema(schema)
      .load();
    const error = await loading.catch((error: unknown) => error as SuperConfigError);
    expect(error).toMatchObject({ code: 'ERR_SUPERCONFIG_VALIDATION', message: expect.stringMatching(/^the schema failed: refused: /) });
    expectSilence(shown(error), 'the error');
  });
});
