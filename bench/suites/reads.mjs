// What reading a value costs, in a process that has read it before.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { SuperConfig } from 'superconfig';
import { SMALL, small } from '../inputs.mjs';
import { reads } from '../measure.mjs';

const require = createRequire(import.meta.url);

// Two of each in turn: what is the same each time would be read once, before the loop.
const COPIES = 2;
const copies = (make) => Array.from({ length: COPIES }, (_, at) => make(at));

export async function measure({ scratch, quick }) {
  small(scratch);
  process.env.NODE_CONFIG_DIR = join(scratch, 'config');
  process.env.SUPPRESS_NO_CONFIG_WARNING = '1';
  const nodeConfig = require('config');
  require('reflect-metadata');
  const { ConfigService } = require('@nestjs/config');
  const convict = require('convict');
  const nconf = require('nconf');
  const get = require('lodash.get');

  const shape = { server: { limits: { timeoutSeconds: { format: 'int', default: 30 } } } };
  const objects = copies(() => structuredClone(SMALL));
  const trees = objects.map((current) => ({ current }));
  const maps = copies(
    () =>
      new Map([
        ['server.limits.timeoutSeconds', 30],
        ['server.port', 8080],
        ['log.level', 'info'],
      ]),
  );
  const configs = copies(() => SuperConfig.builder().defaults(SMALL).loadSync());
  const handles = configs.map((config) => config.handle('server.limits.timeoutSeconds'));
  const convicts = copies(() => convict(shape));
  const nconfs = copies(() => new nconf.Provider().defaults(structuredClone(SMALL)));
  const nests = copies(() => new ConfigService(structuredClone(SMALL)));

  const rows = await reads(
    {
      'plain object': (times) => {
        let sum = 0;
        for (let at = 0; at < times; at++) sum += objects[at & 1].server.limits.timeoutSeconds;
        return sum;
      },
      'plain { current: tree }': (times) => {
        let sum = 0;
        for (let at = 0; at < times; at++) sum += trees[at & 1].current.server.limits.timeoutSeconds;
        return sum;
      },
      'Map.get': (times) => {
        let sum = 0;
        for (let at = 0; at < times; at++) sum += maps[at & 1].get('server.limits.timeoutSeconds');
        return sum;
      },
      'handle.value': (times) => {
        let sum = 0;
        for (let at = 0; at < times; at++) sum += handles[at & 1].value;
        return sum;
      },
      'config.get': (times) => {
        let sum = 0;
        for (let at = 0; at < times; at++) sum += configs[at & 1].get('server.limits.timeoutSeconds');
        return sum;
      },
      'config.current': (times) => {
        let sum = 0;
        for (let at = 0; at < times; at++) sum += configs[at & 1].current.server.limits.timeoutSeconds;
        return sum;
      },
      'lodash.get': (times) => {
        let sum = 0;
        for (let at = 0; at < times; at++) sum += get(objects[at & 1], 'server.limits.timeoutSeconds');
        return sum;
      },
      '@nestjs/config': (times) => {
        let sum = 0;
        for (let at = 0; at < times; at++) sum += nests[at & 1].get('server.limits.timeoutSeconds');
        return sum;
      },
      'node-config': (times) => {
        let sum = 0;
        for (let at = 0; at < times; at++) sum += nodeConfig.get('server.limits.timeoutSeconds');
        return sum;
      },
      convict: (times) => {
        let sum = 0;
        for (let at = 0; at < times; at++) sum += convicts[at & 1].get('server.limits.timeoutSeconds');
        return sum;
      },
      nconf: (times) => {
        let sum = 0;
        for (let at = 0; at < times; at++) sum += nconfs[at & 1].get('server:limits:timeoutSeconds');
        return sum;
      },
    },
    quick,
  );
  for (const config of configs) config.close();
  return [
    { id: 'read', title: 'Read one number three levels deep', unit: 'ns', ours: ['handle.value', 'config.get', 'config.current'], results: rows },
    { id: 'first-read', title: 'First read of a path after a reload', unit: 'ns', ours: ['config.get'], results: firstRead() },
  ];
}

/** The first read of each of a thousand paths after a version has changed. */
function firstRead() {
  const tree = { tick: 0, values: Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`key${at}`, at])) };
  let tick = 0;
  const config = SuperConfig.builder()
    .defaults(tree)
    .source({ name: 'tick', load: () => ({ tick: ++tick }) })
    .loadSync();
  const paths = Object.keys(tree.values).map((key) => `values.${key}`);
  const samples = [];
  for (let round = 0; round < 40; round++) {
    config.reloadSync();
    const start = process.hrtime.bigint();
    for (const path of paths) config.get(path);
    samples.push(Number(process.hrtime.bigint() - start) / paths.length);
  }
  config.close();
  return { 'config.get': samples.sort((one, other) => one - other)[20] };
}
