// Growth of costs: with layers, bytes, keys, configurations, watched files and workers. The results of a row are a curve: nanoseconds by size.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { stringify as toToml } from 'smol-toml';
import { SuperConfig } from 'superconfig';
import { stringify as toYaml } from 'yaml';
import { SMALL, service, withKeys } from '../inputs.mjs';
import { here, median } from '../measure.mjs';

const now = () => process.hrtime.bigint();

/** The middle of what calls say that they took, for a while and three times at least; the first third only warms up. */
async function repeated(call, milliseconds = 150) {
  const samples = [];
  const end = performance.now() + milliseconds;
  while (samples.length < 4 || (samples.length < 60 && performance.now() < end)) {
    const took = call(samples.length);
    samples.push(took instanceof Promise ? await took : took);
  }
  return median(samples.slice(Math.floor(samples.length / 3)));
}

/** What a call takes. */
function taken(call) {
  const start = now();
  call();
  return Number(now() - start);
}

/** What a load takes, which is closed then. */
function loading(builder) {
  const start = now();
  const config = builder.loadSync();
  const took = Number(now() - start);
  config.close();
  return took;
}

/** A curve for each title: of sizes, what a call takes that was prepared for that size. */
async function curves(grows, sizes, titles, prepare) {
  const results = Object.fromEntries(Object.keys(titles).map((id) => [id, {}]));
  for (const size of sizes) {
    const { close, ...calls } = await prepare(size);
    for (const [id, call] of Object.entries(calls)) results[id][size] = await repeated(call);
    await close?.();
  }
  return Object.entries(titles).map(([id, title]) => {
    const ours = title.endsWith('for comparison') ? [] : Object.keys(results[id]);
    return { id: `growth-${grows.replace(/\W+/g, '-')}-${id}`, title, grows, unit: 'ns', ours, results: results[id] };
  });
}

/** A file of its own for each call, so that none has been read before. */
function files(directory, suffix, text) {
  mkdirSync(directory, { recursive: true });
  return (at) => {
    const path = join(directory, `${at}.${suffix}`);
    writeFileSync(path, text);
    return path;
  };
}

const small = (at) => JSON.stringify({ ...SMALL, [`own${at}`]: at });

function layers(scratch, sizes) {
  const titles = { load: 'Load small JSON files that overlay each other', reload: 'Reload them when one has changed' };
  return curves('layers', sizes, titles, (size) => {
    const cwd = join(scratch, `layers${size}`);
    const builder = (round) => {
      const directory = join(cwd, String(round));
      mkdirSync(directory, { recursive: true });
      let builder = SuperConfig.builder({ cwd: directory });
      for (let at = 0; at < size; at++) {
        writeFileSync(join(directory, `${at}.json`), small(at));
        builder = builder.file(`${at}.json`);
      }
      return builder;
    };
    const config = builder('reload').loadSync();
    return {
      load: (at) => loading(builder(at)),
      reload: (at) => {
        writeFileSync(join(cwd, 'reload/0.json'), small(`Changed${at}`));
        return taken(() => config.reloadSync());
      },
      close: () => config.close(),
    };
  });
}

/** Texts of so many bytes: one service over and over, each under a name of its own. */
function texts(bytes) {
  const one = { services: { serviceAT: service(7) } };
  const repeat = (entry, between) =>
    Array.from({ length: Math.ceil(bytes / entry.length) }, (_, at) => entry.replaceAll('serviceAT', `service${at}`)).join(between);
  return {
    json: `{"services": {${repeat(JSON.stringify(one.services, null, 2).slice(1, -1), ',')}}}`,
    yaml: `services:\n${repeat(toYaml(one).replace('services:\n', ''), '')}`,
    toml: repeat(toToml(one), '\n'),
  };
}

function bytes(scratch, sizes) {
  const formats = { json: 'Load a JSON file', yaml: 'Load a YAML file', toml: 'Load a TOML file' };
  const titles = { ...formats, peer: '`JSON.parse` of the JSON file, for comparison' };
  return curves('bytes', sizes, titles, (size) => {
    const text = texts(size);
    const load = (format) => {
      const file = files(join(scratch, `${format}${size}`), format, text[format]);
      return (at) => loading(SuperConfig.builder({ cwd: scratch }).file(file(at)));
    };
    const parse = files(join(scratch, `peer${size}`), 'json', text.json);
    return {
      ...Object.fromEntries(Object.keys(formats).map((format) => [format, load(format)])),
      peer: (at) => {
        const path = parse(at);
        return taken(() => JSON.parse(readFileSync(path, 'utf8')));
      },
    };
  });
}

function keys(scratch, sizes) {
  const titles = {
    tables: 'Load a JSON file of tables of a hundred keys, and read ten',
    one: 'Load a JSON file of one table, and read ten',
    peer: '`JSON.parse` of the tables of a hundred keys, for comparison',
  };
  return curves('keys', sizes, titles, (size) => {
    const flat = JSON.stringify(Object.fromEntries(Array.from({ length: size }, (_, at) => [`key${at}`, at])));
    const texts = { tables: withKeys(size), one: flat };
    const load = (name, prefix) => {
      const file = files(join(scratch, `${name}${size}`), 'json', texts[name]);
      return (at) => {
        const path = file(at);
        let config;
        const took = taken(() => {
          config = SuperConfig.builder({ cwd: scratch }).file(path).loadSync();
          for (let key = 0; key < 10; key++) config.get(`${prefix}key${key}`);
        });
        config.close();
        return took;
      };
    };
    const parse = files(join(scratch, `keys${size}`), 'json', texts.tables);
    return {
      tables: load('tables', 'table0.'),
      one: load('one', ''),
      peer: (at) => {
        const path = parse(at);
        return taken(() => JSON.parse(readFileSync(path, 'utf8')));
      },
    };
  });
}

function configurations(scratch, sizes) {
  const titles = { load: 'Load one more small JSON file', reload: 'Reload one of them that has changed' };
  const file = files(join(scratch, 'configurations'), 'json', small(0));
  const kept = [];
  return curves('configurations', sizes, titles, (size) => {
    while (kept.length < size)
      kept.push(
        SuperConfig.builder({ cwd: scratch })
          .file(file(`kept${kept.length}`))
          .loadSync(),
      );
    return {
      load: (at) => loading(SuperConfig.builder({ cwd: scratch }).file(file(`more${at}`))),
      reload: (at) => {
        writeFileSync(join(scratch, 'configurations/kept0.json'), small(at));
        return taken(() => kept[0].reloadSync());
      },
      close: () => {
        if (size === sizes.at(-1)) for (const config of kept) config.close();
      },
    };
  });
}

const DEBOUNCE = 5;

function watched(scratch, sizes) {
  const titles = {
    load: 'Load files, each in a folder of its own, without watching',
    begin: 'Load and begin to watch them',
    change: `From a write to the event \`change\`, beyond the debounce of ${DEBOUNCE} ms`,
  };
  return curves('watched files', sizes, titles, (size) => {
    const cwd = join(scratch, `watched${size}`);
    for (let at = 0; at < size; at++) {
      mkdirSync(join(cwd, String(at)), { recursive: true });
      writeFileSync(join(cwd, String(at), 'app.json'), JSON.stringify({ [`key${at}`]: 0 }));
    }
    const builder = () => SuperConfig.builder({ cwd }).glob('*/app.json');
    const watching = () => builder().watch({ debounceMs: DEBOUNCE });
    let config;
    let heard;
    return {
      load: () => loading(builder()),
      begin: () => loading(watching()),
      change: async (at) => {
        if (config === undefined) {
          config = watching().loadSync();
          config.on('change', () => heard(now()));
        }
        const changed = new Promise((resolve) => (heard = resolve));
        const start = now();
        writeFileSync(join(cwd, '0/app.json'), `{"key0": ${at + 1}}`);
        // Watching keeps no process alive.
        const late = setTimeout(() => assert.fail('no change was heard of'), 60_000);
        const took = Number((await changed) - start) - DEBOUNCE * 1e6;
        clearTimeout(late);
        return took;
      },
      close: () => {
        assert(
          config.status.watching.every(({ mode }) => mode === 'native'),
          'the system has too few watches for this',
        );
        config.close();
      },
    };
  });
}

const READS = 2_000_000;

function workers(_, sizes) {
  const titles = {
    read: `${READS.toLocaleString('en')} reads of \`handle.value\` by each worker at once, until all are done`,
    change: 'From a reload to the event `change` in all of them',
    message: 'A message by `postMessage` to all of them and back, for comparison',
  };
  return curves('workers', sizes, titles, async (size) => {
    let tick = 0;
    const config = SuperConfig.builder({ env: {} })
      .source({ name: 'tick', load: () => ({ tick: ++tick }) })
      .loadSync();
    const all = Array.from({ length: size }, () => new Worker(join(here, 'reader.mjs'), { workerData: { token: config.token, reads: READS } }));
    const answers = () => Promise.all(all.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
    const timed = async (start) => {
      const answered = answers();
      const began = now();
      start();
      await answered;
      return Number(now() - began);
    };
    await answers();
    return {
      read: () =>
        timed(() => {
          for (const worker of all) worker.postMessage('read');
        }),
      change: () => timed(() => config.reloadSync()),
      message: () =>
        timed(() => {
          for (const worker of all) worker.postMessage('answer');
        }),
      close: async () => {
        await Promise.all(all.map((worker) => worker.terminate()));
        config.close();
      },
    };
  });
}

export async function measure({ scratch, quick }) {
  const upTo = (...sizes) => (quick ? sizes.slice(0, -1) : sizes);
  return [
    ...(await layers(scratch, upTo(1, 10, 100))),
    ...(await bytes(scratch, upTo(10_000, 100_000, 1_000_000, 10_000_000))),
    ...(await keys(scratch, upTo(10, 100, 1_000, 10_000, 100_000))),
    ...(await configurations(scratch, upTo(1, 10, 100, 1_000, 2_000))),
    ...(await watched(scratch, upTo(1, 10, 100, 1_000, 10_000))),
    ...(await workers(scratch, upTo(1, 4, 16, 64))),
  ];
}
