// `npm run bench:floor [-- --runs N]`: what loads take beside engines that stand in the place of the real one, behind the same facade, and
// keep far less of a load: how quick a small load can be at all, and what each part of the contract costs. In each of the runs, nine without
// `--runs`, two fresh processes measure an engine in a row beside by hand, one with these in reversed order: whom a contender follows makes up
// to a twentieth of its time. Prints a table of Markdown, the medians of the runs with the least and the most.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { requireRelease } from '../scripts/addon.mjs';
import { figure } from './budgets.mjs';
import { compileFloor, ENGINES, installEngines } from './floor/engines.mjs';
import { here, spread } from './measure.mjs';
import { BY_HAND, SMALL_LOADS } from './small-loads.mjs';

const USAGE = 'usage: npm run bench:floor [-- --runs N]';

/** The number of runs that was asked for; ends the program where that cannot be meant. */
function asked() {
  try {
    const { runs } = parseArgs({ options: { runs: { type: 'string', default: '9' } } }).values;
    if (!/^[1-9]\d?$/.test(runs)) throw new Error(`\`--runs ${runs}\` is no number from 1 to 99`);
    return Number(runs);
  } catch (error) {
    process.stderr.write(`${error.message}\n${USAGE}\n`);
    process.exit(2);
  }
}

const count = asked();
requireRelease();

/** What a program of the floor engines prints, in a process of its own. */
function output(program, ...args) {
  return execFileSync(process.execPath, [join(here, 'floor', program), ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

const scratch = mkdtempSync(join(tmpdir(), 'superconfig-floor-'));
try {
  process.stderr.write('compiling the floor engines\n');
  installEngines(scratch, compileFloor());
  output('check.mjs', scratch);
  /** For each row and engine, by run: what by hand takes, and the ratio to it. */
  const samples = Object.keys(SMALL_LOADS).map((row) => [row, ENGINES.map((engine) => ({ engine, byHand: [], ratios: [] }))]);
  for (let run = 1; run <= count; run++) {
    for (const [row, engines] of samples) {
      process.stderr.write(`run ${run} of ${count}: ${row}\n`);
      for (const { engine, byHand, ratios } of engines) {
        const both = [[], ['--reversed']].map((order) => JSON.parse(output('measure.mjs', scratch, row, engine, ...order)));
        const mean = (of) => (of(both[0]) + of(both[1])) / 2;
        byHand.push(mean((times) => times[BY_HAND] / 1000));
        ratios.push(mean((times) => times[engine] / times[BY_HAND]));
      }
    }
  }
  const line = (cells) => `| ${cells.join(' | ')} |\n`;
  process.stdout.write(line(['load', 'by hand, µs', ...ENGINES]));
  process.stdout.write(line(['---', ...Array.from({ length: 1 + ENGINES.length }, () => '--:')]));
  for (const [row, engines] of samples) {
    const byHand = spread(engines.flatMap(({ byHand }) => byHand));
    process.stdout.write(line([row, ...[byHand, ...engines.map(({ ratios }) => spread(ratios))].map(figure)]));
  }
} finally {
  rmSync(scratch, { recursive: true });
}
