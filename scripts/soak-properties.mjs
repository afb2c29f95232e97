// The properties that `npm test` holds with the same cases each time, with others and with many more: those of Rust, and the round trips
// of Node; and its huge tokens with ten megabytes each. Prints the seed, with which what failed comes again.
// usage: npm run soak:properties -- [--cases N] [--seed N]
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { tested } from './addon.mjs';
import { tool } from './programs.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({ options: { cases: { type: 'string', default: '20000' }, seed: { type: 'string' } } });
const { cases, seed = String(randomInt(2 ** 31)) } = values;
process.stdout.write(`properties with --cases ${cases} --seed ${seed}\n`);

const env = { ...process.env, PROPTEST_CASES: cases, PROPTEST_RNG_SEED: seed, SUPERCONFIG_SEED: seed, SUPERCONFIG_TEST_MEGABYTES: '10' };
const where = ['merge::properties_test', 'format::render', 'format::yaml::input'];
const runs = [
  ['cargo', ['test', '--no-fail-fast', ...tested, '--lib', '--', ...where]],
  ['cargo', ['test', ...tested, '--test', 'untrusted_input', '--', 'tokens_of_megabytes']],
  tool('vitest', ['run', '__test__/api/roundtrip.test.ts']),
];
const failed = runs.filter(([command, args]) => spawnSync(command, args, { cwd: root, env, stdio: 'inherit' }).status !== 0);
process.exit(failed.length === 0 ? 0 : 1);
