// The memory of a process for each configuration that it keeps: `node --expose-gc memory.mjs NAME DIRECTORY` prints bytes of memory that is
// resident, whoever asked for it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { LOCAL, merge, SMALL, small } from './inputs.mjs';

const require = createRequire(import.meta.url);
const [name, directory] = process.argv.slice(2);
const paths = ['default', 'local'].map((file) => join(directory, `config/${file}.json`));
const [FIRST, COUNT] = [200, 5000];

async function superconfig() {
  const { SuperConfig } = await import('superconfig');
  return (files = paths) => files.reduce((builder, path) => builder.file(path), SuperConfig.builder()).loadSync();
}

const contenders = {
  superconfig,
  'superconfig, `current` read': async () => {
    const load = await superconfig();
    return () => {
      const config = load();
      if (config.current.server.port !== LOCAL.server.port) throw new Error('it was not read');
      return config;
    };
  },
  'superconfig, files of its own': async () => {
    const load = await superconfig();
    const places = Array.from({ length: FIRST + COUNT }, (_, at) => join(directory, 'own', String(at)));
    for (const place of places) small(place);
    return () => {
      const place = places.pop();
      return load(['default', 'local'].map((file) => join(place, `config/${file}.json`)));
    };
  },
  'by hand': () => () => paths.map((path) => JSON.parse(readFileSync(path, 'utf8'))).reduce(merge),
  convict: () => {
    const convict = require('convict');
    const shape = (tree) =>
      Object.fromEntries(
        Object.entries(tree).map(([key, value]) => [key, typeof value === 'object' && !Array.isArray(value) ? shape(value) : { format: '*', default: null }]),
      );
    const schema = shape(SMALL);
    return () => convict(schema).loadFile(paths).validate();
  },
  nconf: () => {
    const nconf = require('nconf');
    return () => new nconf.Provider().file('local', paths[1]).file('default', paths[0]);
  },
  'node-config': () => {
    process.env.SUPPRESS_NO_CONFIG_WARNING = '1';
    const { Load } = require('config/lib/util.js');
    return () => new Load({ configDir: join(directory, 'config'), nodeEnv: ['production'] }).scan();
  },
};

const load = await contenders[name]();
const keep = (count) => Array.from({ length: count }, () => load());
const resident = () => {
  for (let time = 0; time < 3; time++) globalThis.gc();
  return process.memoryUsage.rss();
};
const first = keep(FIRST);
const before = resident();
const kept = keep(COUNT);
const after = resident();
// Both are alive up to here.
if (first.length + kept.length !== COUNT + FIRST) throw new Error('they are gone');
process.stdout.write(`${Math.round((after - before) / COUNT)}\n`);
process.exit(0);
