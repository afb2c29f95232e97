// Costs in Rust programs: runs criterion's benchmarks, and reads what they measured.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { here, percentile } from '../measure.mjs';

const TITLES = { read: 'the registry is read', write: 'the registry is written' };

/** What criterion measured since a moment: `[group, function, nanoseconds]`; a quarter of its samples were quicker, as what disturbs only makes slower. */
function measured(directory, since) {
  return readdirSync(directory, { recursive: true })
    .filter((path) => path.endsWith(join('new', 'benchmark.json')) && statSync(join(directory, path)).mtimeMs >= since)
    .map((path) => {
      const json = (name) => JSON.parse(readFileSync(join(directory, path, '..', name), 'utf8'));
      const { group_id: group, function_id: name } = json('benchmark.json');
      const { iters, times } = json('sample.json');
      const each = times.map((time, at) => time / iters[at]);
      return [group, name, percentile(each, 0.25)];
    });
}

export async function measure({ quick }) {
  const root = join(here, '..');
  const cargo = (...args) => {
    const command = ['bench', '--locked', '-p', 'superconfig-bench', '--bench', 'registry', '--bench', 'peers', ...args];
    // Everything goes to the other stream: this one is for the rows.
    if (spawnSync('cargo', command, { cwd: root, stdio: ['ignore', 2, 2] }).status !== 0) throw new Error(`\`cargo ${command.join(' ')}\` failed`);
  };
  cargo('--no-run');
  const since = Date.now();
  const [warmUp, measurement] = quick ? ['0.1', '0.3'] : ['0.2', '0.8'];
  cargo('--', '--noplot', '--nresamples', '2000', '--warm-up-time', warmUp, '--measurement-time', measurement);
  const groups = {};
  for (const [group, name, took] of measured(join(root, 'target/criterion'), since)) {
    groups[group] ??= {};
    groups[group][name] = took;
  }
  return Object.entries(groups).map(([group, results]) => {
    const isOurs = group in TITLES ? (name) => !name.endsWith('for comparison') : (name) => name === 'superconfig';
    // Others are compared with the first.
    const ours = Object.keys(results)
      .filter(isOurs)
      .sort((one, other) => Number(other === 'handle') - Number(one === 'handle'));
    return { id: `rust-${group}`, title: `In Rust: ${TITLES[group] ?? group}`, unit: 'ns', ours, results };
  });
}
