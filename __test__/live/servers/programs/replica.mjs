// One of many processes that follow keys of etcd, a bucket of NATS or a hash of Redis: prints each change with its time, and each state.
import { SuperConfig } from 'superconfig';

const [engine, port, name] = process.argv.slice(2);
const times = { startMs: 60_000, retryMs: [100, 2_000] };

async function sourceOf() {
  if (engine === 'etcd') {
    const { etcd } = await import('superconfig/etcd');
    return etcd({ endpoints: [`http://127.0.0.1:${port}`], prefix: name, pingMs: 1_000, pongMs: 4_000, startMs: 60_000 });
  }
  if (engine === 'redis') {
    const [{ createClient }, { redis }] = [await import('redis'), await import('superconfig/redis')];
    return redis({ client: createClient({ socket: { host: '127.0.0.1', port: Number(port) } }), hash: name, pingMs: 1_000, answerMs: 4_000, ...times });
  }
  const [{ Kvm }, { connect }, { nats }] = [await import('@nats-io/kv'), await import('@nats-io/transport-node'), await import('superconfig/nats')];
  const connection = await connect({ servers: `127.0.0.1:${port}`, maxReconnectAttempts: -1, reconnectTimeWait: 100, waitOnFirstConnect: true });
  process.stdin.on('end', () => connection.close());
  return nats({ kv: await new Kvm(connection).open(name), connection, prefix: '', probeMs: 1_000, answerMs: 4_000, ...times });
}

const config = await SuperConfig.builder({ env: {} })
  .source(await sourceOf())
  .watch()
  .load();
const tell = (what) => process.stdout.write(`${JSON.stringify({ ...what, at: Date.now() })}\n`);
config.on('change', ({ current }) => tell({ value: current.value }));
config.on('status', ({ state }) => tell({ state }));
config.on('error', () => {});
tell({ value: config.get('value'), state: 'live' });
process.stdin.on('data', () => {}).on('end', () => config.close());
