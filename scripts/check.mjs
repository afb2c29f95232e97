// Checks for each commit, in less than a minute once it is warm: types, lint, unit tests and the shared cases. Stops at
// the first that fails.
import { spawnSync } from 'node:child_process';
import { tool } from './programs.mjs';

const engine = ['test', '-q', '-p', 'superconfig', '--features', 'parallel'];
const steps = [
  [process.execPath, ['scripts/lint.mjs']],
  ['cargo', [...engine, '--lib']],
  ['cargo', [...engine, '--test', 'it', 'vectors']],
  tool('vitest', ['run', '__test__/conformance/vectors.test.ts']),
];
for (const [command, args] of steps) {
  process.stdout.write(`> ${command} ${args.join(' ')}\n`);
  if (spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] }).status !== 0) process.exit(1);
}
