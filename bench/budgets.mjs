// Budgets that may not be missed, as ratios within one run.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { file, folder } from '../scripts/addon.mjs';
import { root } from '../scripts/platforms/platforms.mjs';

const addon = join(root, folder, file);

const rust = (rows) => rows['rust-read'];

/** Each: what it says, the figure out of the rows by their ids, the most it may be, and why where it is known to be more. */
export const BUDGETS = [
  ['`handle.value` / `Map.get`', ({ read }) => read['handle.value'] / read['Map.get'], 1],
  ['`config.get` / `Map.get`', ({ read }) => read['config.get'] / read['Map.get'], 1.5],
  ['`config.get` / node-config', ({ read }) => read['config.get'] / read['node-config'], 1 / 30],
  ['`config.get` / convict', ({ read }) => read['config.get'] / read.convict, 1 / 30],
  [
    '`config.current.a.b.c` / the same on a plain `{ current }`',
    ({ property }) => property['config.current'] / property['plain { current: tree }'],
    1.6,
    'finding out whether the version still holds is one look at memory that the addon shares, which the processor has to do and a plain object has not',
  ],
  ['first read after a reload, µs', (rows) => rows['first-read']['config.get'] / 1000, 1],
  ['handle operations, µs', ({ read }) => read['handle.value'] / 1000, 0.5],
  ['load of a small JSON file, µs', (rows) => rows['load-json'].superconfig / 1000, 30],
  ['load of a small TOML file, µs', (rows) => rows['load-toml'].superconfig / 1000, 30],
  ['load of two files and the environment / by hand', (rows) => rows['load-layers'].superconfig / rows['load-layers']['by hand'], 1],
  ['`reloadSync` with nothing changed / the `stat`s alone', ({ reload }) => reload.reloadSync / reload['two stats'], 2],
  ['first parse of YAML / js-yaml', (rows) => rows['cold-yaml'].superconfig / rows['cold-yaml']['js-yaml'], 1 / 8],
  ['first parse of YAML / yaml', (rows) => rows['cold-yaml'].superconfig / rows['cold-yaml'].yaml, 1 / 30],
  [
    'first parse of TOML / smol-toml',
    (rows) => rows['cold-toml'].superconfig / rows['cold-toml']['smol-toml'],
    1 / 6,
    'a quarter of the time is V8 making the objects out of JSON text; the rest is the parser, with no one place that costs most',
  ],
  ['warm parse of YAML / js-yaml', (rows) => rows['warm-yaml'].superconfig / rows['warm-yaml']['js-yaml'], 1 / 1.3],
  ['warm parse of YAML / yaml', (rows) => rows['warm-yaml'].superconfig / rows['warm-yaml'].yaml, 1 / 12],
  [
    'warm parse of TOML / smol-toml',
    (rows) => rows['warm-toml'].superconfig / rows['warm-toml']['smol-toml'],
    1 / 1.2,
    'a third of the time is V8 making the objects out of JSON text, and smol-toml, once it is compiled, makes them as it reads',
  ],
  ['142 KB of JSON and ten keys / by hand', (rows) => rows['load-ten'].superconfig / rows['load-ten']['by hand'], 1],
  ['three such layers merged / by hand', (rows) => rows['load-merge'].superconfig / rows['load-merge']['by hand'], 1 / 1.5],
  ['boot, ms', ({ boot }) => boot.superconfig / 1e6, 5, 'four fifths are the import alone, which is Node finding the package and V8 compiling the facade'],
  ['boot / convict', ({ boot }) => boot.superconfig / boot.convict, 1],
  ['boot / lilconfig', ({ boot }) => boot.superconfig / boot['lilconfig, one file'], 1],
  ['boot / node-config', ({ boot }) => boot.superconfig / boot['node-config'], 1 / 2],
  // 60 and 100 ms beyond a Node that takes 40: as ratios, so that they hold on a slower machine too.
  ['superconfig --help / bare Node', ({ cli }) => cli['--help'] / cli['bare Node'], 2.5],
  ['superconfig get / bare Node', ({ cli }) => cli.get / cli['bare Node'], 3.5],
  ['a small handle, bytes', ({ memory }) => memory['a small handle'], 300],
  ['change on disk to `change`, p99, beyond the debounce, ms', ({ latency }) => (latency['main thread, p99'] - latency.debounce) / 1e6, 20],
  ['Rust: read by handle / `ArcSwap::load`', (rows) => rust(rows).handle / rust(rows)['ArcSwap::load, for comparison'], 1.4],
  ['Rust: read by handle, ns', (rows) => rust(rows).handle, 20],
  ['Rust: read by cached handle, ns', (rows) => rust(rows)['cached handle'], 2],
  ['Rust: read by id / `DashMap::get`', (rows) => rust(rows)['by id'] / rust(rows)['DashMap::get, for comparison'], 2],
  ['Rust: read by id, ns', (rows) => rust(rows)['by id'], 55],
  ['Rust: update by id, ns', (rows) => rows['rust-write']['update by id'], 200],
  ['Rust: insert and remove, ns', (rows) => rows['rust-write']['insert and remove'], 400],
  [
    'Rust: a read while another thread reads too / alone (1.8 times as many reads in all)',
    (rows) => rust(rows)['handle, 2 threads, a read of each'] / rust(rows)['handle, 1 threads, a read of each'],
    2 / 1.8,
  ],
  ['stripped addon, MB', () => statSync(addon).size / 1e6, 4],
];

/** Every budget with the figure of this run; `undefined` where its rows were not measured. */
export function judge(rows) {
  const results = Object.fromEntries(rows.map(({ id, results }) => [id, results]));
  return BUDGETS.flatMap(([what, figure, limit, why]) => {
    let value;
    try {
      value = figure(results);
    } catch {
      return [];
    }
    return Number.isFinite(value) ? [{ what, value, limit, held: value <= limit, ...(value > limit && why !== undefined && { why }) }] : [];
  });
}
