// Real servers of Redis, and a door to them that is not the one under test.
import { createClient } from 'redis';
import { freePort, hasProgram, ServerProcess } from './server-process.ts';

/** Whether the program is there. */
export const hasRedis = hasProgram('redis-server');

type Client = ReturnType<typeof createClient>;

export class RedisServer extends ServerProcess {
  #client: Client | undefined;

  static async open(more: readonly string[] = []): Promise<RedisServer> {
    const args = ({ port, directory }: ServerProcess) => {
      const own = ['--bind', '127.0.0.1', '--port', String(port), '--dir', directory.path, '--save', '', '--appendonly', 'yes', '--appendfsync', 'always'];
      return [...own, '--appenddirname', 'data', ...more];
    };
    const server = new RedisServer('redis-server', await freePort(), args);
    await server.start();
    return server;
  }

  /** A connection that no proxy is in the way of. */
  async client(): Promise<Client> {
    if (this.#client === undefined) {
      this.#client = createClient({ socket: { host: '127.0.0.1', port: this.port, reconnectStrategy: 50 } });
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
