import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { native } from '../../ts/engine/addon.ts';
import { guard } from '../../ts/engine/native-error.ts';
import { isSuperConfigError, parse, registry, SuperConfig, type SuperConfigBuilder, SuperConfigError, type SuperConfigErrorCode } from '../../ts/index.ts';
import { ERROR_CODES } from '../../ts/internal/errors.ts';
import { caught, firstFrame, rejected } from '../support/errors.ts';
import { isLinux, isWindows, system } from '../support/platform.ts';
import { sharedDirectory } from '../support/temporary.ts';

const FILES = {
  'app.toml': '[server]\nhost = "localhost"\nport = 8080\n',
  'local.toml': '[server]\nport = "eighty"\nprot = 1\n',
  'broken.toml': '[server]\nport = = 1\n',
  'settings.py': 'PORT = 8080\n',
  'open.toml': 'a = 1\n',
};

beforeAll(() => {
  for (const [name, text] of Object.entries(FILES)) directory.write(name, text);
  chmodSync(directory.at('open.toml'), 0o666);
  mkdirSync(directory.at('folder.toml'));
});

const directory = sharedDirectory();

const app = (env: Record<string, string> = {}) => SuperConfig.builder({ cwd: directory.path, home: directory.path, env }).file('app.toml');

/** What a load that fails tells. The stack begins where it was called, synchronously and not. */
interface Told {
  make: () => SuperConfigBuilder;
  /** All that people see. */
  message: string;
  fields?: Partial<SuperConfigError>;
  /** Only one of the ways to load fails. */
  only?: 'sync';
}

// Not a reference of JavaScript.
const reference = '$\u007bserver.';

const schema = z.object({ server: z.strictObject({ host: z.string(), port: z.number() }) });

const LOADS: Partial<Record<SuperConfigErrorCode, Told>> = {
  ERR_SUPERCONFIG_NOT_FOUND: {
    make: () => app().file('config/none.toml'),
    message: 'config/none.toml: config/none.toml is not there\n  hint: create it, correct the path, or make the source optional',
    fields: {
      origin: { kind: 'file', source: 'config/none.toml', file: 'config/none.toml' },
      hint: 'create it, correct the path, or make the source optional',
    },
  },
  ERR_SUPERCONFIG_IO: {
    make: () => app().file('folder.toml'),
    message: 'folder.toml: folder.toml is a directory, not a file',
    fields: { origin: { kind: 'file', source: 'folder.toml', file: 'folder.toml' } },
  },
  ERR_SUPERCONFIG_PARSE: {
    make: () => app().file('broken.toml'),
    message: 'broken.toml:2:8: toml: extra `=`, expected nothing\n   2 | port = = 1\n     |        ^',
    fields: {
      origin: { kind: 'file', source: 'broken.toml', file: 'broken.toml', line: 2, column: 8 },
      snippet: '   2 | port = = 1\n     |        ^',
    },
  },
  ERR_SUPERCONFIG_FORMAT: {
    make: () => app().file('settings.py'),
    message:
      'settings.py: a file with the extension `.py` is a program, and no text of configuration\n  hint: a program gives its configuration through `module()`; of a text name the format explicitly',
  },
  ERR_SUPERCONFIG_LIMIT: {
    make: () => app().limits({ depth: 1 }),
    message: 'app.toml:1:2: toml: arrays and tables nest deeper than the limit of 1\n   1 | [server]\n     |  ^',
  },
  ERR_SUPERCONFIG_MERGE: {
    make: () => app().text('{"server": {"port_add": [1]}}', { format: 'json', name: 'more' }),
    message:
      'more:1:25: server.port: more:1:25 cannot add to server.port: it is an integer, set by app.toml:3:8\n  hint: `_add` acts on an array; set server.port itself to replace it',
    fields: { path: 'server.port', origin: { kind: 'text', source: 'more', line: 1, column: 25 } },
  },
  ERR_SUPERCONFIG_ENV: {
    make: () => app({ APP_SERVER__PORT: 'eighty' }).env('APP'),
    message: 'APP_SERVER__PORT: server.port: expected a number, found "eighty"\n  hint: write one number as JSON has it: 8080, -1 or 0.5',
    fields: { path: 'server.port', origin: { kind: 'env', source: 'env', variable: 'APP_SERVER__PORT' } },
  },
  ERR_SUPERCONFIG_ARGS: {
    make: () => app().args(['--server.port=eighty']),
    message: '--server.port: server.port: expected a number, found "eighty"\n  hint: write one number as JSON has it: 8080, -1 or 0.5',
    fields: { path: 'server.port', origin: { kind: 'args', source: 'args', variable: '--server.port' } },
  },
  ERR_SUPERCONFIG_INTERPOLATION: {
    make: () => app().text(`[log]\nfile = "${reference}hots}.log"\n`, { format: 'toml', name: 'more' }).interpolate(),
    message: `more:2:8: log.file: \`${reference}hots}\` refers to a path that does not exist\n  hint: did you mean \`${reference}host}\`?`,
    fields: { path: 'log.file', hint: `did you mean \`${reference}host}\`?` },
  },
  ERR_SUPERCONFIG_VALIDATION: {
    make: () => app().file('local.toml').schema(schema),
    message: [
      'the configuration has 2 problems',
      '  local.toml:2:8: server.port: Invalid input: expected number, received string, found the string "eighty"',
      '  local.toml:3:8: server.prot: the key `prot` is unknown; did you mean `port`?',
    ].join('\n'),
    fields: {
      issues: [
        {
          path: 'server.port',
          message: 'Invalid input: expected number, received string',
          expected: 'number',
          found: 'the string "eighty"',
          origin: { kind: 'file', source: 'local.toml', file: 'local.toml', line: 2, column: 8 },
        },
        {
          path: 'server.prot',
          message: 'the key `prot` is unknown',
          found: 'the integer 1',
          origin: { kind: 'file', source: 'local.toml', file: 'local.toml', line: 3, column: 8 },
          hint: 'did you mean `port`?',
        },
      ],
    },
  },
  ERR_SUPERCONFIG_SOURCE: {
    make: () =>
      app().source({
        name: 'remote',
        load() {
          throw new RangeError('connection refused');
        },
      }),
    message: 'the source `remote` failed: connection refused',
    fields: { origin: { kind: 'custom', source: 'remote' }, cause: new RangeError('connection refused') },
  },
  ERR_SUPERCONFIG_TRUST: {
    make: () => app().file('open.toml', { trust: 'strict' }),
    message:
      "open.toml: the file is not trusted: everybody can write it (its mode is 666)\n  hint: correct its owner and permissions (`chmod o-w`), or do without `trust: 'strict'`",
    fields: { origin: { kind: 'file', source: 'open.toml', file: 'open.toml' } },
  },
  ERR_SUPERCONFIG_ASYNC: {
    make: () => app().source({ name: 'slow', load: async () => ({}) }),
    message: 'the source `slow` is asynchronous',
    fields: { origin: { kind: 'custom', source: 'slow' }, hint: 'use `load()` and `reload()` in place of `loadSync()` and `reloadSync()`' },
    only: 'sync',
  },
  ERR_SUPERCONFIG_OPTION: {
    make: () => app().profile('../production'),
    message: 'the profile "../production" is empty or could lead to another file',
  },
};

// Windows has no modes of files.
const HERE = Object.entries(LOADS).filter(([code]) => !(isWindows && code === 'ERR_SUPERCONFIG_TRUST'));

describe.each(HERE)('%s', (code, { make, message, fields = {}, only }) => {
  const check = (error: SuperConfigError) => {
    expect(error.message).toBe(message);
    expect(error).toMatchObject({ ...fields, code, name: 'SuperConfigError' });
    expect(error).toBeInstanceOf(SuperConfigError);
    expect(isSuperConfigError(error)).toBe(true);
    expect(error.stack?.startsWith(`SuperConfigError: ${message}\n    at `)).toBe(true);
    expect(firstFrame(error)).toContain('errors.test.ts');
  };
  test('loadSync', () => check(caught(() => make().loadSync())));
  test('load', async () => {
    if (only === 'sync') (await make().load()).close();
    else check(await rejected(make().load()));
  });
});

describe('the codes of errors outside of loads', () => {
  const check = (error: SuperConfigError, code: SuperConfigErrorCode, message: string) => {
    expect([error.code, error.message]).toEqual([code, message]);
    expect(firstFrame(error)).toContain('errors.test.ts');
  };

  test('ERR_SUPERCONFIG_PATH', () => {
    const config = app().loadSync();
    const error = caught(() => config.get('server.prot'));
    check(error, 'ERR_SUPERCONFIG_PATH', 'there is no `server.prot`');
    expect([error.path, error.hint]).toEqual(['server.prot', 'did you mean `server.port`?']);
    expect(caught(() => config.handle('server.prot').value)).toMatchObject({ code: 'ERR_SUPERCONFIG_PATH', hint: 'did you mean `server.port`?' });
    expect(caught(() => config.explain('server.prot')).code).toBe('ERR_SUPERCONFIG_PATH');
    config.close();
  });

  test('ERR_SUPERCONFIG_TYPE', () => {
    const config = app().name('typed').loadSync();
    const id = Number(config.token.split(':')[1]);
    const error = caught(() => registry.get(id));
    expect(error.code).toBe('ERR_SUPERCONFIG_TYPE');
    expect(firstFrame(error)).toContain('errors.test.ts');
    config.close();
  });

  test('ERR_SUPERCONFIG_CLOSED', async () => {
    const config = app().loadSync();
    config.close();
    check(
      caught(() => config.get('server.port')),
      'ERR_SUPERCONFIG_CLOSED',
      'the configuration is closed',
    );
    check(await rejected(config.reload()), 'ERR_SUPERCONFIG_CLOSED', 'the configuration is closed');
    const error = caught(() => SuperConfig.attach('nobody'));
    expect([error.code, firstFrame(error)]).toEqual(['ERR_SUPERCONFIG_CLOSED', expect.stringContaining('errors.test.ts')]);
    expect(error.message).toContain('"nobody"');
  });

  test('ERR_SUPERCONFIG_PARSE and FORMAT of a text', () => {
    const error = caught(() => parse('{"a": }', 'json'));
    expect(error).toMatchObject({ code: 'ERR_SUPERCONFIG_PARSE', origin: { line: 1, column: 7 }, snippet: '   1 | {"a": }\n     |       ^' });
    expect(caught(() => parse('', 'tmol' as never))).toMatchObject({ code: 'ERR_SUPERCONFIG_FORMAT', message: expect.stringContaining('tmol') });
  });

  // No argument brings the addon to panic; this is what its failing looks like all the same.
  test('ERR_SUPERCONFIG_INTERNAL', () => {
    const call = () => guard(call, () => native().parse(3 as never, 'json', true));
    const error = caught(call);
    expect(error.code).toBe('ERR_SUPERCONFIG_INTERNAL');
    expect(error.message).toMatch(/^the addon failed: /);
    expect(error.cause).toBeInstanceOf(Error);
  });

  test('ERR_SUPERCONFIG_WATCH', ({ skip }) => {
    skip(!isLinux, 'only on Linux a process can be left without threads');
    skip(spawnSync('prlimit', ['--version']).error !== undefined, 'there is no `prlimit`, of util-linux');
    // The user that it becomes may not write what was covered.
    const env = { ...process.env, NODE_V8_COVERAGE: '' };
    const ran = spawnSync(process.execPath, [join(import.meta.dirname, '../process/programs/no-threads.mjs')], { encoding: 'utf8', env, timeout: 60_000 });
    expect(ran.stderr).toBe('');
    const { code, message, frame } = JSON.parse(ran.stdout);
    expect([code, message]).toEqual(['ERR_SUPERCONFIG_WATCH', expect.stringMatching(/^watching cannot start: the system gives no thread for it/)]);
    expect(frame).toContain('no-threads.mjs');
  });

  test('ERR_SUPERCONFIG_LOAD_NATIVE', () => {
    // A bundle where nothing is installed beside it.
    const alone = directory.at('alone/bundle.cjs');
    buildSync({
      entryPoints: [join(import.meta.dirname, '../../ts/index.ts')],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      outfile: alone,
      logLevel: 'error',
      define: { 'import.meta.url': 'undefined' },
    });
    const program = `
      const { SuperConfig, isSuperConfigError } = require(${JSON.stringify(alone)});
      try { SuperConfig.builder().loadSync(); } catch (error) {
        console.log(JSON.stringify({ ...error, message: error.message, known: isSuperConfigError(error) }));
      }`;
    const run = (env: Record<string, string> = {}) =>
      JSON.parse(spawnSync(process.execPath, ['-e', program], { encoding: 'utf8', cwd: directory.path, env: { ...process.env, ...env } }).stdout);
    const missing = run();
    expect(missing).toMatchObject({ code: 'ERR_SUPERCONFIG_LOAD_NATIVE', known: true });
    expect(missing.message).toMatch(new RegExp(`^there is no addon for ${system} beside the bundle in .*alone: bundlers leave it out`));
    expect(missing.hint).toMatch(/^mark `superconfig` as external/);
    // One that is there and does not load. `bundles.test.ts` has the other cases.
    directory.write('broken.node', 'no library');
    expect(run({ SUPERCONFIG_ADDON: directory.at('broken.node') }).message).toMatch(/^the addon .*broken\.node does not load: /);
  });
});

test('every code has its test', () => {
  const elsewhere = ['PATH', 'TYPE', 'CLOSED', 'INTERNAL', 'WATCH', 'LOAD_NATIVE'].map((code) => `ERR_SUPERCONFIG_${code}`);
  expect([...Object.keys(LOADS), ...elsewhere].sort()).toEqual([...ERROR_CODES].sort());
});

describe('all problems in one error', () => {
  test('variables that do not fit', () => {
    const variables = { APP_SERVER__PORT: 'x', APP_DEBUG: 'maybe' };
    const error = caught(() => app(variables).defaults({ debug: false }).env('APP').loadSync());
    expect(error.code).toBe('ERR_SUPERCONFIG_ENV');
    expect(error.issues?.map(({ origin }) => origin?.variable).sort()).toEqual(['APP_DEBUG', 'APP_SERVER__PORT']);
    for (const { origin } of error.issues ?? []) expect(error.message).toContain(`${origin?.variable}: `);
  });

  test('files that cannot be loaded', () => {
    const error = caught(() => app().file('none.toml').file('broken.toml').file('folder.toml').loadSync());
    expect(error.code).toBe('ERR_SUPERCONFIG_NOT_FOUND');
    expect(error.issues?.map(({ origin }) => [origin?.file, origin?.line])).toEqual([
      ['none.toml', undefined],
      ['broken.toml', 2],
      ['folder.toml', undefined],
    ]);
    expect(error.message).toContain('\n  broken.toml:2:8: toml: extra `=`');
  });

  test('a failed reload reports the same as a load', () => {
    const text = { value: 'a = 1\n' };
    directory.write('again.toml', text.value);
    const config = SuperConfig.builder({ cwd: directory.path, env: {} }).file('again.toml').loadSync();
    directory.write('again.toml', FILES['broken.toml']);
    const error = caught(() => config.reloadSync());
    expect(error.message).toBe('again.toml:2:8: toml: extra `=`, expected nothing\n   2 | port = = 1\n     |        ^');
    expect(firstFrame(error)).toContain('errors.test.ts');
    expect(config.status.lastError?.message).toBe(error.message);
    config.close();
  });
});
