// The configuration that main.mjs loads and `superconfig watch --from` shows. LIVE_STORE says which engine it comes from: etcd, nats or redis.
import { defaults, defineConfig, env, source } from 'superconfig';

/** Sources by the names of their engines; each loads nothing but its own client. */
const stores = {
  async etcd() {
    const { etcd } = await import('superconfig/etcd');
    const { ETCD_ENDPOINTS = 'http://127.0.0.1:2379' } = process.env;
    return etcd({ endpoints: ETCD_ENDPOINTS.split(','), prefix: '/shop/' });
  },
  async nats() {
    const [{ connect }, { Kvm }, { nats }] = await Promise.all([import('@nats-io/transport-node'), import('@nats-io/kv'), import('superconfig/nats')]);
    const { NATS_URL: servers = 'nats://127.0.0.1:4222' } = process.env;
    const connection = await connect({ servers, maxReconnectAttempts: -1, waitOnFirstConnect: true });
    const kv = await new Kvm(connection).create('shop');
    return nats({ kv, connection, prefix: 'shop.' });
  },
  async redis() {
    const [{ createClient }, { redis }] = await Promise.all([import('redis'), import('superconfig/redis')]);
    const { REDIS_URL: url = 'redis://127.0.0.1:6379' } = process.env;
    return redis({ client: createClient({ url }), hash: 'shop:config' });
  },
};

const { LIVE_STORE = 'redis' } = process.env;
if (!Object.hasOwn(stores, LIVE_STORE)) throw new Error(`LIVE_STORE is ${Object.keys(stores).join(', ')}`);

export default defineConfig({
  sources: [defaults({ greeting: 'hello', server: { port: 8080 } }), source(await stores[LIVE_STORE]()), env('SHOP')],
  watch: true,
});
