// Tables for people, a chart, and the part of BENCHMARKS.md that the run writes.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, View } from 'vega';
import { compile } from 'vega-lite';
import { figure } from './budgets.mjs';
import { here } from './measure.mjs';

/** A figure with a unit that suits it. */
export function show(value, unit) {
  if (unit === 'bytes') return value < 10_000 ? `${Math.round(value)} B` : `${(value / 1000).toFixed(1)} KB`;
  if (value < 1000) return `${value < 10 ? value.toFixed(1) : Math.round(value)} ns`;
  if (value < 1e6) return `${(value / 1e3).toPrecision(3)} µs`;
  return value < 1e9 ? `${(value / 1e6).toPrecision(3)} ms` : `${(value / 1e9).toPrecision(3)} s`;
}

/** The least and the most, where they differ. */
const range = ({ least, most }, unit) => (show(least, unit) === show(most, unit) ? '' : `${show(least, unit)} – ${show(most, unit)}`);

/** The rows of one measure: what, figure, spread, and how many times the first of ours it takes. */
function lines({ unit, ours, results }) {
  const own = results[ours[0]].median;
  return Object.entries(results).map(([name, value]) => {
    const ratio = ours.includes(name) ? '' : `${(value.median / own).toPrecision(2)} ×`.replace(/e\+?(\d+)/, (_, power) => `·10^${power}`);
    return { name, figure: show(value.median, unit), spread: range(value, unit), ratio, isOurs: ours.includes(name) };
  });
}

/** One measure as text. */
export function table(row) {
  const width = Math.max(...Object.keys(row.results).map((name) => name.length));
  const body = lines(row).map(({ name, figure, spread, ratio, isOurs }) =>
    `  ${isOurs ? '▸' : ' '} ${name.padEnd(width)}  ${figure.padStart(9)}  ${spread.padEnd(19)}  ${ratio}`.trimEnd(),
  );
  return [row.title, ...body].join('\n');
}

function markdown(row) {
  const body = lines(row).map(({ name, figure, spread, ratio, isOurs }) => `| ${isOurs ? `**${name}**` : name} | ${figure} | ${spread} | ${ratio} |`);
  return [`### ${row.title}`, '', '| | figure | least – most | beside ours |', '|---|---|---|---|', ...body].join('\n');
}

/** The rows of how cost grows, by what it grows with. */
function grown(rows) {
  const kinds = new Set(rows.flatMap(({ grows }) => grows ?? []));
  return [...kinds].map((kind) => [kind, rows.filter(({ grows }) => grows === kind)]);
}

/** The curves of how cost grows, by what they grow with: sizes, and of each curve its title, figures, exponents and whether they hold. */
function curves(rows, growth) {
  return grown(rows).map(([grows, same]) => {
    const sizes = Object.keys(same[0].results);
    const lines = same.map(({ id, title, unit, results }) => {
      const verdicts = growth.filter((verdict) => verdict.id === id);
      const exponents = verdicts.map(({ runs, held }) => ({ held, text: runs.map(({ median }) => median.toFixed(2)).join(', ') }));
      return { title, isOurs: verdicts.length > 0, figures: Object.values(results).map((value) => show(value.median, unit)), exponents };
    });
    return { grows, sizes: sizes.map((size) => Number(size).toLocaleString('en')), lines };
  });
}

/** How cost grows, as text. */
export function growthText(rows, growth) {
  return curves(rows, growth)
    .map(({ grows, sizes, lines }) => {
      const body = lines.map(({ title, figures, exponents, isOurs }) => {
        const verdict = exponents.map(({ held, text }) => `${held ? '✓' : '✗'} ${text}`).join('  ');
        return `  ${isOurs ? '▸' : ' '} ${title}\n      ${figures.map((figure) => figure.padStart(9)).join('')}  ${verdict}`.trimEnd();
      });
      return `With ${grows}: ${sizes.join(', ')}; exponent of all, and of the steepest step\n${body.join('\n')}\n\n`;
    })
    .join('');
}

function growthMarkdown(rows, growth) {
  return curves(rows, growth).flatMap(({ grows, sizes, lines }) => {
    const body = lines.map(({ title, figures, exponents: [fit, steepest], isOurs }) => {
      const marked = (exponent) => (exponent === undefined ? '' : exponent.held ? exponent.text : `**${exponent.text}**`);
      return `| ${isOurs ? `**${title}**` : title} | ${figures.join(' | ')} | ${marked(fit)} | ${marked(steepest)} |`;
    });
    return [`| ${[grows, ...sizes, 'exponent', 'steepest step'].join(' | ')} |`, `|${'---|'.repeat(sizes.length + 3)}`, ...body, ''];
  });
}

const START = '<!-- written by npm run bench -->';
const END = '<!-- end of what npm run bench writes -->';

/** Replaces the part of BENCHMARKS.md that belongs to the run. */
export function writeDocument({ machine, runs: count, rounds, rows, budgets, growth }) {
  const path = join(here, '../BENCHMARKS.md');
  const text = readFileSync(path, 'utf8');
  const [before, rest] = text.split(START);
  const after = rest?.split(END)[1] ?? '\n';
  const facts = Object.entries(machine).map(([name, value]) => `${name} ${value}`);
  const verdicts = budgets.map(({ what, limit, held, runs, why }) => {
    const beyond = runs.filter(({ median }) => median > limit);
    const worst = Math.max(...runs.map(({ median }) => median));
    const by = Number.isFinite(worst) ? `, by ${Math.round(100 * (worst / limit - 1))} %` : '';
    const verdict = `**missed** in ${beyond.length} of ${count}${by}${why === undefined ? '' : `: ${why}`}`;
    return `| ${what} | ${runs.map(figure).join(' | ')} | ≤ ${figure(limit)} | ${held ? 'held' : verdict} |`;
  });
  const body = [
    `Measured on ${facts.join(', ')}: ${count} ${count === 1 ? 'run' : 'runs'} of ${rounds} rounds.`,
    '',
    '![How many times as long as SuperConfig others take](bench/results/chart.svg)',
    '',
    '### Budgets',
    '',
    `| what | ${Array.from({ length: count }, (_, at) => `run ${at + 1}`).join(' | ')} | budget | |`,
    `|---|${'---|'.repeat(count)}---|---|`,
    ...verdicts,
    '',
    '### How cost grows',
    '',
    '![How cost grows](bench/results/growth.svg)',
    '',
    ...growthMarkdown(rows, growth),
    ...rows.filter(({ grows }) => grows === undefined).flatMap((row) => [markdown(row), '']),
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
      const own = results[ours[0]].median;
      return Object.entries(results)
        .filter(([name]) => !ours.includes(name) && !name.endsWith(' alone'))
        .map(([name, { median }]) => ({ title, name, ratio: median / own }));
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

/** What each curve takes at each size, and the spread; both scales are logarithmic, and what grows as its size does is as steep as the dashed line. */
export async function drawGrowth(rows) {
  const charts = grown(rows).map(([grows, same]) => {
    const points = ({ title, results }) =>
      Object.entries(results).map(([size, { median, least, most }]) => ({
        title,
        size: Number(size),
        median: median / 1e6,
        least: least / 1e6,
        most: most / 1e6,
      }));
    const values = same.flatMap(points);
    const sizes = values.map(({ size }) => size);
    const domain = [Math.min(...values.map(({ least }) => least)), Math.max(...values.map(({ most }) => most))];
    const proportional = [Math.min(...sizes), Math.max(...sizes)].map((size) => ({ size, median: (domain[1] * size) / Math.max(...sizes) }));
    const x = { field: 'size', type: 'quantitative', scale: { type: 'log' }, title: grows, axis: { format: '~s', tickCount: 6 } };
    const y = { field: 'median', type: 'quantitative', scale: { type: 'log', domain }, title: 'ms', axis: { format: '~g', tickCount: 6 } };
    const color = { field: 'title', type: 'nominal', title: null, sort: null, legend: { orient: 'bottom', columns: 1, labelLimit: 400 } };
    return {
      width: 380,
      height: 240,
      data: { values },
      layer: [
        { data: { values: proportional }, mark: { type: 'line', strokeDash: [4, 3], color: '#999', strokeWidth: 1, clip: true }, encoding: { x, y } },
        { mark: { type: 'line', point: true }, encoding: { x, y, color } },
        { mark: 'rule', encoding: { x, y: { ...y, field: 'least' }, y2: { field: 'most' }, color } },
      ],
    };
  });
  const { spec } = compile({
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: 'What it takes (both scales logarithmic; what is proportional is as steep as the dashed line)',
    columns: 2,
    concat: charts,
    resolve: { scale: { color: 'independent' } },
  });
  return new View(parse(spec), { renderer: 'none' }).toSVG();
}
