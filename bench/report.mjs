// Tables for people, a chart, and the part of BENCHMARKS.md that the run writes.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, View } from 'vega';
import { compile } from 'vega-lite';
import { here } from './measure.mjs';

/** A figure with a unit that suits it. */
export function show(value, unit) {
  if (unit === 'bytes') return value < 10_000 ? `${Math.round(value)} B` : `${(value / 1000).toFixed(1)} KB`;
  if (value < 1000) return `${value < 10 ? value.toFixed(1) : Math.round(value)} ns`;
  if (value < 1e6) return `${(value / 1e3).toPrecision(3)} µs`;
  return value < 1e9 ? `${(value / 1e6).toPrecision(3)} ms` : `${(value / 1e9).toPrecision(3)} s`;
}

/** The rows of one measure: what, figure, and how many times the first of ours it takes. */
function lines({ unit, ours, results }) {
  const own = results[ours[0]];
  return Object.entries(results).map(([name, value]) => {
    const ratio = ours.includes(name) ? '' : `${(value / own).toPrecision(2)} ×`.replace(/e\+?(\d+)/, (_, power) => `·10^${power}`);
    return { name, figure: show(value, unit), ratio, isOurs: ours.includes(name) };
  });
}

/** One measure as text. */
export function table(row) {
  const width = Math.max(...Object.keys(row.results).map((name) => name.length));
  const body = lines(row).map(({ name, figure, ratio, isOurs }) => `  ${isOurs ? '▸' : ' '} ${name.padEnd(width)}  ${figure.padStart(9)}  ${ratio}`.trimEnd());
  return [row.title, ...body].join('\n');
}

function markdown(row) {
  const body = lines(row).map(({ name, figure, ratio, isOurs }) => `| ${isOurs ? `**${name}**` : name} | ${figure} | ${ratio} |`);
  return [`### ${row.title}`, '', '| | figure | beside ours |', '|---|---|---|', ...body].join('\n');
}

const START = '<!-- written by npm run bench -->';
const END = '<!-- end of what npm run bench writes -->';

/** Replaces the part of BENCHMARKS.md that belongs to the run. */
export function writeDocument({ machine, rows, budgets }) {
  const path = join(here, '../BENCHMARKS.md');
  const text = readFileSync(path, 'utf8');
  const [before, rest] = text.split(START);
  const after = rest?.split(END)[1] ?? '\n';
  const facts = Object.entries(machine).map(([name, value]) => `${name} ${value}`);
  const verdicts = budgets.map(({ what, value, limit, held, why }) => {
    const verdict = held ? 'held' : `**missed** by ${Math.round(100 * (value / limit - 1))} %${why === undefined ? '' : `: ${why}`}`;
    return `| ${what} | ${value.toPrecision(3)} | ≤ ${limit.toPrecision(3)} | ${verdict} |`;
  });
  const body = [
    `Measured on ${facts.join(', ')}.`,
    '',
    '![How many times as long as SuperConfig others take](bench/results/chart.svg)',
    '',
    '### Budgets',
    '',
    '| what | figure | budget | |',
    '|---|---|---|---|',
    ...verdicts,
    '',
    ...rows.flatMap((row) => [markdown(row), '']),
  ];
  writeFileSync(path, `${before}${START}\n\n${body.join('\n')}${END}${after}`);
}

const DRAWN = [
  'read',
  'property',
  'load-layers',
  'load-json',
  'load-ten',
  'load-merge',
  'cold-yaml',
  'cold-toml',
  'cold-json',
  'warm-yaml',
  'warm-toml',
  'boot',
];

/** What others take, as multiples of ours, on a logarithmic scale. */
export async function drawChart(rows) {
  const values = rows
    .filter(({ id }) => DRAWN.includes(id))
    .flatMap(({ title, ours, results }) => {
      const own = results[ours[0]];
      return Object.entries(results)
        .filter(([name]) => !ours.includes(name) && !name.endsWith(' alone'))
        .map(([name, value]) => ({ title, name, ratio: value / own }));
    });
  const { spec } = compile({
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: 'Times what SuperConfig takes (logarithmic; left of the line others are quicker)',
    data: { values },
    spacing: 6,
    facet: { row: { field: 'title', title: null, sort: null, header: { labelOrient: 'top', labelAnchor: 'start', labelLimit: 600, labelFontWeight: 'bold' } } },
    resolve: { scale: { y: 'independent' } },
    spec: {
      width: 420,
      layer: [
        {
          mark: { type: 'point', filled: true, size: 60 },
          encoding: {
            x: { field: 'ratio', type: 'quantitative', scale: { type: 'log' }, title: null, axis: { format: '~r' } },
            y: { field: 'name', type: 'nominal', title: null, sort: null },
            color: { condition: { test: 'datum.ratio < 1', value: '#c0392b' }, value: '#2471a3' },
          },
        },
        { mark: { type: 'rule', strokeDash: [4, 3] }, encoding: { x: { datum: 1 } } },
      ],
    },
  });
  return new View(parse(spec), { renderer: 'none' }).toSVG();
}
