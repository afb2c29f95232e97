// What may not be missed, as ratios within one run.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { here } from './measure.mjs';

const addon = join(here, '../npm/linux-x64-gnu/superconfig.linux-x64-gnu.node');

/** Each: what it says, the figure out of the rows by their ids, and the most it may be. */
export const BUDGETS = [
  ['`handle.value` / `Map.get`', ({ read }) => read['handle.value'] / read['Map.get'], 1],
  ['`config.get` / `Map.get`', ({ read }) => read['config.get'] / read['Map.get'], 1.5],
  ['`config.get` / node-config', ({ read }) => read['config.get'] / read['node-config'], 1 / 30],
  ['`config.get` / convict', ({ read }) => read['config.get'] / read.convict, 1 / 30],
  ['`config.current.a.b.c` / the same on a plain `{ current }`', ({ property }) => property['config.current'] / property['plain { current: tree }'], 1.6],
  ['first read after a reload, µs', (rows) => rows['first-read']['config.get'] / 1000, 1],
  ['handle operations, µs', ({ read }) => read['handle.value'] / 1000, 0.5],
  ['load of a small JSON file, µs', (rows) => rows['load-json'].superconfig / 1000, 30],
  ['load of a small TOML file, µs', (rows) => rows['load-toml'].superconfig / 1000, 30],
  ['load of two files and the environment / by hand', (rows) => rows['load-layers'].superconfig / rows['load-layers']['by hand'], 1],
  ['`reloadSync` with nothing changed / the `stat`s alone', ({ reload }) => reload.reloadSync / reload['two stats'], 2],
  ['first parse of YAML / js-yaml', (rows) => rows['cold-yaml'].superconfig / rows['cold-yaml']['js-yaml'], 1 / 8],
  ['first parse of YAML / yaml', (rows) => rows['cold-yaml'].superconfig / rows['cold-yaml'].yaml, 1 / 30],
  ['first parse of TOML / smol-toml', (rows) => rows['cold-toml'].superconfig / rows['cold-toml']['smol-toml'], 1 / 6],
  ['warm parse of YAML / js-yaml', (rows) => rows['warm-yaml'].superconfig / rows['warm-yaml']['js-yaml'], 1 / 1.3],
  ['warm parse of YAML / yaml', (rows) => rows['warm-yaml'].superconfig / rows['warm-yaml'].yaml, 1 / 12],
  ['warm parse of TOML / smol-toml', (rows) => rows['warm-toml'].superconfig / rows['warm-toml']['smol-toml'], 1 / 1.2],
  ['142 KB of JSON and ten keys / by hand', (rows) => rows['load-ten'].superconfig / rows['load-ten']['by hand'], 1],
  ['three such layers merged / by hand', (rows) => rows['load-merge'].superconfig / rows['load-merge']['by hand'], 1 / 1.5],
  ['boot, ms', ({ boot }) => boot.superconfig / 1e6, 5],
  ['boot / convict', ({ boot }) => boot.superconfig / boot.convict, 1],
  ['boot / lilconfig', ({ boot }) => boot.superconfig / boot['lilconfig, one file'], 1],
  ['boot / node-config', ({ boot }) => boot.superconfig / boot['node-config'], 1 / 2],
  ['a small handle, bytes', ({ memory }) => memory['a small handle'], 300],
  ['change on disk to `change`, p99, beyond the debounce, ms', ({ latency }) => (latency['main thread, p99'] - latency.debounce) / 1e6, 20],
  ['stripped addon, MB', () => statSync(addon).size / 1e6, 4],
];

/** Every budget with the figure of this run; `undefined` where its rows were not measured. */
export function judge(rows) {
  const results = Object.fromEntries(rows.map(({ id, results }) => [id, results]));
  return BUDGETS.flatMap(([what, figure, limit]) => {
    let value;
    try {
      value = figure(results);
    } catch {
      return [];
    }
    return Number.isFinite(value) ? [{ what, value, limit, held: value <= limit }] : [];
  });
}
