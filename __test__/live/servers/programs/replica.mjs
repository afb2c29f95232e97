// One of many processes that follow the same keys: prints each change with its time, and each state.
import { SuperConfig } from 'superconfig';
import { etcd } from 'superconfig/etcd';

const [endpoint, prefix] = process.argv.slice(2);
const times = { pingMs: 1_000, pongMs: 4_000, startMs: 60_000 };
const config = await SuperConfig.builder({ env: {} })
  .source(etcd({ endpoints: [endpoint], prefix, ...times }))
  .watch()
  .load();
const tell = (what) => process.stdout.write(`${JSON.stringify({ ...what, at: Date.now() })}\n`);
config.on('change', ({ current }) => tell({ value: current.value }));
config.on('status', ({ state }) => tell({ state }));
config.on('error', () => {});
tell({ value: config.get('value'), state: 'live' });
process.stdin.on('data', () => {}).on('end', () => config.close());
