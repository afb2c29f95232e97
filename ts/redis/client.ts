// The parts of the clients of Redis that the source uses: any object with them will do.

/**
 * A client as `createClient` of `redis` 6 or `@redis/client` 6 gives it.
 *
 * @example
 * ```ts
 * import { createClient } from 'redis';
 * import type { NodeRedisClient } from 'superconfig/redis';
 *
 * const client: NodeRedisClient = createClient({ url: 'redis://127.0.0.1:6379' });
 * ```
 */
export interface NodeRedisClient {
  /** Another client with its options and others. The methods are generic in what the client is extended by. */
  // biome-ignore lint/suspicious/noExplicitAny: of whatever type.
  duplicate(overrides?: any): any;
  /** Sends a command. */
  // biome-ignore lint/suspicious/noExplicitAny: of whatever type.
  sendCommand(args: any, options?: any): Promise<any>;
  /** Lets the process end while it is connected. */
  unref(): void;
}

/**
 * A client of `ioredis` 5 or 6, or `iovalkey`.
 *
 * @example
 * ```ts
 * import { Redis } from 'ioredis';
 * import type { IoRedisClient } from 'superconfig/redis';
 *
 * const open = (): IoRedisClient => new Redis('redis://127.0.0.1:6379', { lazyConnect: true });
 * ```
 */
export interface IoRedisClient {
  /** Another client with its options and others. */
  // biome-ignore lint/suspicious/noExplicitAny: of whatever type.
  duplicate(override?: any): any;
  /** Sends a command, whose answer has bytes for texts. */
  callBuffer(command: string, ...args: string[]): Promise<unknown>;
}

/**
 * A client of Redis or Valkey that the source makes its own connections after.
 *
 * @example
 * ```ts
 * import { createClient } from 'redis';
 * import { type RedisClient, redis } from 'superconfig/redis';
 *
 * const client: RedisClient = createClient();
 * const store = redis({ client, hash: 'shop:config' });
 * ```
 */
export type RedisClient = NodeRedisClient | IoRedisClient;

/** A connection of the source's own, which keeps no process alive. */
export interface RedisLink {
  /** Runs a command; texts of its answer are bytes, maps are lists of keys and values. */
  command(args: readonly string[]): Promise<unknown>;
  /** Shows that every socket of it is alive. */
  ping(): Promise<unknown>;
  close(): void;
}

/** The events of a link. */
export interface RedisLinkEvents {
  /** One of the keys may have changed. */
  hint(): void;
  failure(error: Error): void;
}

/** Whether the server refuses to track keys, which costs only the hints. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && /NOPERM|unknown (sub)?command|unknown .*subcommand|tracking/i.test(error.message);
}

/** The command that makes the server report changes of all keys that begin with some; prefixes of one client must not overlap. */
export function trackingOf(keys: readonly string[], ...more: readonly string[]): string[] {
  const prefixes = keys.filter((key) => !keys.some((other) => other !== key && key.startsWith(other)));
  return ['CLIENT', 'TRACKING', 'ON', ...more, 'BCAST', ...prefixes.flatMap((prefix) => ['PREFIX', prefix])];
}
