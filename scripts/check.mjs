// Checks for each commit, in less than a minute once it is warm: types, lint, unit tests and the shared cases. Stops at
// the first that fails.
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { seeded, tested } from './addon.mjs';
import { tool } from './programs.mjs';

function run(command, args, options = {}) {
  process.stdout.write(`> ${command} ${args.join(' ')}\n`);
  const result = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], encoding: 'utf8', maxBuffer: 1 << 28, ...options });
  if (result.status !== 0) process.exit(1);
  return result.stdout;
}

run(process.execPath, ['scripts/lint.mjs']);

// Compiled as `npm test` does, so that neither compiles for itself; of all these programs cargo can run only the whole.
const compiled = run('cargo', ['test', '--no-run', '--message-format=json-render-diagnostics', ...tested, '--tests'], { stdio: ['ignore', 'pipe', 'inherit'] });
for (const line of compiled.split('\n').filter((line) => line.startsWith('{'))) {
  const { executable, target, manifest_path: manifest } = JSON.parse(line);
  if (!executable || (target.kind.includes('test') && target.name !== 'it')) continue;
  run(executable, target.name === 'it' ? ['-q', 'vectors'] : ['-q'], { cwd: dirname(manifest), env: { ...process.env, ...seeded } });
}
run(...tool('vitest', ['run', '__test__/conformance/vectors.test.ts']));
