// A connection through `redis`: one socket, on which the server also reports which keys have changed.
import { isRefusal, type NodeRedisClient, type RedisLink, type RedisLinkEvents, trackingOf } from './client.js';

/** The methods that are used, as they are with the options that are given. */
interface Connection {
  connect(): Promise<unknown>;
  sendCommand(args: readonly string[], options?: object): Promise<unknown>;
  on(event: string, listener: (argument: never) => void): void;
  unref(): void;
  destroy(): void;
}

/** The types of RESP by their first byte, and what they become. */
const BYTES = { typeMapping: { 36: Buffer, 37: Array } };

/** Connects with the options of a client. */
export async function connectNodeRedis(
  client: NodeRedisClient & { readonly options?: { readonly socket?: object } },
  keys: readonly string[],
  events: RedisLinkEvents,
  signal: AbortSignal,
): Promise<RedisLink> {
  const connect = async (emitInvalidate: boolean) => {
    const socket = { ...client.options?.socket, reconnectStrategy: false };
    const options = { RESP: 3, emitInvalidate, clientSideCache: undefined, socket, disableOfflineQueue: true, pingInterval: undefined };
    const connection = client.duplicate({ ...options, maintNotifications: 'disabled' }) as Connection;
    connection.unref();
    let isLinked = false;
    let failure: Error | undefined;
    // A socket that is still connecting is there only afterwards.
    const close = () => connection.destroy();
    const fail = (error: Error) => {
      failure ??= error;
      if (isLinked) events.failure(failure);
    };
    connection.on('error', fail);
    connection.on('end', () => fail(new Error('the connection was closed')));
    connection.on('invalidate', (key: Buffer | string | null) => {
      if (key === null || keys.includes(key.toString())) events.hint();
    });
    signal.addEventListener('abort', close, { once: true });
    try {
      await connection.connect();
      signal.throwIfAborted();
      if (emitInvalidate) {
        // The client has subscribed to what it reads, which is not what is needed.
        await connection.sendCommand(['CLIENT', 'TRACKING', 'OFF']);
        await connection.sendCommand(trackingOf(keys));
      }
      if (failure !== undefined) throw failure;
      isLinked = true;
    } catch (error) {
      close();
      throw error;
    } finally {
      signal.removeEventListener('abort', close);
    }
    return {
      command: (args: readonly string[]) => connection.sendCommand(args, BYTES),
      ping: () => connection.sendCommand(['PING']),
      close,
    };
  };
  try {
    return await connect(true);
  } catch (error) {
    if (signal.aborted || !isRefusal(error)) throw error;
    return connect(false);
  }
}

/** The server of a client, without its password. */
export function nodeRedisEndpoint({ options }: { readonly options?: { readonly socket?: object } }): string {
  const { host = 'localhost', port = 6379, path } = (options?.socket ?? {}) as { host?: string; port?: number; path?: string };
  return path ?? `${host}:${port}`;
}
