// Measures which lines of TypeScript the tests reach: in their own processes by vitest's count, and in those that they start and in
// threads by Node's (`NODE_V8_COVERAGE`), which maps from the bundles back to the sources.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { mergeScriptCovs } from '@bcoe/v8-coverage';
import toIstanbul from 'ast-v8-to-istanbul';
import coverage from 'istanbul-lib-coverage';
import { parseAstAsync } from 'vitest/node';
import { root } from './platforms/platforms.mjs';
import { tool } from './programs.mjs';

const ts = join(root, 'ts/');
const dist = pathToFileURL(join(ts, 'dist/')).href;
const reports = join(root, 'target/coverage-ts');
const written = join(reports, 'processes');

function run(command, args, env = {}) {
  return spawnSync(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}

const bundle = (...more) => ['facade', 'cli'].every((name) => run(process.execPath, [`scripts/${name}.mjs`, ...more]));

/** What all processes and threads ran of each bundle, as V8 counts. The process of command lines evaluates a bundle once for each. */
function ofProcesses() {
  const scripts = new Map();
  for (const name of readdirSync(written)) {
    let result;
    try {
      ({ result } = JSON.parse(readFileSync(join(written, name), 'utf8')));
    } catch {
      continue; // Killed while it wrote.
    }
    for (const script of result) {
      const url = script.url.replace(/\?.*$/, '');
      if (!url.startsWith(dist) || !existsSync(`${fileURLToPath(url)}.map`)) continue;
      const merged = scripts.get(url);
      scripts.set(url, merged === undefined ? { ...script, url } : mergeScriptCovs([merged, { ...script, url }]));
    }
  }
  return scripts.values();
}

/** The same by statements and functions of the sources. */
async function mapBack(script) {
  const path = fileURLToPath(script.url);
  const code = readFileSync(path, 'utf8');
  const sourceMap = JSON.parse(readFileSync(`${path}.map`, 'utf8'));
  return toIstanbul({ code, sourceMap, ast: await parseAstAsync(code), coverage: script, wrapperLength: 0 });
}

/**
 * Adds to vitest's count of a file that of a bundle. The two compilers agree where a function's body begins, and where a statement begins
 * or, for what a property or field is given, where it ends.
 */
function add(known, also) {
  // The end of a line is at `Infinity`, which JSON has not.
  const at = ({ line, column }) => `${line}:${Number.isFinite(column) ? column : ''}`;
  const beginsAt = ({ start }) => at(start);
  for (const [map, counts, places] of [
    ['statementMap', 's', [beginsAt, ({ end }) => at(end)]],
    ['fnMap', 'f', [({ loc }) => beginsAt(loc)]],
  ]) {
    const seen = places.map((place) => new Map(Object.entries(also[map]).map(([id, found]) => [place(found), also[counts][id]])));
    for (const [id, found] of Object.entries(known[map])) {
      const which = places.findIndex((place, index) => seen[index].has(place(found)));
      if (which !== -1) known[counts][id] += seen[which].get(places[which](found));
    }
  }
}

async function report(least) {
  const files = JSON.parse(readFileSync(join(reports, 'coverage-final.json'), 'utf8'));
  for (const script of ofProcesses()) {
    for (const [path, found] of Object.entries(await mapBack(script))) if (files[path] !== undefined) add(files[path], found);
  }
  const folders = new Map();
  const total = coverage.createCoverageSummary();
  const rows = [];
  for (const path of Object.keys(files)) {
    // Vitest takes the pattern of what is counted for a part of the path.
    if (!path.startsWith(ts) || path.endsWith('.d.ts')) continue;
    const file = coverage.createFileCoverage(files[path]);
    const summary = file.toSummary();
    // Of types alone there is nothing to run.
    if (summary.lines.total === 0) continue;
    const name = relative(root, path).replaceAll('\\', '/');
    const folder = name.split('/').slice(0, -1).slice(0, 2).join('/');
    if (!folders.has(folder)) folders.set(folder, coverage.createCoverageSummary());
    folders.get(folder).merge(summary);
    total.merge(summary);
    rows.push([summary.lines.pct, name, file.getUncoveredLines()]);
  }
  const share = (pct) => `${pct.toFixed(1).padStart(6)} %`;
  for (const [pct, name, missed] of rows.sort(([one], [other]) => one - other)) {
    if (pct < least) process.stdout.write(`${share(pct)}  ${name}: ${missed.slice(0, 20).join(', ')}\n`);
  }
  for (const [folder, { lines }] of [...folders].sort()) process.stdout.write(`${share(lines.pct)}  of ${lines.total} lines in ${folder}\n`);
  const kinds = ['lines', 'statements', 'functions'];
  process.stdout.write(`TypeScript: ${kinds.map((kind) => `${total[kind].pct.toFixed(2)} % of ${total[kind].total} ${kind}`).join(', ')}\n`);
  return kinds.every((kind) => total[kind].pct >= least);
}

/** Runs the tests, and says whether they pass and reach so many per cent of lines, statements and functions. */
export async function measure(least) {
  rmSync(reports, { recursive: true, force: true });
  // An interrupt ends the tests, and what follows makes the bundles that users get again.
  process.once('SIGINT', () => {});
  try {
    const passed = bundle('--mapped') && run(...tool('vitest', ['run', '--coverage', '--coverage.clean=false']), { SUPERCONFIG_COVERAGE: written });
    return (await report(least)) && passed;
  } finally {
    bundle();
  }
}
