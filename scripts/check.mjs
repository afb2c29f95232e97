// Checks for each commit, in less than a minute once it is warm: types, lint, unit tests and the shared cases. Stops at
// the first that fails.
import { spawnSync } from 'node:child_process';
import { tested, unitTests } from './addon.mjs';
import { tool } from './programs.mjs';

const steps = [
  [process.execPath, ['scripts/lint.mjs']],
  ['cargo', ['test', '-q', ...unitTests]],
  ['cargo', ['test', '-q', ...tested, '--test', 'it', 'vectors']],
  tool('vitest', ['run', '__test__/conformance/vectors.test.ts']),
];
for (const [command, args] of steps) {
  process.stdout.write(`> ${command} ${args.join(' ')}\n`);
  if (spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] }).status !== 0) process.exit(1);
}
