import { pbkdf2 } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { SuperConfig, type SuperConfigBuilder } from '../../ts/index.ts';
import { rejected } from '../support/errors.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/watched.ts';

const directory = temporaryDirectory();
const { write } = directory;

const builder = () => SuperConfig.builder({ cwd: directory.path, env: {} });

/** Accepts everything, after a while. */
const slowly = (milliseconds: number) => ({
  '~standard': { version: 1 as const, vendor: 'test', validate: (value: unknown) => sleep(milliseconds, { value }) },
});

describe('a load that is thrown away because files had just changed is followed by another', () => {
  const gaps = [0, 5, 20, 25, 30, 35, 40, 45, 60, 100, 200, 450];

  /** A file changes, and a while later a source has something new, again and again; in the end both must be there. */
  async function changes(name: string, configure: (builder: SuperConfigBuilder) => SuperConfigBuilder, gap: number): Promise<void> {
    write(name, '{"file": 0}');
    let value = 0;
    let changed = () => {};
    const config = await configure(builder().file(name))
      .source({
        name: 'remote',
        load: () => ({ value }),
        watch(_, request) {
          changed = request;
        },
      })
      .load();
    for (let round = 1; round <= 4; round++) {
      await sleep(120);
      write(name, `{"file": ${round}}`);
      await sleep(gap);
      value = round;
      changed();
      await until(() => config.get('file') === round && config.get('value') === round, `${name}: round ${round}, ${JSON.stringify(config)}`);
    }
    config.close();
  }

  test.each<[string, (builder: SuperConfigBuilder) => SuperConfigBuilder]>([
    ['by default', (builder) => builder.watch()],
    ['with a long debounce', (builder) => builder.watch({ debounceMs: 500 })],
    ['when polled', (builder) => builder.watch({ poll: 100 })],
    ['with an asynchronous schema', (builder) => builder.schema(slowly(30)).watch()],
  ])('%s', { timeout: 60_000 }, async (way, configure) => {
    await Promise.all(gaps.map((gap) => changes(`${way} ${gap}.json`, configure, gap)));
  });

  test('also where it changes before this thread knows that it is loaded', async () => {
    write('busy.json', '{"file": 0}');
    const spin = (milliseconds: number) => {
      for (const end = performance.now() + milliseconds; performance.now() < end; );
    };
    const loading = builder()
      .file('busy.json')
      .source({ name: 'remote', load: () => ({ value: 0 }) })
      .watch({ debounceMs: 5 })
      .load();
    // Another thread reads, publishes and watches meanwhile.
    spin(300);
    write('busy.json', '{"file": 1}');
    spin(300);
    const config = await loading;
    await until(() => config.get('file') === 1);
    config.close();
  });

  test('also where the schema takes longer than the pauses between changes', { timeout: 60_000 }, async () => {
    write('app.json', '{"file": 0}');
    const config = await builder().file('app.json').schema(slowly(150)).watch({ debounceMs: 20 }).load();
    for (let round = 1; round <= 20; round++) {
      write('app.json', `{"file": ${round}}`);
      await sleep(30 + 10 * (round % 5));
    }
    await until(() => config.get('file') === 20);
    config.close();
  });
});

describe('of overlapping reloads', () => {
  test('the one that called its sources last stays, whatever threads do', async () => {
    let calls = 0;
    const config = builder()
      .source({ name: 'counter', load: () => ({ n: ++calls }) })
      .loadSync();
    for (let at = 0; at < 4; at++) pbkdf2('a', 'b', 200_000, 64, 'sha512', () => {});
    const older = config.reload();
    await new Promise((resolve) => setImmediate(resolve));
    config.reloadSync();
    await older;
    expect(config.get('n')).toBe(calls);
    for (let round = 0; round < 200; round++) {
      await Promise.all(Array.from({ length: 6 }, () => config.reload()));
      expect(config.get('n')).toBe(calls);
    }
    config.close();
  });

  test('an older failure says nothing about a newer answer', async () => {
    const answers: ((answer: object | Promise<never>) => void)[] = [];
    let isSlow = false;
    const config = await builder()
      .source({ name: 'remote', load: () => (isSlow ? new Promise<object>((answer) => answers.push(answer)) : { n: 0 }) })
      .load();
    isSlow = true;
    const [older, newer] = [config.reload(), config.reload()];
    answers[1]?.({ n: 2 });
    await newer;
    answers[0]?.(Promise.reject(new Error('connection refused')));
    await older;
    expect(config.get('n')).toBe(2);
    expect(config.warnings).toEqual([]);
    expect(config.status.staleSince).toBeUndefined();
    expect(config.status.sources).toMatchObject([{ name: 'remote', state: 'live' }]);
    config.close();
  });
});

/** Runs code in a worker, with `SuperConfig` and what it is given. */
async function inWorker(code: string, workerData: unknown, env?: Record<string, string>): Promise<unknown> {
  const index = new URL('../../ts/dist/index.js', import.meta.url).href;
  const source = `const { parentPort, workerData } = require('node:worker_threads');
    import(${JSON.stringify(index)}).then(async ({ SuperConfig }) => parentPort.postMessage(await (${code})(SuperConfig, workerData)));`;
  const worker = new Worker(source, { eval: true, workerData, ...(env && { env }) });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

describe('a reload in a worker', () => {
  const load = `(SuperConfig, token) => SuperConfig.attach(token).reload()`;

  test.each(['given to the builder', 'of the thread that loaded'])('keeps the environment %s', async (whose) => {
    write('app.json', '{"file": 1}');
    write('app.test.json', '{"profile": "test"}');
    process.env.SUPERCONFIG_OF_MAIN_VALUE = 'main';
    const given = { NODE_ENV: 'test', SUPERCONFIG_OF_MAIN_VALUE: 'main' };
    const env = whose === 'given to the builder' ? { env: given } : {};
    const config = SuperConfig.builder({ cwd: directory.path, ...env })
      .file('app.json')
      .file('app.{profile}.json', { optional: true })
      .env('SUPERCONFIG_OF_MAIN')
      .loadSync();
    const before = config.current;
    const profiles = config.status.profiles;
    expect(before).toMatchObject({ file: 1, value: 'main' });
    write('app.json', '{"file": 2}');
    const env2 = { SUPERCONFIG_OF_MAIN_VALUE: 'worker', NODE_ENV: 'other' };
    expect(await inWorker(load, config.token, env2)).toEqual({ version: 2, changed: ['file'] });
    expect(config.current).toEqual({ ...before, file: 2 });
    expect(config.status.profiles).toEqual(profiles);
    config.close();
    delete process.env.SUPERCONFIG_OF_MAIN_VALUE;
  });
});

describe('closing', () => {
  test('rejects what is still being loaded, and does not wait for it', async () => {
    const never = new Promise<never>(() => {});
    let hangs = false;
    const config = await builder()
      .source({ name: 'remote', load: () => (hangs ? never : {}) })
      .load();
    hangs = true;
    const reloading = config.reload();
    config.close();
    expect((await rejected(reloading)).code).toBe('ERR_SUPERCONFIG_CLOSED');

    let checks = 0;
    const unsettled = await builder()
      .schema({ '~standard': { version: 1, vendor: 'test', validate: (value) => (checks++ === 0 ? { value } : never) } })
      .load();
    const second = unsettled.reload();
    await until(() => checks === 2);
    unsettled.close();
    expect((await rejected(second)).code).toBe('ERR_SUPERCONFIG_CLOSED');
  });
});
