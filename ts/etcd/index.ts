// A source that follows keys of etcd, by a client of its own over HTTP/2.
import { type CustomSource, SuperConfigError } from '../index.js';
import { type KeyLayout, type LiveOptions, layoutOf, liveSource } from '../live/index.js';
import { givenValue } from './given-value.js';
import { Connection } from './grpc.js';
import { type EtcdAuth, EtcdSession, type EtcdTls } from './session.js';

export type { EtcdAuth, EtcdTls } from './session.js';

/**
 * The options of an etcd source; times in milliseconds.
 *
 * @example
 * ```ts
 * import { type EtcdOptions, etcd } from 'superconfig/etcd';
 *
 * const options: EtcdOptions = { endpoints: ['https://a:2379', 'https://b:2379'], prefix: '/shop/', auth: { user: 'shop', password: 'of a file' } };
 * ```
 */
export interface EtcdOptions extends KeyLayout, LiveOptions {
  /** The servers, as `http://host:2379` or `https://host:2379`; one after the other is tried. */
  endpoints: readonly string[];
  /** The certificates, for `https`; a function is called for each connection, so that new ones are taken, and answers within 5 s. */
  tls?: EtcdTls | (() => EtcdTls | Promise<EtcdTls>);
  /** The user; a function is called for each login, and answers within 5 s. */
  auth?: EtcdAuth | (() => EtcdAuth | Promise<EtcdAuth>);
  /** The time between pings, in milliseconds; 10,000 by default. A server refuses pings that come much more often. */
  pingMs?: number;
  /** The time in which a ping has to be answered, in milliseconds; 5,000 by default. */
  pongMs?: number;
  /** A watch is opened anew after so long, since one outlives the revocation of its role; 3,600,000 by default. */
  maxWatchMs?: number;
  /** Keys of one page of a list; 1,000 by default. */
  pageKeys?: number;
}

/**
 * A source that reads keys of etcd 3.0 or newer, all of one revision, and where the configuration is watched follows them: it goes on
 * after its last revision on whichever endpoint answers, and lists anew only where that revision is not kept any more.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` for options that are none. On loading: `ERR_SUPERCONFIG_SOURCE` with all endpoints and reasons, where
 * nothing can be read within `startMs`; `ERR_SUPERCONFIG_ASYNC` in `loadSync()`.
 * @example
 * ```ts
 * import { etcd } from 'superconfig/etcd';
 *
 * const builder = SuperConfig.builder().dir('config').source(etcd({ endpoints: ['http://127.0.0.1:2379'], prefix: '/shop/' })).env('SHOP').watch();
 * ```
 */
export function etcd(options: EtcdOptions): CustomSource {
  const { endpoints, tls, auth, pingMs = 10_000, pongMs = 5_000, maxWatchMs = 3_600_000, pageKeys = 1_000 } = options;
  for (const endpoint of Array.isArray(endpoints) ? endpoints : []) checkEndpoint(endpoint);
  for (const [name, number] of Object.entries({ pingMs, pongMs, maxWatchMs, pageKeys })) {
    if (!(typeof number === 'number' && number >= 1 && number < 2 ** 31)) throw optionError(`\`${name}\` is a number from 1`);
  }
  // What is no array is refused below, as for every live source.
  if (tls !== undefined && Array.isArray(endpoints) && !endpoints.some((endpoint) => endpoint.startsWith('https:')))
    throw optionError('`tls` is for endpoints with `https`');
  const { start, isOneKey, toResult, omitSecrets } = layoutOf(options, '/');
  const settings = { start, isOneKey, auth, maxWatchMs, pageKeys: Math.floor(pageKeys) };
  return liveSource(
    {
      name: `etcd:${start}`,
      endpoints,
      toResult,
      omitSecrets,
      open: async (endpoint, signal, alive) => {
        const material = await givenValue('tls', tls, signal);
        const connection = await Connection.open({ endpoint, tls: material, pingMs, pongMs, onPong: alive }, signal);
        const session = new EtcdSession(connection, settings);
        try {
          await session.login(signal);
          return session;
        } catch (error) {
          session.close();
          throw error;
        }
      },
    },
    options,
  );
}

function checkEndpoint(endpoint: unknown): void {
  if (typeof endpoint === 'string' && URL.canParse(endpoint)) {
    const { protocol, username, password, pathname } = new URL(endpoint);
    if (username !== '' || password !== '') throw optionError('an endpoint has no user: give it as `auth`');
    if (/^https?:$/.test(protocol) && pathname === '/') return;
  }
  throw optionError('an endpoint is `http://host:port` or `https://host:port`');
}

function optionError(message: string): SuperConfigError {
  return new SuperConfigError('ERR_SUPERCONFIG_OPTION', message);
}
