// The checks that read code without running it; stops at the first that fails.
import { spawnSync } from 'node:child_process';
import { features } from './addon.mjs';
import { tool } from './programs.mjs';

const checks = [
  tool('biome', ['ci', '--error-on-warnings', '.']),
  tool('tsc', ['-p', 'tsconfig.json']),
  [process.execPath, ['scripts/check-layers.mjs']],
  [process.execPath, ['scripts/versions.mjs']],
  ['cargo', ['fmt', '--all', '--check']],
  ['cargo', ['clippy', '--workspace', '--all-targets', ...features, '--', '-D', 'warnings']],
  ['cargo', ['doc', '--workspace', '--no-deps', '--quiet']],
];
// Of rustdoc: links that lead nowhere, and what is not to be seen outside.
const env = { ...process.env, RUSTDOCFLAGS: `${process.env.RUSTDOCFLAGS ?? ''} -D warnings`.trim() };
for (const [command, args] of checks) {
  process.stdout.write(`> ${command} ${args.join(' ')}\n`);
  if (spawnSync(command, args, { env, stdio: ['ignore', 'inherit', 'inherit'] }).status !== 0) process.exit(1);
}
