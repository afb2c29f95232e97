// Uses everything at once for as long as it is told, `npm run soak -- --minutes 20`: prints operations per second, memory and handles
// each ten seconds, and fails where they grow. With `--live` it walks at random between stores of etcd, NATS and Redis and configurations instead.
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { registry, SuperConfig } from 'superconfig';

const HANDLES = 2_000;
const CONFIGS = 12;
const WORKERS = 2;

const random = (below) => Math.floor(Math.random() * below);
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Values of all kinds. */
function anything() {
  const kinds = [random(1e6), 'text '.repeat(random(40)), { list: Array.from({ length: random(20) }, random), big: 2n ** 60n }, null, [Infinity]];
  return kinds[random(kinds.length)];
}

/** Uses handles until the thread should stop; gives what it has done. */
class Handles {
  #live = [];
  done = 0;

  use(times) {
    for (let at = 0; at < times; at++) {
      const place = random(HANDLES);
      const handle = this.#live[place];
      try {
        this.#step(place, handle);
      } catch (error) {
        // Of those with a lifetime.
        if (error.code !== 'ERR_SUPERCONFIG_CLOSED') throw error;
        handle.close();
        this.#live[place] = undefined;
      }
      this.done += 1;
    }
  }

  #step(place, handle) {
    if (handle === undefined) {
      this.#live[place] = registry.insert(anything(), random(5) === 0 ? { ttlMs: 1 + random(200) } : {});
      return;
    }
    switch (random(8)) {
      case 0:
        handle.close();
        this.#live[place] = undefined;
        break;
      case 1:
        // Left to the garbage collector.
        this.#live[place] = undefined;
        break;
      case 2:
        registry.remove(handle);
        break;
      case 3:
        registry.update(handle, anything());
        break;
      default:
        registry.get(handle.id);
        handle.value;
    }
  }

  close() {
    for (const handle of this.#live) handle?.close();
  }
}

async function work() {
  const handles = new Handles();
  const config = SuperConfig.attach(workerData.token);
  const value = config.handle('value');
  let heard = 0;
  config.on('change', ({ previous, current }) => {
    heard += previous === current ? 0 : 1;
  });
  parentPort.on('message', () => process.exit(0));
  for (let round = 0; ; round++) {
    handles.use(200);
    if (round % 200 === 0) globalThis.gc?.();
    // Both are live: only what lies between two looks at one version has to agree.
    const { version } = config;
    const [whole, single] = [config.current.value, config.get('value')];
    if (config.version === version && whole !== single) throw new Error('two versions at once');
    value.value;
    parentPort.postMessage(200 + heard);
    heard = 0;
    await turn();
  }
}

/** Configurations that come, change and go. */
class Configs {
  #root;
  #live = [];
  /** Those that somebody listens to. */
  #heard = new WeakSet();
  done = 0;

  constructor(root) {
    this.#root = root;
  }

  write(name, text) {
    const path = join(this.#root, name);
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  }

  async use() {
    const place = random(CONFIGS);
    const config = this.#live[place];
    this.done += 1;
    if (config === undefined) {
      this.#live[place] = await this.#open();
      return;
    }
    this.write('b.toml', `other = ${random(1e6)}\n`);
    switch (random(6)) {
      case 0:
        config.close();
        this.#live[place] = undefined;
        break;
      case 1:
        // Left to the garbage collector, unless somebody listens: that keeps it.
        if (this.#heard.has(config)) config.close();
        this.#live[place] = undefined;
        break;
      case 2:
        config.reloadSync();
        config.current;
        break;
      case 3:
        await config.reload();
        config.toString({ format: 'yaml' });
        break;
      case 4:
        config.explain('value');
        config.explain('other');
        break;
      default: {
        const { value } = SuperConfig.attach(config.token).current;
        if (typeof value !== 'number') throw new Error('a value is missing');
      }
    }
  }

  async #open() {
    const builder = SuperConfig.builder({ cwd: this.#root, env: { APP_FLAG: 'true' } })
      .file('a.json')
      .file('b.toml')
      .file('c.yaml')
      .env('APP');
    if (random(2) === 0) builder.watch({ debounceMs: 5 });
    if (random(3) === 0) builder.source({ name: 'own', load: () => ({ own: random(100) }) });
    const config = random(2) === 0 ? builder.loadSync() : await builder.load();
    if (random(3) === 0) {
      this.#heard.add(config);
      config.on('error', () => {});
      config.handle('other').on(({ current }) => current);
      // Ends with the configuration.
      (async () => {
        for await (const change of config.changes({ path: 'other' })) change.current;
      })();
    }
    return config;
  }

  close() {
    for (const config of this.#live) config?.close();
  }
}

/** Runs storms of overlapping reloads in processes of their own, one after the other; gives what went wrong. */
async function reloadStorms(end) {
  const program = fileURLToPath(new URL('../__test__/process/programs/reload-storm.mjs', import.meta.url));
  const problems = [];
  while (Date.now() < end) {
    const seed = random(1e9);
    const output = await new Promise((resolve) => execFile(process.execPath, [program, `${seed}`, '4000'], (_, out, error) => resolve(out + error)));
    if (output !== '') problems.push(`a storm of reloads with seed ${seed} ended with\n${output}`);
  }
  return problems;
}

async function main() {
  const { values } = parseArgs({ options: { minutes: { type: 'string', default: '1' }, live: { type: 'boolean', default: false } } });
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new Error('--minutes takes a number above 0');
  if (values.live) {
    // The random walk of the tests, as long and with another seed each time.
    const env = { SUPERCONFIG_WALK_MINUTES: String(minutes), SUPERCONFIG_WALK_SEED: String(random(1e9)), ...process.env };
    const tests = fileURLToPath(new URL('live-tests.mjs', import.meta.url));
    process.exit(spawnSync(process.execPath, [tests, 'walk.test', '--retry=0'], { env, stdio: 'inherit' }).status ?? 1);
  }
  const root = mkdtempSync(join(tmpdir(), 'superconfig-soak-'));
  const configs = new Configs(root);
  configs.write('a.json', '{"value": 0, "list": [1, 2, 3]}');
  configs.write('b.toml', 'other = 0\n');
  configs.write('c.yaml', `filler:\n${Array.from({ length: 200 }, (_, at) => `  key${at}: value ${at}\n`).join('')}`);
  const shared = SuperConfig.builder({ cwd: root, env: {} }).file('a.json').watch({ debounceMs: 5 }).loadSync();
  shared.on('error', () => {});
  const handles = new Handles();

  let others = 0;
  const spawn = () => {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { token: shared.token } });
    worker.on('message', (count) => {
      others += count;
    });
    worker.on('error', (error) => {
      throw error;
    });
    return worker;
  };
  const workers = Array.from({ length: WORKERS }, spawn);

  const started = Date.now();
  const end = started + minutes * 60_000;
  const storms = reloadStorms(end);
  const samples = [];
  let last = started;
  let before = 0;
  for (let round = 0; Date.now() < end; round++) {
    handles.use(500);
    await configs.use();
    if (round % 20 === 0) configs.write('a.json', `{"value": ${round}, "list": [${round}]}`);
    await turn();
    if (Date.now() - last < Math.min(10_000, minutes * 6_000)) continue;
    globalThis.gc?.();
    await turn();
    const now = Date.now();
    const total = handles.done + configs.done + others;
    const { totalHandles, activeReferences, memoryUsageBytes } = registry.stats();
    const rss = process.memoryUsage.rss();
    samples.push({ rss, totalHandles });
    const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
    console.log(
      `${String(Math.round((now - started) / 1000)).padStart(5)} s  ${Math.round(((total - before) * 1000) / (now - last)).toLocaleString('en')} operations/s  ` +
        `RSS ${megabytes(rss)}  handles ${totalHandles}  references ${activeReferences}  registry ${megabytes(memoryUsageBytes)}`,
    );
    before = total;
    last = now;
    // One that is in the middle of something goes, another one comes.
    const at = random(WORKERS);
    await workers[at].terminate();
    workers[at] = spawn();
  }
  await Promise.all(workers.map((worker) => worker.terminate()));
  handles.close();
  configs.close();
  shared.close();
  for (let rest = 0; rest < 20 && registry.stats().totalHandles > 0; rest++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  rmSync(root, { recursive: true });

  const problems = await storms;
  const { totalHandles, activeReferences } = registry.stats();
  if (totalHandles > 0) problems.push(`${totalHandles} handles and ${activeReferences} references are left`);
  // The first third is warming up.
  const warm = samples.slice(Math.floor(samples.length / 3));
  const half = warm.length >> 1;
  const most = (list, key) => Math.max(...list.map((sample) => sample[key]));
  for (const [key, slack] of [
    ['rss', 16e6],
    ['totalHandles', 5 * HANDLES],
  ]) {
    const [early, late] = [most(warm.slice(0, half), key), most(warm.slice(half), key)];
    if (half > 0 && late > early * 1.1 + slack) problems.push(`${key} grew from ${early} to ${late}`);
  }
  console.log(problems.length === 0 ? 'soak: nothing grew, and nothing is left' : `soak: ${problems.join('; ')}`);
  process.exit(problems.length === 0 ? 0 : 1);
}

await (isMainThread ? main() : work());
