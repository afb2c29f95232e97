// Real servers of NATS, and a door to them that is not the one under test.
import { type JetStreamClient, jetstreamManager } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { freePort, programsOf, ServerProcess, versionOf } from './server-process.ts';

/** The servers that are there, by version. */
export const natsServers = programsOf('nats-server').map((program): [string, string] => [versionOf(program), program]);

/** Connects for as long as it takes, and goes on after every outage. */
export function connectNats(ports: number | readonly number[], more: NodeConnectionOptions = {}): Promise<NatsConnection> {
  const servers = [ports].flat().map((port) => `127.0.0.1:${port}`);
  const patience = { maxReconnectAttempts: -1, reconnectTimeWait: 50, waitOnFirstConnect: true, reconnectJitter: 20, timeout: 2_000 };
  // Members of a cluster would tell of doors that no proxy is in the way of.
  return connect({ servers, ignoreClusterUpdates: true, ...patience, ...more });
}

/** The options of a server. */
export interface NatsServerOptions {
  program?: string;
  /** More arguments. */
  more?: readonly string[];
  /** The text of its configuration file, if it has one. */
  configuration?: string;
  /** How the door that is not under test connects. */
  door?: NodeConnectionOptions;
}

export class NatsServer extends ServerProcess {
  /** The text of its configuration file, from the next start or {@link reload} on. */
  configuration: string | undefined;
  readonly name: string;
  readonly #door: NodeConnectionOptions;
  #connection: NatsConnection | undefined;

  constructor(port: number, { program = 'nats-server', more = [], configuration, door = {} }: NatsServerOptions = {}, name = '') {
    super(program, port, (server) => {
      const { directory } = server;
      // Reloading takes back what only the arguments say.
      const store = (server as NatsServer).configuration === undefined ? ['-js', '-sd', directory.at('data')] : ['-c', directory.at('nats.conf')];
      return ['-a', '127.0.0.1', '-p', String(port), ...store, ...more];
    });
    this.name = name;
    this.configuration = configuration;
    this.#door = door;
  }

  static async open(options: NatsServerOptions = {}): Promise<NatsServer> {
    const server = new NatsServer(await freePort(), options);
    await server.start();
    return server;
  }

  /** Starts as many members as one cluster. */
  static async cluster(count: number): Promise<NatsServer[]> {
    const ports = await Promise.all(Array.from({ length: 2 * count }, freePort));
    const routes = ports.slice(count).map((port) => `nats://127.0.0.1:${port}`);
    const members = routes.map((own, at) => {
      const more = ['-n', `m${at}`, '--cluster_name', 'shop', '--cluster', own, '--routes', routes.filter((route) => route !== own).join()];
      return new NatsServer(ports[at] as number, { more }, `m${at}`);
    });
    await Promise.all(members.map((member) => member.start()));
    return members;
  }

  override async start(): Promise<void> {
    this.#write();
    await super.start();
  }

  /** Takes another configuration, and drops the connections that it forbids. */
  reload(configuration: string): void {
    this.configuration = configuration;
    this.#write();
    this.signal('SIGHUP');
  }

  #write(): void {
    if (this.configuration !== undefined) this.directory.write('nats.conf', `jetstream { store_dir: "${this.directory.at('data')}" }\n${this.configuration}\n`);
  }

  /** A connection that no proxy is in the way of. */
  async connection(): Promise<NatsConnection> {
    this.#connection ??= await connectNats(this.port, this.#door);
    return this.#connection;
  }

  /** A bucket, made where it is not there. */
  async bucket(name: string, options = {}): Promise<KV> {
    return new Kvm(await this.connection()).create(name, options);
  }

  /** How many consumers of a bucket the server keeps. */
  async consumers(bucket: string): Promise<number> {
    const manager = await jetstreamManager(await this.connection());
    return (await manager.streams.info(`KV_${bucket}`)).state.consumer_count;
  }

  /** Takes a key away without a trace, as one that expires is. */
  async forget(kv: KV, key: string): Promise<void> {
    const { bucket } = await kv.status();
    const manager = await jetstreamManager(await this.connection());
    await manager.streams.purge(`KV_${bucket}`, { filter: `$KV.${bucket}.${key}` });
  }

  override async stop(): Promise<void> {
    this.pause(false);
    await this.#connection?.close();
    await super.stop();
  }
}

/** What is in a bucket, read key by key: `keys()` would leave consumers. */
export async function contents(kv: KV): Promise<Record<string, string>> {
  const { stream, js } = kv as unknown as { stream: string; js: JetStreamClient };
  const manager = await js.jetstreamManager();
  const { state } = await manager.streams.info(stream, { subjects_filter: '>' });
  const start = `$KV.${stream.slice('KV_'.length)}.`;
  const found: Record<string, string> = {};
  for (const subject of Object.keys(state.subjects ?? {})) {
    const entry = await kv.get(subject.slice(start.length));
    if (entry?.operation === 'PUT') found[entry.key] = entry.string();
  }
  return found;
}
