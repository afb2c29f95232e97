// Costs of reading a value, in a process that has read it before.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { SuperConfig } from 'superconfig';
import { SMALL } from '../inputs.mjs';
import { reads } from '../measure.mjs';

const require = createRequire(import.meta.url);

const copies = (make) => [make(), make()];

/** As many paths as a program reads in turn: who reads the same one again and again finds what no service does. */
const SECTIONS = 64;
const LAST = SECTIONS - 1;

export async function measure({ scratch, quick }) {
  const sections = Array.from({ length: SECTIONS }, (_, at) => `section${at}`);
  const tree = Object.fromEntries(sections.map((name, at) => [name, { limits: { timeoutSeconds: at, bodyBytes: 1_048_576 }, level: 'info' }]));
  const paths = sections.map((name) => `${name}.limits.timeoutSeconds`);
  mkdirSync(join(scratch, 'config'));
  writeFileSync(join(scratch, 'config/default.json'), JSON.stringify(tree));
  process.env.NODE_CONFIG_DIR = join(scratch, 'config');
  process.env.SUPPRESS_NO_CONFIG_WARNING = '1';
  const nodeConfig = require('config');
  require('reflect-metadata');
  const { ConfigService } = require('@nestjs/config');
  const convict = require('convict');
  const nconf = require('nconf');
  const get = require('lodash.get');

  const config = SuperConfig.builder().defaults(tree).loadSync();
  const handles = paths.map((path) => config.handle(path));
  const map = new Map(paths.map((path, at) => [path, at]));
  const property = { format: 'int', default: 0 };
  const convicted = convict(Object.fromEntries(sections.map((name) => [name, { limits: { timeoutSeconds: property, bodyBytes: property } }])));
  convicted.load(Object.fromEntries(sections.map((name) => [name, { limits: tree[name].limits }])));
  const provider = new nconf.Provider().defaults(structuredClone(tree));
  const colons = paths.map((path) => path.replaceAll('.', ':'));
  const nest = new ConfigService(structuredClone(tree));

  // A loop for each, so that no call is shared and none is seen from two sides.
  const byPath = {
    'Map.get': (times) => {
      let sum = 0;
      for (let at = 0; at < times; at++) sum += map.get(paths[at & LAST]);
      return sum;
    },
    'handle.value': (times) => {
      let sum = 0;
      for (let at = 0; at < times; at++) sum += handles[at & LAST].value;
      return sum;
    },
    'config.get': (times) => {
      let sum = 0;
      for (let at = 0; at < times; at++) sum += config.get(paths[at & LAST]);
      return sum;
    },
    'lodash.get': (times) => {
      let sum = 0;
      for (let at = 0; at < times; at++) sum += get(tree, paths[at & LAST]);
      return sum;
    },
    '@nestjs/config': (times) => {
      let sum = 0;
      for (let at = 0; at < times; at++) sum += nest.get(paths[at & LAST]);
      return sum;
    },
    'node-config': (times) => {
      let sum = 0;
      for (let at = 0; at < times; at++) sum += nodeConfig.get(paths[at & LAST]);
      return sum;
    },
    convict: (times) => {
      let sum = 0;
      for (let at = 0; at < times; at++) sum += convicted.get(paths[at & LAST]);
      return sum;
    },
    nconf: (times) => {
      let sum = 0;
      for (let at = 0; at < times; at++) sum += provider.get(colons[at & LAST]);
      return sum;
    },
  };

  // Two of each in turn: what is the same each time would be read once, before the loop.
  const objects = copies(() => structuredClone(SMALL));
  const trees = objects.map((current) => ({ current }));
  const configs = copies(() => SuperConfig.builder().defaults(SMALL).loadSync());
  const ports = configs.map((config) => config.handle('server.limits.timeoutSeconds'));
  const asProperty = {
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
    'config.current': (times) => {
      let sum = 0;
      for (let at = 0; at < times; at++) sum += configs[at & 1].current.server.limits.timeoutSeconds;
      return sum;
    },
    'handle.value': (times) => {
      let sum = 0;
      for (let at = 0; at < times; at++) sum += ports[at & 1].value;
      return sum;
    },
  };
  for (const tasks of [byPath, asProperty]) assert.equal(new Set(Object.values(tasks).map((loop) => loop(640))).size, 1);

  const rows = [
    {
      id: 'read',
      title: `Read a number three levels deep by its path, ${SECTIONS} paths in turn`,
      unit: 'ns',
      ours: ['handle.value', 'config.get'],
      results: await reads(byPath, quick),
    },
    {
      id: 'property',
      title: 'Read a number three levels deep as a property',
      unit: 'ns',
      ours: ['config.current', 'handle.value'],
      results: await reads(asProperty, quick),
    },
    { id: 'first-read', title: 'First read of a path after a reload', unit: 'ns', ours: ['config.get'], results: firstRead() },
  ];
  for (const one of [config, ...configs]) one.close();
  return rows;
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
