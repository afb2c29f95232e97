// Costs of loading files that the process has never read before; all peers load the same files to the same values.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { SuperConfig } from 'superconfig';
import { LOCAL, mapped, merge, pick, SMALL, setEnvironment, small, TEXTS } from '../inputs.mjs';
import { calls, fresh } from '../measure.mjs';
import { SMALL_LOADS } from '../small-loads.mjs';

const require = createRequire(import.meta.url);
const { 'one small TOML file': oneToml, 'one small JSON file': oneJson, 'two files and 77 variables': twoFiles } = SMALL_LOADS;

/** How many variables there are: some more than `npm run` gives to a program, and as in a bare container. Who is quicker depends on it. */
const [VARIABLES_USUAL, VARIABLES_FEW] = [77, 10];

export async function measure({ scratch, quick }) {
  // What node-config reads when it is imported.
  process.env.NODE_CONFIG_DIR = join(scratch, 'none');
  process.env.SUPPRESS_NO_CONFIG_WARNING = '1';
  const { Load } = require('config/lib/util.js');
  const convict = require('convict');
  const nconf = require('nconf');
  const { cosmiconfigSync } = require('cosmiconfig');
  const { lilconfigSync } = require('lilconfig');
  const { loadConfig: loadC12 } = await import('c12');
  setEnvironment(VARIABLES_USUAL);
  const count = quick ? 80 : 200;

  /** Directories that nobody has read, for each tool its own. */
  const prepared = (kind, tasks, make, rounds) => {
    const directory = (name, round) => join(scratch, kind, name.replaceAll(/\W/g, '-'), String(round));
    for (const name of Object.keys(tasks)) for (let round = 0; round < rounds; round++) make(directory(name, round));
    return Array.from({ length: rounds }, (_, round) => (name) => directory(name, round));
  };
  const json = (path) => JSON.parse(readFileSync(path, 'utf8'));
  const shape = {
    server: {
      host: { format: String, default: '' },
      port: { format: 'port', default: 0, env: 'APP_SERVER__PORT' },
      limits: { timeoutSeconds: { format: 'int', default: 0 }, bodyBytes: { format: 'int', default: 0 } },
    },
    log: { level: { format: String, default: '', env: 'APP_LOG__LEVEL' }, json: { format: Boolean, default: false } },
    features: { format: Array, default: [] },
  };
  /** What node-config does when it is imported, for a directory of choice. */
  const nodeConfig = (configDir) => new Load({ configDir, nodeEnv: ['production'], skipConfigSources: true }).scan();
  const variables = {
    separator: '__',
    parseValues: true,
    transform: ({ key, value }) => key.startsWith('APP_') && { key: key.slice('APP_'.length).toLowerCase(), value },
  };
  const readC12 = async (cwd, configFile, defaults) =>
    (await loadC12({ cwd: join(cwd, 'config'), configFile, rcFile: false, globalRc: false, dotenv: false, packageJson: false, defaults })).config;
  const layered = {
    superconfig: twoFiles.load(SuperConfig),
    'by hand': (cwd) => pick('APP_', merge(json(join(cwd, 'config/default.json')), json(join(cwd, 'config/local.json')))),
    'by hand, lean': twoFiles.byHand,
    'node-config': (cwd) => nodeConfig(join(cwd, 'config')),
    convict: (cwd) =>
      convict(shape)
        .loadFile([join(cwd, 'config/default.json'), join(cwd, 'config/local.json')])
        .validate(),
    nconf: (cwd) => new nconf.Provider().env(variables).file('local', join(cwd, 'config/local.json')).file('default', join(cwd, 'config/default.json')),
    // It types no variables.
    c12: async (cwd) => pick('APP_', await readC12(cwd, 'local', await readC12(cwd, 'default'))),
  };
  const one = {
    superconfig: oneJson.load(SuperConfig),
    'by hand': oneJson.byHand,
    'node-config': (cwd) => nodeConfig(join(cwd, 'one')),
    convict: (cwd) => convict(shape).loadFile(join(cwd, 'one.json')).validate(),
    nconf: (cwd) => new nconf.Provider().file(join(cwd, 'one.json')),
    c12: (cwd) => loadC12({ cwd, configFile: 'one', rcFile: false, globalRc: false, dotenv: false, packageJson: false }),
    cosmiconfig: (cwd) => cosmiconfigSync('app').load(join(cwd, 'one.json')),
    lilconfig: (cwd) => lilconfigSync('app').load(join(cwd, 'one.json')),
  };
  // All give the same, or the figures mean nothing.
  const tree = (name, loaded) => {
    if (name === 'superconfig') return loaded.current;
    if (name === 'convict') return loaded.getProperties();
    if (name === 'nconf') return Object.fromEntries(Object.keys(SMALL).map((key) => [key, loaded.get(key)]));
    return structuredClone(loaded.config ?? loaded);
  };
  const below = merge(SMALL, LOCAL);
  const wanted = merge(below, { server: { port: 9100 }, log: { level: 'warn' } });
  for (const [tasks, make, expected] of [
    [layered, mapped, wanted],
    [one, small, below],
  ]) {
    const [directory] = prepared('check', { check: 0 }, make, 1);
    for (const [name, task] of Object.entries(tasks)) {
      // What convict has no file for, it takes from the environment.
      const isLayered = tasks === layered || name === 'convict';
      assert.deepEqual(tree(name, await task(directory('check'))), isLayered ? wanted : expected, name);
    }
  }

  const toml = {
    superconfig: oneToml.load(SuperConfig),
    'smol-toml by hand': oneToml.byHand,
  };
  const three = {
    superconfig: (cwd) => SuperConfig.builder({ cwd }).file('config/default.json').file('config/local.json').dotenv().env('APP').loadSync(),
    'by hand with dotenv': (cwd) => {
      const merged = merge(json(join(cwd, 'config/default.json')), json(join(cwd, 'config/local.json')));
      const variables = require('dotenv').parse(readFileSync(join(cwd, '.env'), 'utf8'));
      for (const [name, text] of Object.entries(variables)) merged.log[name.split('__')[1].toLowerCase()] = text;
      return pick('APP_', merged);
    },
  };
  const text = TEXTS.json();
  const big = (directory) => {
    mkdirSync(directory, { recursive: true });
    for (const name of ['a', 'b', 'c']) writeFileSync(join(directory, `${name}.json`), text);
  };
  const keys = Array.from({ length: 10 }, (_, at) => `services.service${at * 20}.limits.timeoutSeconds`);
  const ten = {
    superconfig: (cwd) => {
      const config = SuperConfig.builder({ cwd }).file('a.json').loadSync();
      for (const key of keys) config.get(key);
      return config;
    },
    'by hand': (cwd) => {
      const tree = json(join(cwd, 'a.json'));
      for (const key of keys) key.split('.').reduce((at, name) => at[name], tree);
    },
  };
  const layers = {
    superconfig: (cwd) => {
      const config = SuperConfig.builder({ cwd }).file('a.json').file('b.json').file('c.json').loadSync();
      for (const key of keys) config.get(key);
      return config;
    },
    'by hand': (cwd) => {
      const tree = ['a', 'b', 'c'].map((name) => json(join(cwd, `${name}.json`))).reduce(merge);
      for (const key of keys) key.split('.').reduce((at, name) => at[name], tree);
    },
  };
  const measured = (kind, tasks, make, limit = count) => fresh(tasks, prepared(kind, tasks, make, limit));
  const ours = ['superconfig'];
  const measuredWithFew = async () => {
    const { superconfig, 'by hand': byHand, 'by hand, lean': lean } = layered;
    setEnvironment(VARIABLES_FEW);
    const results = await measured('few', { superconfig, 'by hand': byHand, 'by hand, lean': lean }, mapped);
    setEnvironment(VARIABLES_USUAL);
    return results;
  };
  return [
    {
      id: 'load-layers',
      title: `Load two small JSON files and an environment of ${VARIABLES_USUAL} variables, never read before`,
      unit: 'ns',
      ours,
      results: await measured('layers', layered, mapped),
    },
    { id: 'load-few', title: `The same with an environment of ${VARIABLES_FEW} variables`, unit: 'ns', ours, results: await measuredWithFew() },
    { id: 'load-json', title: 'Load one small JSON file, never read before', unit: 'ns', ours, results: await measured('json', one, small) },
    { id: 'load-toml', title: 'Load one small TOML file, never read before', unit: 'ns', ours, results: await measured('toml', toml, small) },
    { id: 'load-three', title: 'Load two small JSON files, .env and the environment', unit: 'ns', ours, results: await measured('three', three, small) },
    { id: 'load-ten', title: 'Load 142 KB of JSON and read ten keys', unit: 'ns', ours, results: await measured('ten', ten, big, 60) },
    { id: 'load-merge', title: 'Merge three layers of 142 KB of JSON and read ten keys', unit: 'ns', ours, results: await measured('merge', layers, big, 40) },
    {
      id: 'reload',
      title: 'Reload two files that did not change',
      unit: 'ns',
      ours: ['reloadSync'],
      results: await unchanged(prepared('unchanged', { unchanged: 0 }, small, 1)[0]('unchanged'), quick),
    },
  ];
}

function unchanged(cwd, quick) {
  const config = SuperConfig.builder({ cwd }).file('config/default.json').file('config/local.json').loadSync();
  const paths = ['config/default.json', 'config/local.json'].map((name) => join(cwd, name));
  return calls(
    {
      reloadSync: () => config.reloadSync(),
      'two stats': () => paths.map((path) => statSync(path)),
    },
    quick,
  );
}
