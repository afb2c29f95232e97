// `npm run bench`: everything on one machine, ours beside others. Each of the runs (`-- --runs N`, one without) goes through all suites five
// times in turn; a figure is the median of them all. A budget is held when the median of each run holds it, and `--check` fails where one is
// missed. `--quick` measures less, `--only reads,loads` measures some; neither keeps what it measured.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { requireRelease } from '../scripts/addon.mjs';
import { figure, judge, judgeGrowth } from './budgets.mjs';
import { here, spread } from './measure.mjs';
import { drawChart, drawGrowth, growthText, table, writeDocument } from './report.mjs';

const SUITES = ['reads', 'loads', 'parsing', 'boot', 'memory', 'growth', 'reload', 'rust'];
const USAGE = `usage: npm run bench -- [--runs N] [--check] [--quick] [--only ${SUITES.join(',')}]`;

/** What was asked for; ends the program where that cannot be meant. */
function asked() {
  try {
    const types = { check: { type: 'boolean' }, quick: { type: 'boolean' }, only: { type: 'string' }, runs: { type: 'string', default: '1' } };
    const { check = false, quick = false, only, runs } = parseArgs({ options: types }).values;
    if (!/^[1-9]\d?$/.test(runs)) throw new Error(`\`--runs ${runs}\` is no number from 1 to 99`);
    const suites = only?.split(',') ?? SUITES;
    const unknown = suites.find((suite) => !SUITES.includes(suite));
    if (unknown !== undefined) throw new Error(`there is no suite \`${unknown}\``);
    return { check, quick, suites, runs: Number(runs), isWhole: only === undefined };
  } catch (error) {
    process.stderr.write(`${error.message}\n${USAGE}\n`);
    process.exit(2);
  }
}

const { check, quick, suites, runs: count, isWhole } = asked();
requireRelease();
const ROUNDS = quick ? 2 : 5;

/** Runs of rounds of rows. */
const runs = [];
for (let run = 1; run <= count; run++) {
  const rounds = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const rows = suites.flatMap((suite) => {
      process.stderr.write(`run ${run} of ${count}, round ${round} of ${ROUNDS}: ${suite}\n`);
      const args = [join(here, 'suite.mjs'), suite, ...(quick ? ['--quick'] : [])];
      const output = execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
      return JSON.parse(output.trim().split('\n').at(-1));
    });
    rounds.push(rows);
  }
  runs.push(rounds);
}

const rounds = runs.flat();
const rows = rounds[0].map((row) => {
  const same = rounds.map((rows) => rows.find(({ id }) => id === row.id));
  const results = Object.fromEntries(Object.keys(row.results).map((name) => [name, spread(same.map(({ results }) => results[name]))]));
  return { ...row, results };
});
const [budgets, growth] = [judge(runs, isWhole), judgeGrowth(runs)];

for (const row of rows.filter(({ grows }) => grows === undefined)) process.stdout.write(`${table(row)}\n\n`);
process.stdout.write(growthText(rows, growth));
process.stdout.write(`Budgets: medians of ${ROUNDS} rounds in turn, with the least and the most\n`);
for (const { what, runs, limit, held } of budgets) {
  process.stdout.write(`  ${held ? '✓' : '✗'} ${what}: ${runs.map(figure).join(', ')}; at most ${figure(limit)}\n`);
}

const version = (name) => JSON.parse(readFileSync(join(here, '../node_modules', name, 'package.json'), 'utf8')).version;
const peers = [
  '@nestjs/config',
  'c12',
  'config',
  'convict',
  'cosmiconfig',
  'dotenv',
  'js-yaml',
  'lilconfig',
  'lodash.get',
  'nconf',
  'smol-toml',
  'tinybench',
  'yaml',
];
const machine = {
  processor: `${cpus()[0]?.model.trim()} (${cpus().length} cores)`,
  memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
  system: `${process.platform} ${process.arch}`,
  Node: process.version,
  ...Object.fromEntries(peers.map((name) => [name, version(name)])),
};
if (isWhole && !quick) {
  const results = join(here, 'results');
  const short = (_, value) => (typeof value === 'number' ? Number(value.toPrecision(5)) : value);
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, 'latest.json'), `${JSON.stringify({ machine, runs: count, rounds: ROUNDS, rows, budgets, growth }, short, 2)}\n`);
  writeFileSync(join(results, 'chart.svg'), await drawChart(rows));
  writeFileSync(join(results, 'growth.svg'), await drawGrowth(rows));
  writeDocument({ machine, runs: count, rounds: ROUNDS, rows, budgets, growth });
}
const judged = [...budgets, ...growth];
const missed = judged.filter(({ held }) => !held);
if (check && missed.length > 0) {
  const lines = missed.map(({ what, runs, limit }) => `\n  ${what}: ${runs.map(figure).join(', ')}; at most ${figure(limit)}`);
  process.stderr.write(`${missed.length} of ${judged.length} budgets are missed${lines.join('')}\n`);
  process.exit(1);
}
