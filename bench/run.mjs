// `npm run bench`: everything in one run on one machine, ours beside others. `-- --check` fails where a budget is missed, `--quick`
// measures less, `--only reads,loads` measures some.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { requireRelease } from '../scripts/addon.mjs';
import { judge } from './budgets.mjs';
import { here } from './measure.mjs';
import { drawChart, table, writeDocument } from './report.mjs';

requireRelease();
const { values: given } = parseArgs({ options: { check: { type: 'boolean' }, quick: { type: 'boolean' }, only: { type: 'string' } } });
const SUITES = ['reads', 'loads', 'parsing', 'boot', 'growth', 'reload', 'rust'];
const suites = given.only?.split(',') ?? SUITES;

if (process.env.SUPERCONFIG_BENCH_SUITE !== undefined) {
  // One suite in a process of its own, so that none leaves its mark on another.
  const { measure } = await import(`./suites/${process.env.SUPERCONFIG_BENCH_SUITE}.mjs`);
  const scratch = mkdtempSync(join(tmpdir(), 'superconfig-bench-'));
  const rows = await measure({ scratch, quick: given.quick === true });
  rmSync(scratch, { recursive: true });
  process.stdout.write(`\n${JSON.stringify(rows)}\n`);
  process.exit(0);
}

const rows = [];
for (const suite of suites) {
  const env = { ...process.env, SUPERCONFIG_BENCH_SUITE: suite };
  const output = execFileSync(process.execPath, [join(here, 'run.mjs'), ...(given.quick ? ['--quick'] : [])], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const measured = JSON.parse(output.trim().split('\n').at(-1));
  for (const row of measured) process.stdout.write(`${table(row)}\n\n`);
  rows.push(...measured);
}

const budgets = judge(rows);
process.stdout.write('Budgets\n');
for (const { what, value, limit, held } of budgets) {
  process.stdout.write(`  ${held ? '✓' : '✗'} ${what}: ${value.toPrecision(3)} (at most ${limit.toPrecision(3)})\n`);
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
if (given.only === undefined && !given.quick) {
  mkdirSync(join(here, 'results'), { recursive: true });
  writeFileSync(join(here, 'results/latest.json'), `${JSON.stringify({ machine, rows, budgets }, null, 2)}\n`);
  writeFileSync(join(here, 'results/chart.svg'), await drawChart(rows));
  writeDocument({ machine, rows, budgets });
}
const missed = budgets.filter(({ held }) => !held);
if (given.check && missed.length > 0) {
  const lines = missed.map(({ what, value, limit }) => `\n  ${what}: ${value.toPrecision(3)}, at most ${limit.toPrecision(3)}`);
  process.stderr.write(`${missed.length} of ${budgets.length} budgets are missed${lines.join('')}\n`);
  process.exit(1);
}
