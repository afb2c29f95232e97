// Loads a tree with the package `config`, then with the drop-in, and tells what each shows: tree after tree, as messages ask for them.
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { join, sep } = require('node:path');
const { createRequire } = Module;

const root = join(__dirname, '../../..');
/** Evaluated once, as nothing in it is of a tree. The package and the drop-in read theirs when they are loaded; each tree has a copy of the package. */
const kept = [join(root, 'node_modules', sep), join(root, 'ts/dist', sep)];
const dropIn = join(root, 'ts/dist/node-config', sep);
let load;
let paths;

// As ts-node, tsx and newer versions of Node do: types are taken out of what `require` loads.
Module._extensions['.ts'] = (module, file) => {
  const { code } = require('esbuild').transformSync(readFileSync(file, 'utf8'), { loader: 'ts', format: 'cjs' });
  module._compile(code, file);
};

/** A value with everything about it that JSON leaves out. */
function describe(value, seen = []) {
  if (value === undefined) return { undefined: true };
  if (typeof value === 'function') return { function: value.name, gives: value.length === 0 ? String(value()) : undefined };
  if (typeof value === 'number' && !Number.isFinite(value)) return { number: String(value) };
  if (Object.is(value, -0)) return { number: '-0' };
  if (typeof value === 'symbol' || typeof value === 'bigint') return { [typeof value]: String(value) };
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return { date: Number.isNaN(value.getTime()) ? 'invalid' : value.toISOString() };
  if (value instanceof RegExp) return { pattern: `${value.source}/${value.flags}` };
  if (Buffer.isBuffer(value)) return { buffer: [...value] };
  if (value instanceof Promise) return { promise: true };
  if (seen.includes(value)) return { circular: true };
  const inner = [...seen, value];
  if (Array.isArray(value)) return value.map((item) => describe(item, inner));
  return {
    table: Object.keys(value).map((key) => [key, describe(value[key], inner)]),
    // Frozen tables are views in the package, of which the constructor is bound; TOML's have no prototype there.
    class: (value.constructor?.name ?? 'Object').replace(/^(bound )?(ConfigClass)?/, (_, __, own) => (own ? 'Object' : '')),
  };
}

function attempt(action) {
  try {
    return { value: describe(action()) };
  } catch (error) {
    return { error: /Cannot assign|Cannot delete|not extensible|falsish|read only/.test(error.message) ? 'refused' : error.message };
  }
}

function probe(name) {
  const complaints = [];
  const { error } = console;
  console.error = (...parts) => complaints.push(parts.join(' ').split('\n')[0]);
  try {
    const config = load(name);
    const strict = (action) => attempt(() => Function('config', `'use strict'; ${action}`)(config));
    // The package forgets to make lists at the root immutable.
    const key = Object.keys(config).find((key) => !Array.isArray(config[key])) ?? 'absent';
    const shown = {
      object: attempt(() => config.util.toObject()),
      json: attempt(() => JSON.stringify(config)),
      before: describe({ ...config }),
      environment: ['NODE_ENV', 'NODE_CONFIG_ENV', 'NODE_APP_INSTANCE', 'HOSTNAME', 'CONFIG_DIR', 'NODE_CONFIG', 'nodeEnv'].map((name) =>
        attempt(() => config.util.getEnv(name)),
      ),
      sources: config.util.getConfigSources().map(({ name, original }) => [name, original]),
      has: paths.map((path) => attempt(() => config.has(path))),
      gets: paths.map((path) => attempt(() => config.get(path))),
      nested: paths.filter((path) => path.includes('.')).map((path) => attempt(() => config[path.split('.')[0]]?.get?.(path.split('.').slice(1).join('.')))),
      writes: [strict(`config[${JSON.stringify(key)}] = 1`), strict('config.added = 1'), strict(`delete config[${JSON.stringify(key)}]`)],
      deep: paths
        .filter((path) => path.includes('.'))
        .map((path) =>
          strict(
            `const above = config.get(${JSON.stringify(path.split('.').slice(0, -1).join('.'))}); if (Array.isArray(above)) above.push(1); else above.added = 1`,
          ),
        ),
      after: describe({ ...config }),
      again: attempt(() => config.util.loadFileConfigs()),
    };
    return { shown, complaints };
  } catch (error) {
    return { failed: true, message: error.message, code: error.code, complaints };
  } finally {
    console.error = error;
    delete Object.prototype.polluted;
  }
}

/** What both make of a tree, with its own directory, environment and arguments. */
function both({ cwd, env, argv, read }) {
  for (const file of Object.keys(require.cache)) {
    if (file.startsWith(dropIn) || !kept.some((start) => file.startsWith(start))) delete require.cache[file];
  }
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.argv.splice(2, Number.POSITIVE_INFINITY, ...argv);
  process.chdir(cwd);
  load = createRequire(join(cwd, sep));
  paths = read;
  const outcome = { real: probe('config'), ours: probe('superconfig/node-config') };
  // Windows removes no directory that a process is in.
  process.chdir(root);
  return outcome;
}

process.on('message', ({ id, ...tree }) => process.send({ id, outcome: both(tree) }));
