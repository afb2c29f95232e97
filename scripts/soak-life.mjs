// A day of normal life in fast motion: reloads of one configuration that is read, listened to and attached all the while.
// usage: npm run soak:life -- [--reloads N] [--reads N]; a million and a billion without. Writes the memory of each hundredth of the
// way to bench/results/life.csv and draws it in life.svg beside it, and fails where the memory grows.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { registry, SuperConfig } from 'superconfig';
import { requireRelease } from './addon.mjs';
import { drawMemory } from './memory-chart.mjs';

/** Above what an allocator's arenas take their time for: a leak of eight bytes a reload is ten times as much. */
const LARGEST_SLOPE = 0.8;
const SAMPLES = 100;

const { values } = parseArgs({ options: { reloads: { type: 'string', default: '1000000' }, reads: { type: 'string', default: '1000000000' } } });
const [reloads, reads] = [Number(values.reloads), Number(values.reads)];
if (!(reloads >= SAMPLES && reads >= reloads)) {
  process.stderr.write(`usage: npm run soak:life -- [--reloads N] [--reads N], ${SAMPLES} reloads at least and no fewer reads\n`);
  process.exit(2);
}
requireRelease();

const results = join(dirname(fileURLToPath(import.meta.url)), '../bench/results');
// In memory where the system has a folder there: a million files would measure the disk.
const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'superconfig-life-'));
function write(name, text) {
  writeFileSync(join(folder, `${name}.new`), text);
  renameSync(join(folder, `${name}.new`), join(folder, name));
}
// What a service has: defaults, a file of its place, a `.env`, variables, and a secret.
write('default.toml', '[server]\nport = 8080\nhost = "localhost"\n[pool]\nsize = 4\n');
write('local.yaml', 'server:\n  port: 9000\nfeatures: [a, b, c]\n');
write('.env', 'DB_PASSWORD=hunter2\n');

const open = () =>
  SuperConfig.builder({ cwd: folder, env: { APP_POOL__SIZE: '8' } })
    .file('default.toml')
    .file('local.yaml')
    .dotenv()
    .env('APP');
const config = open().loadSync();
const port = config.handle('server.port');
let heard = 0;
let refused = 0;
config.on('change', ({ changed }) => {
  heard += changed.length > 0 ? 1 : 0;
});
config.on('error', () => {
  refused += 1;
});
port.on(() => {});

/** Reads in the three ways that programs read; gives a sum, so that none of it is left out. */
function read(times) {
  let sum = 0;
  for (let at = 0; at < times; at += 4) sum += port.value + config.get('pool.size') + config.current.server.port + port.value;
  return sum;
}

/** What a file holds at a reload: mostly another number, every tenth time what was there, every hundredth a mistake. */
function change(at) {
  if (at % 100 === 99) write('local.yaml', 'server: [\n');
  else if (at % 10 !== 9) write('local.yaml', `server:\n  port: ${9000 + (at % 1000)}\nfeatures: [a, b, c${at % 7}]\n`);
}

const rows = [];
let sum = 0;
let done = 0;
let failed = 0;
const started = performance.now();
const each = reloads / SAMPLES;
const readsEach = Math.ceil(reads / reloads / 4) * 4;
for (let sample = 0; sample <= SAMPLES; sample += 1) {
  globalThis.gc?.();
  await new Promise((resolve) => setTimeout(resolve, 10));
  const { rss, heapUsed, external } = process.memoryUsage();
  const { totalHandles, activeReferences, memoryUsageBytes } = registry.stats();
  const seconds = (performance.now() - started) / 1000;
  rows.push({ reloads: done, reads: done * readsEach, seconds: seconds.toFixed(1), rss, heapUsed, external, totalHandles, activeReferences, memoryUsageBytes });
  if (sample % 10 === 0) process.stdout.write(`${done.toLocaleString('en')} reloads in ${Math.round(seconds)} s: RSS ${(rss / 1e6).toFixed(1)} MB\n`);
  if (sample === SAMPLES) break;
  for (const end = Math.round((sample + 1) * each); done < end; done += 1) {
    change(done);
    try {
      if (done % 8 === 0) await config.reload();
      else config.reloadSync();
    } catch (error) {
      if (error.code !== 'ERR_SUPERCONFIG_PARSE') throw error;
      failed += 1;
    }
    sum += read(readsEach);
    // Others come and go: one that attaches, one that loads the same files.
    if (done % 50 === 0) sum += SuperConfig.attach(config.token).get('pool.size');
    if (done % 500 === 0) open().loadSync().close();
  }
}
config.close();
rmSync(folder, { recursive: true });

/** The slope of a straight line through the memory of the second half, in bytes a reload. */
function slope() {
  const half = rows.slice(rows.length >> 1);
  const mean = (numbers) => numbers.reduce((one, other) => one + other, 0) / numbers.length;
  const [x, y] = [mean(half.map((row) => row.reloads)), mean(half.map((row) => row.rss))];
  const along = half.map((row) => (row.reloads - x) * (row.rss - y));
  const across = half.map((row) => (row.reloads - x) ** 2);
  return mean(along) / mean(across);
}

mkdirSync(results, { recursive: true });
const columns = Object.keys(rows[0]);
writeFileSync(join(results, 'life.csv'), `${[columns, ...rows.map((row) => columns.map((column) => row[column]))].join('\n')}\n`);
writeFileSync(join(results, 'life.svg'), drawMemory(rows));
const [first, last, growth] = [rows[0].rss, rows.at(-1).rss, slope()];
const millions = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;
process.stdout.write(
  `${done.toLocaleString('en')} reloads (${failed.toLocaleString('en')} refused), ${(done * readsEach).toLocaleString('en')} reads, ` +
    `${heard.toLocaleString('en')} changes and ${refused.toLocaleString('en')} errors heard (${sum > 0 ? 'sum kept' : 'no sum'})\n` +
    `RSS ${millions(first)} at the start, ${millions(Math.max(...rows.map((row) => row.rss)))} at most, ${millions(last)} at the end; ` +
    `second half: ${growth.toFixed(3)} bytes a reload, ${millions(growth * 1e5)} each 100,000\n`,
);
const isFlat = growth <= LARGEST_SLOPE;
process.stdout.write(isFlat ? 'soak: the memory is flat\n' : `soak: FAILED, the memory grows by more than ${LARGEST_SLOPE} bytes a reload\n`);
process.exit(isFlat ? 0 : 1);
