// The alerts and the dashboard for Prometheus and Grafana: they ask for metrics that there are, and Prometheus's own program accepts them.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { registry, SuperConfig } from '../../ts/index.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const folder = join(import.meta.dirname, '../../examples/monitoring');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const directory = temporaryDirectory();

interface Panel {
  id: number;
  title: string;
  description: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets: { expr: string }[];
}
const { panels } = JSON.parse(read('dashboard.json')) as { panels: Panel[] };
const { groups } = parse(read('alerts.yml')) as { groups: { rules: { alert: string; expr: string }[] }[] };
const queries = [...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)), ...groups.flatMap(({ rules }) => rules.map(({ expr }) => expr))];

const metrics = () => {
  const config = SuperConfig.builder().name('monitored').defaults({ value: 1 }).loadSync();
  const text = registry.metrics();
  config.close();
  return text;
};

/** Runs Prometheus's program, `apt-get install prometheus`; nothing where it is missing. */
function promtool(args: string[], input = '') {
  const { error, status, stderr } = spawnSync('promtool', args, { cwd: folder, input, encoding: 'utf8' });
  return error === undefined ? { status, stderr } : undefined;
}
const isMissing = promtool(['--version']) === undefined;

test('every query asks for metrics that the process gives, by labels that they have', () => {
  const text = metrics();
  const given = new Set([...text.matchAll(/^(superconfig_\w+)/gm)].map(([, name]) => name));
  const asked = new Set(queries.flatMap((query) => [...query.matchAll(/superconfig_\w+/g)].map(([name]) => name)));
  expect(asked.size).toBeGreaterThan(8);
  expect([...asked].filter((name) => !given.has(name))).toEqual([]);
  for (const label of ['configuration', 'fingerprint']) expect(text).toContain(`${label}="`);
});

test('the panels have names and texts, and none lies over another', () => {
  const taken = new Map<string, string>();
  for (const { title, description, gridPos } of panels) {
    expect([title !== '', description !== '', gridPos.x + gridPos.w <= 24]).toEqual([true, true, true]);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        expect(taken.get(`${x} ${y}`), title).toBe(undefined);
        taken.set(`${x} ${y}`, title);
      }
    }
  }
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
});

test.skipIf(isMissing)('Prometheus accepts the metrics, the alerts with their cases, and the queries of the dashboard', () => {
  const passed = { status: 0, stderr: '' };
  expect(promtool(['check', 'metrics'], metrics())).toEqual(passed);
  expect(promtool(['check', 'rules', 'alerts.yml'])).toEqual(passed);
  expect(promtool(['test', 'rules', 'alerts.test.yml'])).toEqual(passed);
  const rules = queries.map((query, at) => ({
    record: `panel:query${at}`,
    expr: query.replaceAll(/\$__(range|rate_interval)/g, '5m').replaceAll('$job', '.+'),
  }));
  const file = directory.at(directory.write('dashboard.yml', JSON.stringify({ groups: [{ name: 'dashboard', rules }] })));
  expect(promtool(['check', 'rules', file])).toEqual(passed);
});

test('the document says what to do for each code of an error', () => {
  const source = readFileSync(join(import.meta.dirname, '../../ts/internal/errors.ts'), 'utf8');
  const codes = new Set(source.match(/(?<=^ {2}')ERR_SUPERCONFIG_\w+(?=',$)/gm));
  const document = readFileSync(join(import.meta.dirname, '../../docs/operating.md'), 'utf8');
  expect(codes.size).toBeGreaterThan(18);
  expect([...codes].filter((code) => !document.includes(`| \`${code}\` | `))).toEqual([]);
});
