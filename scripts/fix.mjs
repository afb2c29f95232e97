// Repairs what can be repaired without a person: what clippy and biome know how to, then the format of everything.
import { spawnSync } from 'node:child_process';
import { features } from './addon.mjs';
import { tool } from './programs.mjs';

const steps = [
  ['cargo', ['clippy', '--fix', '--allow-dirty', '--allow-staged', '--workspace', '--all-targets', ...features]],
  ['cargo', ['fmt', '--all']],
  tool('biome', ['check', '--write', '.']),
];
let isFine = true;
for (const [command, args] of steps) {
  process.stdout.write(`> ${command} ${args.join(' ')}\n`);
  isFine = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0 && isFine;
}
process.exit(isFine ? 0 : 1);
