// A connection through `ioredis` or `iovalkey`: one socket to read by, and one on which the server reports which keys have changed.
import { type IoRedisClient, isRefusal, type RedisLink, type RedisLinkEvents, trackingOf } from './client.js';

/** The methods that are used, as they are with the options that are given. */
interface Connection {
  readonly stream?: { unref?(): void; on?(event: 'error', listener: () => void): void };
  connect(): Promise<unknown>;
  call(...command: string[]): Promise<unknown>;
  callBuffer(command: string, ...args: string[]): Promise<unknown>;
  subscribe(channel: string): Promise<unknown>;
  on(event: string, listener: (...args: never[]) => void): void;
  disconnect(): void;
}

/** Connections are made anew by the source, and the second version of the protocol can inform one connection about another's keys. */
const OPTIONS = {
  lazyConnect: true,
  retryStrategy: null,
  reconnectOnError: null,
  enableOfflineQueue: false,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  enableAutoPipelining: false,
  keyPrefix: '',
  protocol: 2,
};

/** Connects with the options of a client. */
export async function connectIoRedis(client: IoRedisClient, keys: readonly string[], events: RedisLinkEvents, signal: AbortSignal): Promise<RedisLink> {
  const sockets: Connection[] = [];
  let isClosed = false;
  const close = () => {
    isClosed = true;
    for (const socket of sockets) socket.disconnect();
  };
  const open = async () => {
    const socket = client.duplicate(OPTIONS) as Connection;
    sockets.push(socket);
    let failure: Error | undefined;
    const fail = (error: Error) => {
      failure ??= error;
      // The client takes one error of a stream; one of TLS has another after it, which would end the process.
      socket.stream?.on?.('error', () => {});
      if (sockets.includes(socket) && !isClosed) events.failure(failure);
    };
    socket.on('error', fail);
    socket.on('end', () => fail(new Error('the connection was closed')));
    try {
      await socket.connect();
    } catch (error) {
      // The client's own error is that the connection is closed.
      throw failure ?? error;
    }
    socket.stream?.unref?.();
    return socket;
  };
  signal.addEventListener('abort', close, { once: true });
  try {
    const reader = await open();
    signal.throwIfAborted();
    let hints: Connection | undefined;
    try {
      hints = await open();
      const id = String(await hints.call('CLIENT', 'ID'));
      // The keys that have changed, of all that begin as ours do; none when all were deleted.
      hints.on('message', (_channel: string, changed: string) => {
        if (changed === '' || keys.some((key) => `,${changed},`.includes(`,${key},`))) events.hint();
      });
      await hints.subscribe('__redis__:invalidate');
      await reader.call(...trackingOf(keys, 'REDIRECT', id));
    } catch (error) {
      if (signal.aborted || !isRefusal(error)) throw error;
      sockets.length = 1;
      hints?.disconnect();
      hints = undefined;
    }
    signal.throwIfAborted();
    return {
      command: ([command = '', ...args]) => reader.callBuffer(command, ...args),
      // In lower case: `iovalkey` knows what may be sent beside a subscription by that.
      ping: () => Promise.all(sockets.map((socket) => socket.call('ping'))),
      close,
    };
  } catch (error) {
    close();
    throw error;
  } finally {
    signal.removeEventListener('abort', close);
  }
}

/** The server of a client, without its password. */
export function ioRedisEndpoint({ options }: { readonly options?: object }): string {
  const { host = 'localhost', port = 6379, path, name, sentinels } = (options ?? {}) as Record<string, unknown>;
  if (sentinels != null) return `the master ${name} of the sentinels`;
  return typeof path === 'string' ? path : `${host}:${port}`;
}
