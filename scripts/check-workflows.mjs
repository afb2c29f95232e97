// The workflows of GitHub, read by actionlint and zizmor: what GitHub would refuse, and what lets strangers in.
// usage: npm run check:workflows; both tools are fetched once, with Go and with Python, into target/.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { root } from './platforms/platforms.mjs';
import { once, run } from './platforms/tools.mjs';
import { interpreter, virtualEnvironment } from './virtual-environment.mjs';

const ACTIONLINT = 'v1.7.12';
const ZIZMOR = 'zizmor==1.32.0';

const python = interpreter();
if (python === undefined || spawnSync('go', ['version']).status !== 0) {
  process.stderr.write('superconfig: this needs Go, and Python from 3.9 on with `venv`.\n');
  process.exit(1);
}
const actionlint = once('actionlint', ACTIONLINT, (folder) => {
  run('go', ['install', `github.com/rhysd/actionlint/cmd/actionlint@${ACTIONLINT}`], { env: { GOBIN: folder, GOFLAGS: '' } });
});
const checks = [
  [join(actionlint, 'actionlint'), []],
  // Without asking GitHub, so that the answer is the same on every machine.
  [join(dirname(virtualEnvironment(python, 'zizmor', [ZIZMOR])), 'zizmor'), ['--offline', '.github']],
];
for (const [command, args] of checks) {
  if (spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status !== 0) process.exit(1);
}
process.stdout.write('the workflows are as they should be\n');
