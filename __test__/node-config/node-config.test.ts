// Additions of the drop-in to `config`, and the ways in which programs reach it: both module systems, reload, provenance, workers.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../support/temporary.ts';

const root = join(import.meta.dirname, '../..');
const directory = temporaryDirectory();

/** Runs a program in a tree; gives what it prints as JSON. */
function run(program: string, files: Record<string, string>, { name = 'main.mjs', env = {} }: { name?: string; env?: Record<string, string> } = {}): unknown {
  for (const [file, text] of Object.entries({ ...files, [name]: program })) directory.write(file, text);
  mkdirSync(directory.at('node_modules'), { recursive: true });
  if (!existsSync(directory.at('node_modules/superconfig'))) symlinkSync(root, directory.at('node_modules/superconfig'), 'junction');
  const { PATH, HOME } = process.env;
  const result = spawnSync(process.execPath, ['--no-warnings', name], { cwd: directory.path, env: { PATH, HOME, HOST: 'nowhere', ...env }, encoding: 'utf8' });
  expect(result.stderr).toBe('');
  return JSON.parse(result.stdout);
}

const print = 'const print = (value) => process.stdout.write(JSON.stringify(value));\n';
const TREE = { 'config/default.json': '{ "server": { "port": 8080 }, "log": "info", "password": "hunter2" }', 'config/local.yaml': 'server:\n  port: 9000\n' };

test('import and require share one instance', () => {
  const program = `import config from 'superconfig/node-config';
    import { createRequire } from 'node:module';
    const required = createRequire(import.meta.url)('superconfig/node-config');
    ${print} print([config === required, required.server.port]);`;
  expect(run(program, TREE)).toEqual([true, 9000]);
});

test('explain names each file that speaks of a value, with line and column, and masks secrets', () => {
  const files = {
    ...TREE,
    'config/custom-environment-variables.json': '{ "log": "APP_LOG", "server": { "host": "APP_HOST" } }',
    'config/local.js': 'module.exports = { log: "js", f() {} };',
  };
  const program = `import config from 'superconfig/node-config';
    ${print}
    const { winner, candidates } = config.util.explain('server.port');
    const log = config.util.explain('log');
    print([winner, candidates.length, log.winner, log.candidates.map(({ value }) => value), config.util.explain('password').value, config.util.explain('f').value]);`;
  expect(run(program, files, { env: { APP_LOG: '5' } })).toEqual([
    expect.objectContaining({ kind: 'file', file: expect.stringMatching(/local\.yaml$/), line: 2, column: 9, value: 9000 }),
    2,
    expect.objectContaining({ kind: 'env', variable: 'APP_LOG', value: '5' }),
    ['info', 'js', '5'],
    '[redacted]',
    '[Function: f]',
  ]);
});

test('a reload replaces what the first get froze, whole or not at all', () => {
  const program = `import { writeFileSync } from 'node:fs';
    import config from 'superconfig/node-config';
    ${print}
    const before = config.get('server');
    const heard = [];
    config.util.on('change', (change) => heard.push(change));
    writeFileSync('config/local.yaml', 'server:\\n  port: 9001\\nnew: 1\\n');
    const result = config.util.reload();
    writeFileSync('config/local.yaml', 'server: [');
    let code;
    try { config.util.reload(); } catch (error) { code = error.code; }
    let refused = 0;
    for (const write of [() => { config.get('server').port = 1; }, () => { config.server = 1; }, () => { config.other = 1; }]) {
      try { write(); } catch { refused += 1; }
    }
    print([before.port, config.get('server.port'), config.server.port, config.get('new'), result, heard, code, refused, config.util.toObject(), Object.keys(config)]);`;
  const change = { version: 2, changed: ['new', 'server.port'] };
  const values = { server: { port: 9001 }, log: 'info', password: 'hunter2', new: 1 };
  expect(run(program, TREE)).toEqual([9000, 9001, 9001, 1, change, [change], 'ERR_SUPERCONFIG_PARSE', 3, values, Object.keys(values)]);
});

test('watching reloads when a file changes', () => {
  const program = `import { writeFileSync } from 'node:fs';
    import config from 'superconfig/node-config';
    ${print}
    const port = config.get('server.port');
    const stop = config.util.watch({ debounceMs: 10 });
    const alive = setInterval(() => {}, 1000);
    config.util.on('change', ({ changed }) => {
      print([port, config.get('server.port'), changed]);
      stop();
      clearInterval(alive);
    });
    writeFileSync('config/local.json', '{ "server": { "port": 9001 } }');
    writeFileSync('config/local.yaml', '{}');`;
  expect(run(program, TREE)).toEqual([9000, 9001, ['server.port']]);
});

test('worker threads attach to the same configuration, or load their own', () => {
  const program = `import { Worker } from 'node:worker_threads';
    import config from 'superconfig/node-config';
    ${print}
    const text = \`
      const { parentPort, workerData } = require('node:worker_threads');
      const attached = require('superconfig').SuperConfig.attach(workerData);
      parentPort.postMessage([attached.get('server.port'), require('superconfig/node-config').get('server.port')]);\`;
    const worker = new Worker(text, { eval: true, workerData: config.util.live.token });
    worker.on('message', print);`;
  expect(run(program, TREE)).toEqual([9000, 9000]);
});

test('the definition gives the same values to loadConfig', () => {
  const program = `import config from 'superconfig/node-config';
    import { loadConfigSync } from 'superconfig';
    ${print} print([loadConfigSync(config.util.definition()).current, config.util.toObject()]);`;
  const [loaded, shown] = run(program, TREE) as [unknown, unknown];
  expect(loaded).toEqual(shown);
});

test('formats of variables that only node-config has are explained too, set or not', () => {
  const mapping = { a: { __name: 'A', __format: 'yaml' }, b: { __name: 'B', __format: 'number' } };
  const files = { ...TREE, 'config/custom-environment-variables.json': JSON.stringify(mapping) };
  const program = `import config from 'superconfig/node-config';
    ${print} print([config.util.live.get('a', null), config.util.live.get('b', null), config.has('b') && config.util.explain('b').winner]);`;
  expect(run(program, files)).toEqual([null, null, false]);
  expect(run(program, {}, { env: { A: '[1]', B: '5' } })).toEqual([[1], 5, expect.objectContaining({ value: 5 })]);
});

test('an error says where, as errors of the package do', () => {
  const program = `${print}
    try { require('superconfig/node-config'); } catch (error) { print([error.code, error.message.split('\\n')[0], error.origin.line, error.origin.column]); }`;
  const files = { 'config/default.json': '{\n  "a": ]\n}' };
  expect(run(program, files, { name: 'main.cjs' })).toEqual([
    'ERR_SUPERCONFIG_PARSE',
    expect.stringMatching(/^Cannot parse config file: '.*default\.json': /),
    2,
    8,
  ]);
});

test('some keys are made immutable as node-config does it', () => {
  const program = `console.error = () => {}; // node-config says that it is deprecated
    ${print}
    const outcome = (name) => {
      const util = require(name).util;
      const write = (object, key) => { try { object[key] = 'written'; } catch (thrown) { return thrown.message; } return object[key]; };
      const one = util.makeImmutable({ a: 1, b: 2 }, 'a');
      const given = util.makeImmutable({ a: 1 }, 'a', 5);
      const fresh = util.makeImmutable({}, 'k', 7);
      const some = util.makeImmutable({ a: { b: 1 }, list: [{ c: 1 }], rest: 1 }, ['a', 'list']);
      return [write(one, 'a'), write(one, 'b'), write(given, 'a'), write(fresh, 'k'), Object.keys(fresh), write(some, 'a'), write(some.a, 'b'),
        write(some.list, 0), write(some.list[0], 'c'), write(some, 'rest'), write(some, 'added'), typeof util.makeImmutablePartial];
    };
    print([outcome('config'), outcome('superconfig/node-config')]);`;
  mkdirSync(directory.at('node_modules'), { recursive: true });
  for (const name of ['config', 'json5', 'yaml']) {
    if (!existsSync(directory.at('node_modules', name))) symlinkSync(join(root, 'node_modules', name), directory.at('node_modules', name), 'junction');
  }
  const [real, ours] = run(program, TREE, { name: 'main.cjs' }) as [unknown, unknown];
  expect(ours).toEqual(real);
});

test('functions that programs call of `config.util`', () => {
  const program = `const config = require('superconfig/node-config');
    ${print}
    const { util } = config;
    const own = util.withModuleDefaults('mail', { from: 'me', to: 'you' });
    const mail = util.setModuleDefaults('mail', { from: 'us', size: 1 });
    print([
      util.toObject(config.server), util.getEnv('NODE_ENV'), util.cloneDeep({ a: [1] }), util.extendDeep({ a: { b: 1 } }, { a: { c: 2 } }),
      util.equalsDeep({ a: [1] }, { a: [1] }), util.loadFileConfigs('other'), util.getConfigSources().length, mail.from, own.get('mail'), config.mail.get('size'),
      Object.keys(util.makeHidden({ a: 1, b: 2 }, 'a')), util.parseString('a: 1', 'yaml'), util.getCmdLineArg('X'),
    ]);`;
  const files = { ...TREE, 'config/default.toml': '[mail]\nto = "them"', 'other/default.json': '{ "x": 1 }' };
  expect(run(program, files, { name: 'main.cjs' })).toEqual([
    { port: 9000 },
    'development',
    { a: [1] },
    { a: { b: 1, c: 2 } },
    true,
    { x: 1 },
    4,
    'us',
    { from: 'me', to: 'them' },
    1,
    ['b'],
    { a: 1 },
    false,
  ]);
});

test('the functions of `util` do by themselves what a load does', () => {
  const program = `import config from 'superconfig/node-config';
    ${print}
    const { util } = config;
    const part = util.makeImmutable({ a: 1, b: { c: 2 } }, 'b');
    part.a = 3;
    let isRefused = false;
    try { part.b = 4; } catch { isRefused = true; }
    const table = util.attachProtoDeep({ a: { b: 1 } });
    await util.resolveAsyncConfigs();
    util.runStrictnessChecks();
    let refusal;
    try { util.on('other', () => {}); } catch (error) { refusal = error.code; }
    print([
      part, isRefused, table.get('a.b'), table.has('c'), refusal,
      util.initParam('APP_LEVEL', 'low'), util.initParam('NONE', 'low'), util.getCmdLineArg('none'),
      util.parseString('a: 1', 'yaml'), util.substituteDeep({ a: 'APP_LEVEL', b: { c: 'NONE' } }, process.env), util.stripYamlComments('# x\\na: 1\\n'),
    ]);`;
  const seen = run(program, TREE, { env: { APP_LEVEL: 'high' } });
  expect(seen).toEqual([{ a: 3, b: { c: 2 } }, true, 1, false, 'ERR_SUPERCONFIG_OPTION', 'high', 'low', false, { a: 1 }, { a: 'high' }, 'a: 1\n']);
});

test('what a program exports is data in the definition: computed, promised, circular, and none of JSON', () => {
  const files = {
    'config/default.js': `const round = { name: 'round' };
      round.self = round;
      module.exports = { round, big: 10n, symbol: Symbol('s'), never: new Date(NaN), map: new Map(), list: [1, () => 2], late: Promise.resolve(1) };`,
    'config/custom-environment-variables.json':
      '{ "a": { "b": { "__name": "APP_B", "__format": "number" } }, "c.d": "APP_C", "e": { "__name": "APP_E", "__format": "json" } }',
  };
  const program = `import config from 'superconfig/node-config';
    import { loadConfigSync } from 'superconfig';
    ${print}
    const loaded = loadConfigSync(config.util.definition());
    print(loaded.current);`;
  expect(run(program, files, { env: { APP_B: '7', APP_C: 'x', APP_E: '[1]' } })).toMatchObject({
    round: { name: 'round', self: '[Circular]' },
    big: '10',
    symbol: 'Symbol(s)',
    never: null,
    map: '[object Map]',
    late: '[Promise]',
    a: { b: 7 },
    'c.d': 'x',
    e: [1],
  });
});

test('an error of a reload by watch() is a warning, and the last good values stay', () => {
  const program = `import { writeFileSync } from 'node:fs';
    import config from 'superconfig/node-config';
    ${print}
    const stay = setInterval(() => {}, 1000);
    const end = config.util.watch({ poll: 20, debounceMs: 5 });
    const warned = new Promise((done) => process.once('warning', done));
    writeFileSync('config/default.json', '{');
    const { message } = await warned;
    const changed = new Promise((done) => config.util.on('change', done));
    writeFileSync('config/default.json', '{ "log": "debug" }');
    await changed;
    end();
    clearInterval(stay);
    print([message.includes('the last good configuration stays in use'), config.log]);`;
  expect(run(program, TREE)).toEqual([true, 'debug']);
});
