// Installs the packed tarballs into an empty project, with install scripts off, and uses them as ESM and as CJS.
// With --all-nodes on Node 20, 22, 24 and 26. Ends with the number of programs that ran and failed.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
execFileSync('node', [join(root, 'scripts/package.mjs')], { stdio: ['ignore', 'ignore', 'inherit'] });
const packages = join(root, 'target/packages');
const project = mkdtempSync(join(tmpdir(), 'superconfig-smoke-'));
writeFileSync(join(project, 'package.json'), '{ "name": "smoke", "private": true }');
const tarballs = readdirSync(packages).map((name) => join(packages, name));
execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...tarballs], { cwd: project, stdio: ['ignore', 'ignore', 'inherit'] });
writeFileSync(join(project, 'app.toml'), '[server]\nport = 8080\nhosts = ["a"]\n');
const body = `
const config = SuperConfig.builder({ cwd: ${JSON.stringify(project)}, env: { APP_SERVER__PORT: '9000' } }).file('app.toml').env('APP').loadSync();
const seen = JSON.stringify([config.get('server.port'), config.current, config.explain('server.hosts').winner.line, parse('a: 1', 'yaml')]);
config.close();
if (seen !== '[9000,{"server":{"port":9000,"hosts":["a"]}},3,{"a":1}]') { console.error(seen); process.exit(1); }
`;
writeFileSync(join(project, 'esm.mjs'), `import { parse, SuperConfig } from 'superconfig';${body}`);
writeFileSync(join(project, 'cjs.cjs'), `const { parse, SuperConfig } = require('superconfig');${body}`);

const nodes = process.argv.includes('--all-nodes') ? ['20', '22', '24', '26'] : [''];
let passed = 0;
let failed = 0;
for (const node of nodes) {
  for (const program of ['esm.mjs', 'cjs.cjs']) {
    const [command, args] = node === '' ? ['node', [program]] : ['npx', ['-y', `node@${node}`, program]];
    const fine = spawnSync(command, args, { cwd: project, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
    if (fine) passed += 1;
    else failed += 1;
    process.stdout.write(`smoke ${node === '' ? process.version : `node ${node}`} ${program}: ${fine ? 'passed' : 'FAILED'}\n`);
  }
}
rmSync(project, { recursive: true, force: true });
process.stdout.write(`smoke: ${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
