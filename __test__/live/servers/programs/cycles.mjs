// Opens and closes a configuration that follows etcd, again and again, also while it connects; ends by itself.
import { setTimeout as sleep } from 'node:timers/promises';
import { SuperConfig } from 'superconfig';
import { etcd } from 'superconfig/etcd';

const [endpoint, prefix, cycles] = process.argv.slice(2);
const source = etcd({ endpoints: [endpoint], prefix, pingMs: 10_000 });
for (let cycle = 0; cycle < Number(cycles); cycle++) {
  const own = cycle % 3 === 0 ? source : etcd({ endpoints: [endpoint], prefix });
  const config = await SuperConfig.builder({ env: {} }).source(own).watch().load();
  if (config.get('value') !== 0) throw new Error('a value is missing');
  // The watch is about to connect, is connecting, or is open.
  if (cycle % 2 === 1) await sleep(cycle % 8);
  config.close();
}
// Left open: it keeps no process alive.
await SuperConfig.builder({ env: {} }).source(source).watch().load();
await sleep(500);
process.stdout.write('one is open\n');
await sleep(500);
