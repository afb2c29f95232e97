// Real servers of Redis, and a door to them that is not the one under test.
import { basename } from 'node:path';
import { createClient } from 'redis';
import { freePort, hasProgram, programsOf, ServerProcess, versionOf } from './server-process.ts';

/** The servers that are there, by name and version. */
export const redisServers = ['redis-server', 'valkey-server']
  .flatMap((name) => programsOf(name).filter(hasProgram))
  .map((program): [string, string] => [`${basename(program)} ${versionOf(program)}`, program]);

type Client = ReturnType<typeof createClient>;

/** The options of a server. */
export interface RedisServerOptions {
  program?: string;
  /** More arguments. */
  more?: readonly string[];
  /** How the door that is not under test connects. */
  door?: object;
}

export class RedisServer extends ServerProcess {
  readonly #door: object;
  #client: Client | undefined;

  private constructor(port: number, { program = 'redis-server', more = [], door = {} }: RedisServerOptions) {
    super(program, port, ({ directory }) => [
      ...['--bind', '127.0.0.1', '--port', String(port), '--dir', directory.path, '--save', '', '--appendonly', 'yes', '--appendfsync', 'always'],
      ...['--appenddirname', 'data', '--repl-diskless-sync-delay', '0', ...more],
    ]);
    this.#door = door;
  }

  static async open(options: RedisServerOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), options);
    await server.start();
    return server;
  }

  /** A connection that no proxy is in the way of. */
  async client(): Promise<Client> {
    if (this.#client === undefined) {
      this.#client = createClient({ socket: { host: '127.0.0.1', port: this.port, reconnectStrategy: 50 }, ...this.#door });
      this.#client.on('error', () => {});
      await this.#client.connect();
    }
    return this.#client;
  }

  /** Runs a command, once the server has read its data. */
  async run(...args: string[]): Promise<unknown> {
    for (;;) {
      try {
        return await (await this.client()).sendCommand(args);
      } catch (error) {
        if (!/LOADING/.test(String(error))) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** The connections that it has, without the one of this object. */
  async connections(): Promise<string[]> {
    const list = String(await this.run('CLIENT', 'LIST'))
      .trim()
      .split('\n');
    const own = String(await this.run('CLIENT', 'ID'));
    return list.filter((line) => !line.startsWith(`id=${own} `));
  }

  override async stop(): Promise<void> {
    if (this.#client?.isOpen) this.#client.destroy();
    await super.stop();
  }
}
