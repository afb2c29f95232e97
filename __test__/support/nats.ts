// Real servers of NATS, and a door to them that is not the one under test.
import { type JetStreamClient, jetstreamManager } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { freePort, hasProgram, ServerProcess } from './server-process.ts';

/** Whether the program is there. */
export const hasNats = hasProgram('nats-server');

/** Connects for as long as it takes, and goes on after every outage. */
export function connectNats(port: number): Promise<NatsConnection> {
  const servers = `127.0.0.1:${port}`;
  return connect({ servers, maxReconnectAttempts: -1, reconnectTimeWait: 50, waitOnFirstConnect: true, reconnectJitter: 20, timeout: 2_000 });
}

export class NatsServer extends ServerProcess {
  #connection: NatsConnection | undefined;

  static async open(): Promise<NatsServer> {
    const args = ({ port, directory }: ServerProcess) => ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', directory.at('data')];
    const server = new NatsServer('nats-server', await freePort(), args);
    await server.start();
    return server;
  }

  /** A connection that no proxy is in the way of. */
  async connection(): Promise<NatsConnection> {
    this.#connection ??= await connectNats(this.port);
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
