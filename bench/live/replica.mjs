// One of the processes of bench/live.mjs that follow one store: prints `n` and the time whenever it changes, until its input ends.
import { SuperConfig } from 'superconfig';
import { openStore } from './engines.mjs';

const [engine, port, name] = process.argv.slice(2);
const store = await openStore(engine, Number(port), name);
const config = await SuperConfig.builder({ env: {} }).source(store.source()).watch().load();
const tell = () => process.stdout.write(`${JSON.stringify({ n: config.get('n'), at: Date.now() })}\n`);
config.on('change', tell);
config.on('error', () => {});
tell();
process.stdin
  .on('data', () => {})
  .on('end', async () => {
    config.close();
    await store.close();
  });
