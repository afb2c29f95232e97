// Real servers of etcd, and a door to them that is not the one under test.
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './server-process.ts';
import { TemporaryDirectory } from './temporary.ts';

const run = promisify(execFile);

/** The servers that are there, by version: that of the system, and the one that `npm run test:live` builds. */
export const etcds: [version: string, program: string][] = ['etcd', ...builtEtcds()].map((program) => [versionOf(program), program]);

function builtEtcds(): string[] {
  const built = join(import.meta.dirname, '../../target/servers');
  const names = existsSync(built) ? readdirSync(built) : [];
  return names.map((name) => join(built, name, 'etcd')).filter((program) => existsSync(program));
}

function versionOf(program: string): string {
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return /etcd Version: (.+)/.exec(stdout)?.[1] ?? 'unknown';
}

/** The options of a server. */
export interface EtcdOptions {
  program?: string;
  /** More arguments. */
  more?: readonly string[];
  /** The port of a second door, with TLS by the arguments. */
  tlsPort?: number;
}

/** One member, with its own directory; members of one cluster know each other. */
export class Etcd {
  readonly directory = new TemporaryDirectory();
  readonly name: string;
  readonly port: number;
  readonly peerPort: number;
  /** More arguments, from the next start on. */
  more: readonly string[];
  /** `user:password` of the door that is not under test. */
  user: string | undefined;
  readonly #program: string;
  readonly #tlsPort: number | undefined;
  #cluster = '';
  #process: ChildProcess | undefined;

  private constructor(name: string, port: number, peerPort: number, { program = 'etcd', more = [], tlsPort }: EtcdOptions) {
    this.name = name;
    this.port = port;
    this.peerPort = peerPort;
    this.more = more;
    this.#program = program;
    this.#tlsPort = tlsPort;
  }

  /** Starts as many members as one cluster. */
  static async cluster(count: number, options: EtcdOptions = {}): Promise<Etcd[]> {
    const members: Etcd[] = [];
    for (let at = 0; at < count; at++) members.push(new Etcd(`m${at}`, await freePort(), await freePort(), options));
    const cluster = members.map(({ name, peerPort }) => `${name}=http://127.0.0.1:${peerPort}`).join();
    for (const member of members) member.#cluster = cluster;
    await Promise.all(members.map((member) => member.start()));
    return members;
  }

  static async single(options: EtcdOptions = {}): Promise<Etcd> {
    return (await Etcd.cluster(1, options))[0] as Etcd;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts it, or again after it was killed, and waits until it answers. */
  async start(): Promise<void> {
    const peers = `http://127.0.0.1:${this.peerPort}`;
    const doors = [this.endpoint, ...(this.#tlsPort === undefined ? [] : [`https://127.0.0.1:${this.#tlsPort}`])].join();
    const args = [
      ...['--name', this.name, '--data-dir', this.directory.at('data'), '--log-level', 'error', '--logger', 'zap'],
      ...['--listen-client-urls', doors, '--advertise-client-urls', doors],
      ...['--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers, '--initial-cluster', this.#cluster],
      ...['--heartbeat-interval', '50', '--election-timeout', '500', '--grpc-keepalive-min-time', '100ms', ...this.more],
    ];
    this.#process = spawn(this.#program, args, { stdio: 'ignore', env: { ...process.env, ETCD_UNSUPPORTED_ARCH: 'arm64' } });
    for (let tries = 0; ; tries++) {
      try {
        await this.control('endpoint', 'health');
        return;
      } catch (error) {
        if (tries > 100) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  /** Stops it without ending it, and lets it go on. */
  pause(isPaused: boolean): void {
    this.#process?.kill(isPaused ? 'SIGSTOP' : 'SIGCONT');
  }

  /** Forgets everything that it holds, while it is not running. */
  wipe(): void {
    rmSync(this.directory.at('data'), { recursive: true, force: true });
  }

  async stop(): Promise<void> {
    this.pause(false);
    await this.kill();
    this.directory.remove();
  }

  /** Runs etcdctl. */
  async control(...args: string[]): Promise<string> {
    const all = ['--endpoints', this.endpoint, '--command-timeout=5s', ...(this.user === undefined ? [] : ['--user', this.user]), ...args];
    const { stdout } = await run('etcdctl', all, { env: { ...process.env, ETCDCTL_API: '3' }, maxBuffer: 64 << 20 });
    return stdout;
  }

  /** Runs a transaction of puts and deletes, which is one revision; gives that. */
  async write(values: Record<string, string | null>): Promise<number> {
    const operations = Object.entries(values).map(([key, value]) =>
      value === null ? { requestDeleteRange: { key: base64(key) } } : { requestPut: { key: base64(key), value: base64(value) } },
    );
    const response = await fetch(`${this.endpoint}/v3/kv/txn`, {
      method: 'POST',
      body: JSON.stringify({ success: operations }),
      signal: AbortSignal.timeout(10_000),
    });
    const answer = (await response.json()) as { header?: { revision: string }; error?: string };
    if (answer.header === undefined) throw new Error(answer.error ?? 'no answer');
    return Number(answer.header.revision);
  }

  put(key: string, value: string): Promise<number> {
    return this.write({ [key]: value });
  }

  /** Everything below a prefix. */
  async read(prefix: string): Promise<Record<string, string>> {
    const text = await this.control('get', '--prefix', prefix, '-w', 'json');
    const { kvs = [] } = JSON.parse(text) as { kvs?: { key: string; value?: string }[] };
    return Object.fromEntries(kvs.map(({ key, value = '' }) => [Buffer.from(key, 'base64').toString(), Buffer.from(value, 'base64').toString()]));
  }

  /** A number of its metrics. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.endpoint}/metrics`)).text();
    return text
      .split('\n')
      .filter((line) => line.startsWith(name))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  async compact(revision: number): Promise<void> {
    await this.control('compact', String(revision), '--physical');
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
