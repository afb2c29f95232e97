// Overlapping reloads of every kind at once: whatever overtakes what, in the end a configuration is what a fresh load gives.
// usage: node reload-storm.mjs [SEED [MILLISECONDS]]
import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { SuperConfig } from 'superconfig';

/** How often it has to settle. */
const ENDINGS = 5;
/** How many turns of the thread that may take at least. */
const TURNS = 200;

/** Numbers below a bound, the same for the same seed. */
function generator(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** A file may be read while it is being written; the last one of all is not. */
function ignoreHalfWritten(error) {
  if (error.code !== 'ERR_SUPERCONFIG_PARSE') throw error;
}

/** One configuration that everything happens to. */
class Storm {
  #random;
  #path;
  #file = 0;
  #value = 0;
  #changed = () => {};
  #pending = [];
  #kinds;
  name;

  constructor(seed, index, directory) {
    this.#random = generator(seed + 7919 * index);
    this.#path = join(directory, `${index}.json`);
    const pick = (...kinds) => kinds[this.#random(kinds.length)];
    this.#kinds = { source: pick('none', 'sync', 'async'), schema: pick('none', 'sync', 'async'), watch: pick('off', 'on', 'polling', 'slow') };
    this.#kinds.derived = pick('none', 'above', 'between');
    this.name = `seed ${seed}, configuration ${index}: ${JSON.stringify(this.#kinds)}`;
  }

  #later(value) {
    return sleep(this.#random(25), value);
  }

  #builder() {
    const { source, schema, derived } = this.#kinds;
    let builder = SuperConfig.builder({ env: {} }).file(this.#path);
    // Of one version it sees the same values as its readers.
    const derive = (name) => builder.derive(name, ({ file, value = null }) => ({ [name]: { file, value } }));
    if (derived === 'between') builder = derive('between');
    if (source !== 'none') {
      const load = () => ({ value: this.#value });
      const watch = (_, changed) => {
        this.#changed = changed;
      };
      builder = builder.source({ name: 'remote', load: source === 'sync' ? load : () => this.#later(load()), watch });
    }
    if (derived !== 'none') builder = derive('above');
    if (schema === 'none') return builder;
    const validate = (value) => ({ value: { ...value, checked: true } });
    const check = schema === 'sync' ? validate : (value) => this.#later(validate(value));
    return builder.schema({ '~standard': { version: 1, vendor: 'storm', validate: check } });
  }

  #write() {
    this.#file += 1;
    const text = JSON.stringify({ file: this.#file, text: 'x'.repeat(this.#random(2000)) });
    if (this.#random(2) === 0) return writeFileSync(this.#path, text);
    writeFileSync(`${this.#path}.new`, text);
    renameSync(`${this.#path}.new`, this.#path);
  }

  #change() {
    this.#value += 1;
    this.#changed();
  }

  #act(config, reloadInWorker) {
    const isSync = this.#kinds.source !== 'async' && this.#kinds.schema !== 'async';
    const actions = [
      () => this.#write(),
      () => this.#change(),
      () => this.#pending.push(config.reload().catch(ignoreHalfWritten)),
      () => isSync && config.reloadSync(),
      () => this.#pending.push(reloadInWorker(config.token)),
    ];
    actions[this.#random(actions.length)]();
  }

  async run(until, reloadInWorker) {
    const { watch } = this.#kinds;
    const options = { off: undefined, on: { debounceMs: 10 }, polling: { debounceMs: 10, poll: 20 }, slow: { debounceMs: 100, maxWaitMs: 200 } }[watch];
    this.#write();
    const builder = this.#builder();
    const config = await (options === undefined ? builder : builder.watch(options)).load();
    while (Date.now() < until) {
      for (let count = this.#random(4); count >= 0; count--) this.#act(config, reloadInWorker);
      await sleep(this.#random(60));
    }
    for (let round = 0; round < ENDINGS; round++) {
      this.#write();
      // Between the times of writing and of reading it.
      await sleep(this.#random(70));
      await this.#end(config, options !== undefined);
    }
    assert.equal(config.status.lastError, undefined, this.name);
    const { version } = config;
    config.close();
    return version;
  }

  /** One last change, called for or noticed, and what comes of it. */
  async #end(config, isWatched) {
    const isCalled = !isWatched || this.#random(2) === 0;
    if (isCalled) for (let count = 0; count < 5; count++) this.#pending.push(config.reload());
    this.#change();
    if (isCalled) this.#pending.push(config.reload());
    await Promise.all(this.#pending);
    const fresh = await this.#builder().load();
    const end = Date.now() + 20_000;
    // On a machine that is busy otherwise a turn of this thread may take seconds, and a reload some of them.
    for (let turns = 0; isWatched && !isDeepStrictEqual(config.current, fresh.current); turns++) {
      if (turns >= TURNS && Date.now() >= end) break;
      await sleep(5);
    }
    assert.deepEqual(config.current, fresh.current, `${this.name}: ${JSON.stringify(config.status)}`);
    // Nothing that is still under way may bring back what was before.
    await sleep(50);
    assert.deepEqual(config.current, fresh.current, `${this.name}, a while later`);
    fresh.close();
  }
}

async function main() {
  const [seed = Date.now() % 1e9, milliseconds = 4000] = process.argv.slice(2).map(Number);
  const directory = mkdtempSync(join(tmpdir(), 'superconfig-storm-'));
  const worker = new Worker(new URL(import.meta.url));
  const answers = new Map();
  let asked = 0;
  worker.on('message', ([number, problem]) => {
    const { resolve, reject } = answers.get(number);
    answers.delete(number);
    if (problem === undefined) resolve();
    else reject(new Error(problem));
  });
  const reloadInWorker = (token) =>
    new Promise((resolve, reject) => {
      answers.set(++asked, { resolve, reject });
      worker.postMessage([asked, token]);
    });
  const until = Date.now() + milliseconds;
  const storms = Array.from({ length: 24 }, (_, index) => new Storm(seed, index, directory));
  const versions = await Promise.all(storms.map((storm) => storm.run(until, reloadInWorker)));
  assert.ok(Math.max(...versions) > 10, `${versions} versions are no storm`);
  await worker.terminate();
  rmSync(directory, { recursive: true });
}

function serve() {
  parentPort.on('message', async ([number, token]) => {
    let problem;
    try {
      const config = SuperConfig.attach(token);
      await config.reload().finally(() => config.close());
    } catch (error) {
      // Only the thread with the schema can reload then.
      if (!['ERR_SUPERCONFIG_OPTION', 'ERR_SUPERCONFIG_PARSE'].includes(error.code)) problem = `${error.stack}`;
    }
    parentPort.postMessage([number, problem]);
  });
}

if (isMainThread) await main();
else serve();
