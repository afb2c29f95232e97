// Opens and closes a configuration that follows NATS or Redis, again and again, also while it connects; ends by itself.
import { setTimeout as sleep } from 'node:timers/promises';
import { Kvm } from '@nats-io/kv';
import { connect } from '@nats-io/transport-node';
import { Redis as IoRedis } from 'ioredis';
import { Redis as IoValkey } from 'iovalkey';
import { createClient } from 'redis';
import { SuperConfig } from 'superconfig';
import { nats } from 'superconfig/nats';
import { redis } from 'superconfig/redis';

const [engine, port, name, cycles] = process.argv.slice(2);
const connection = engine === 'nats' ? await connect({ servers: `127.0.0.1:${port}`, maxReconnectAttempts: -1 }) : undefined;
const kv = connection && (await new Kvm(connection).open(name));

/** A source of the engine, after a client of its own. */
function sourceOf() {
  const socket = { host: '127.0.0.1', port: Number(port) };
  if (engine === 'nats') return nats({ kv, connection, prefix: '' });
  if (engine === 'redis') return redis({ client: createClient({ socket }), hash: name });
  return redis({ client: new (engine === 'ioredis' ? IoRedis : IoValkey)({ ...socket, lazyConnect: true }), hash: name });
}

const source = sourceOf();
for (let cycle = 0; cycle < Number(cycles); cycle++) {
  const config = await SuperConfig.builder({ env: {} })
    .source(cycle % 3 === 0 ? source : sourceOf())
    .watch()
    .load();
  if (config.get('value') !== 0) throw new Error('a value is missing');
  // The watch is about to connect, is connecting, or is open.
  if (cycle % 2 === 1) await sleep(cycle % 8);
  config.close();
}
// Left open: it keeps no process alive.
const last = await SuperConfig.builder({ env: {} }).source(source).watch().load();
last.on('error', () => {});
await sleep(500);
process.stdout.write('one is open\n');
// The program's own.
await connection?.close();
