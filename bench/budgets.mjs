// Budgets that may not be missed, as ratios within one round where that is possible.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { file, folder } from '../scripts/addon.mjs';
import { root } from '../scripts/platforms/platforms.mjs';
import { exponents, here, spread } from './measure.mjs';

const addon = join(root, folder, file);
const instructions = (path) => JSON.parse(readFileSync(join(here, 'results/instructions.json'), 'utf8'))[path];

/** Why a start takes longer than it may. */
const START =
  'the row of a package of nothing with the addon opened, two files read and the facade compiled says what no start can be less than; the first load is the rest';

const rust = (rows) => rows['rust-read'];

/** Each: what it says, the figure out of the results of one round by the ids of their rows, the most it may be, and why where it is known to be more. */
export const BUDGETS = [
  ['`handle.value` / `Map.get`', ({ read }) => read['handle.value'] / read['Map.get'], 1],
  ['`config.get` / `Map.get`', ({ read }) => read['config.get'] / read['Map.get'], 1.5],
  ['`config.get` / node-config', ({ read }) => read['config.get'] / read['node-config'], 1 / 30],
  ['`config.get` / convict', ({ read }) => read['config.get'] / read.convict, 1 / 30],
  [
    '`config.current.a.b.c` / the same on a plain `{ current }`',
    ({ property }) => property['config.current'] / property['plain { current: tree }'],
    1.4,
    'finding out whether the version still holds is one look at a word that the addon sets, and one at the shape of the tree, which a plain object has not',
  ],
  ['first read after a reload, µs', (rows) => rows['first-read']['config.get'] / 1000, 1],
  ['handle operations, µs', ({ read }) => read['handle.value'] / 1000, 0.5],
  ['load of a small JSON file, µs', (rows) => rows['load-json'].superconfig / 1000, 30],
  ['load of a small TOML file, µs', (rows) => rows['load-toml'].superconfig / 1000, 30],
  ['load of two files and the environment / by hand', (rows) => rows['load-layers'].superconfig / rows['load-layers']['by hand'], 1],
  [
    'load of two files and the environment / by hand, lean',
    (rows) => rows['load-layers'].superconfig / rows['load-layers']['by hand, lean'],
    0.9,
    'both make the same eight system calls, 12 µs of the 30 of the other, and have Node name all variables; what is left is parsing, merging and the origin of every value',
  ],
  [
    'load of a small JSON file / by hand',
    (rows) => rows['load-json'].superconfig / rows['load-json']['by hand'],
    1.3,
    'four system calls on a file that was never read are more than half of what the other takes',
  ],
  [
    'load of a small TOML file / smol-toml by hand',
    (rows) => rows['load-toml'].superconfig / rows['load-toml']['smol-toml by hand'],
    0.9,
    'a floor engine of `npm run bench:floor` that keeps texts, options, layers and status, and knows no profiles, secrets, origins or watching, takes all of the budget; half of that are four system calls on a file that was never read',
  ],
  ['`reloadSync` with nothing changed / the `stat`s alone', ({ reload }) => reload.reloadSync / reload['two stats'], 1.5],
  ['first parse of YAML / js-yaml', (rows) => rows['cold-yaml'].superconfig / rows['cold-yaml']['js-yaml'], 1 / 10],
  [
    'first parse of YAML / yaml',
    (rows) => rows['cold-yaml'].superconfig / rows['cold-yaml'].yaml,
    1 / 40,
    'of 2.8 ms 2.1 are the engine, four fifths of that the scanner of a library, and 0.7 V8 making the objects',
  ],
  ['first parse of TOML / smol-toml', (rows) => rows['cold-toml'].superconfig / rows['cold-toml']['smol-toml'], 1 / 8],
  ['warm parse of YAML / js-yaml', (rows) => rows['warm-yaml'].superconfig / rows['warm-yaml']['js-yaml'], 1 / 2],
  ['warm parse of YAML / yaml', (rows) => rows['warm-yaml'].superconfig / rows['warm-yaml'].yaml, 1 / 12],
  ['warm parse of TOML / smol-toml', (rows) => rows['warm-toml'].superconfig / rows['warm-toml']['smol-toml'], 1 / 1.5],
  ['warm `parse` of 142 KB of JSON / `JSON.parse`', (rows) => rows['warm-json'].superconfig / rows['warm-json']['JSON.parse'], 1.3],
  ['warm `parse` of 1 MB of JSON / `JSON.parse`', (rows) => rows['warm-megabyte'].superconfig / rows['warm-megabyte']['JSON.parse'], 1.3],
  ['142 KB of JSON and ten keys / by hand', (rows) => rows['load-ten'].superconfig / rows['load-ten']['by hand'], 0.8],
  ['three such layers merged / by hand', (rows) => rows['load-merge'].superconfig / rows['load-merge']['by hand'], 1 / 1.5],
  ['start by `import`, ms', ({ boot }) => boot.superconfig / 1e6, 4, START],
  ['start by `require`, ms', (rows) => rows['boot-required'].superconfig / 1e6, 4, START],
  ['start by `import` / dotenv', ({ boot }) => boot.superconfig / boot.dotenv, 1, START],
  ['start by `require` / dotenv', (rows) => rows['boot-required'].superconfig / rows['boot-required'].dotenv, 1, START],
  ['start by `import` / lilconfig', ({ boot }) => boot.superconfig / boot['lilconfig, one file'], 1, START],
  ['start by `require` / lilconfig', (rows) => rows['boot-required'].superconfig / rows['boot-required']['lilconfig, one file'], 1, START],
  ['start by `import` / convict', ({ boot }) => boot.superconfig / boot.convict, 1],
  ['start by `import` / node-config', ({ boot }) => boot.superconfig / boot['node-config'], 1 / 2],
  // 60 and 100 ms beyond a Node that takes 40: as ratios, so that they hold on a slower machine too.
  ['superconfig --help / bare Node', ({ cli }) => cli['--help'] / cli['bare Node'], 2.5],
  ['superconfig get / bare Node', ({ cli }) => cli.get / cli['bare Node'], 3.5],
  ['a small handle, bytes', ({ memory }) => memory['a small handle'], 300],
  ['change on disk to `change`, p99, beyond the debounce, ms', ({ latency }) => (latency['main thread, p99'] - latency.debounce) / 1e6, 20],
  ['resident memory of a small configuration that is kept, bytes', (rows) => rows['memory-loaded'].superconfig, 4000],
  // 20 % below what it once took.
  ['merging three layers, instructions', () => instructions('merge of three layers'), 317_621],
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
    'the two cores belong to a machine that others use too: each run gives another figure, from less than one to 1.7',
  ],
  [
    'stripped addon, MB',
    () => statSync(addon).size / 1e6,
    4,
    'a checkout builds it with the backtraces of std; what is published has none, and is some 250 KB smaller',
  ],
];

/** Nothing may grow faster than n log n: of all sizes together, and from any one to the next, where caches are left behind too. */
const GROWTH = { fit: 1.1, steepest: 1.3 };

/** What the runs say of a figure, each by the median of its rounds. */
function judged(what, take, limit, runs) {
  const figures = runs.map((rounds) => spread(rounds.map(take)));
  return { what, limit, held: figures.every(({ median }) => median <= limit), runs: figures };
}

/** Every budget with its figures, or where the runs were not whole those that something was measured of. What was not measured is missed. */
export function judge(runs, isWhole) {
  return BUDGETS.flatMap(([what, figure, limit, why]) => {
    const take = (rows) => {
      try {
        const value = figure(Object.fromEntries(rows.map(({ id, results }) => [id, results])));
        return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
      } catch {
        return Number.POSITIVE_INFINITY;
      }
    };
    if (!isWhole && runs.flat().every((rows) => take(rows) === Number.POSITIVE_INFINITY)) return [];
    const verdict = judged(what, take, limit, runs);
    return [{ ...verdict, ...(!verdict.held && why !== undefined && { why }) }];
  });
}

/** Every curve of a cost of ours with its exponents. */
export function judgeGrowth(runs) {
  return runs[0][0]
    .filter(({ grows, ours }) => grows !== undefined && ours.length > 0)
    .flatMap(({ id, title, grows }) =>
      Object.entries(GROWTH).map(([kind, limit]) => {
        const what = `${title}: ${kind === 'fit' ? 'exponent' : 'steepest step'} with ${grows}`;
        return { id, kind, ...judged(what, (rows) => exponents(rows.find((row) => row.id === id).results)[kind], limit, runs) };
      }),
    );
}

/** A figure of a budget as text, with its spread where it has one. */
export function figure(value) {
  if (typeof value === 'number') return value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
  const { median, least, most } = value;
  return least === most ? figure(median) : `${figure(median)} (${figure(least)} – ${figure(most)})`;
}
