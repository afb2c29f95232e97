import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type CustomSource, type SourceContext, SuperConfig, type SuperConfigError } from '../../ts/index.ts';
import { caught, rejected } from '../support/errors.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { warnings } from '../support/warnings.ts';
import { until } from '../support/watched.ts';

const directory = temporaryDirectory();
const { write } = directory;

const builder = () => SuperConfig.builder({ cwd: directory.path, env: {} });

/** A source that hangs when told to. */
class Remote implements CustomSource {
  readonly name = 'remote';
  timeoutMs = 100;
  value = 0;
  hangs = false;
  closed = 0;
  readonly contexts: SourceContext[] = [];

  load(context: SourceContext): Promise<object> {
    this.contexts.push(context);
    return this.hangs ? new Promise(() => {}) : Promise.resolve({ value: this.value });
  }

  close(): void {
    this.closed += 1;
  }
}

describe('a source that does not answer', () => {
  test('counts as failed: the last values stay, and files are read on', async () => {
    const remote = new Remote();
    write('app.json', '{"file": 0}');
    const config = await builder().file('app.json').source(remote).watch({ debounceMs: 5 }).load();
    const errors: SuperConfigError[] = [];
    config.on('error', (error) => errors.push(error));
    remote.hangs = true;
    remote.value = 1;
    expect(await config.reload()).toEqual({ version: 1, changed: [] });
    expect(errors.map(({ code, message }) => [code, message])).toEqual([
      ['ERR_SUPERCONFIG_SOURCE', 'the source `remote` failed: it has not answered within 100 ms'],
    ]);
    const { lastError, staleSince, sources } = config.status;
    expect(lastError?.message).toContain('it has not answered within 100 ms');
    expect(staleSince).toBeInstanceOf(Date);
    expect(sources).toMatchObject([{ name: 'remote', state: 'stale' }]);
    for (let round = 1; round <= 3; round++) {
      write('app.json', `{"file": ${round}}`);
      await until(() => config.get('file') === round);
      expect(config.get('value')).toBe(0);
    }
    remote.hangs = false;
    expect((await config.reload()).changed).toEqual(['value']);
    expect(config.status).not.toHaveProperty('staleSince');
    expect(config.status.sources).toMatchObject([{ name: 'remote', state: 'live' }]);
    expect(config.status.sources[0]).not.toHaveProperty('lastError');
    config.close();
  });

  test('fails a first load, and its signal aborts', async () => {
    const remote = new Remote();
    remote.hangs = true;
    const error = await rejected(builder().source(remote).load());
    expect([error.code, error.message]).toEqual(['ERR_SUPERCONFIG_SOURCE', 'the source `remote` failed: it has not answered within 100 ms']);
    expect(remote.contexts[0]?.signal.aborted).toBe(true);
    expect(String(remote.contexts[0]?.signal.reason)).toContain('100 ms');
    expect(remote.closed).toBe(1);
  });

  test('may answer too late, to no effect', async () => {
    const answers: ((values: object) => void)[] = [];
    let isSlow = false;
    const config = await builder()
      .source({ name: 'remote', timeoutMs: 20, load: () => (isSlow ? new Promise<object>((answer) => answers.push(answer)) : { n: 0 }) })
      .load();
    isSlow = true;
    await config.reload();
    answers[0]?.({ n: 1 });
    await sleep(20);
    expect(config.get('n')).toBe(0);
    expect(config.status.sources[0]?.state).toBe('stale');
    config.close();
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, '10', null])('a time of %s is none', (timeoutMs) => {
    const given = { name: 'remote', load: () => ({}), timeoutMs } as never;
    expect(caught(() => builder().source(given))).toMatchObject({ code: 'ERR_SUPERCONFIG_OPTION' });
  });
});

describe('what a source is given', () => {
  test('the signal of the last load, and of the watch, aborts when the configuration is closed', async () => {
    const remote = new Remote();
    let watched: AbortSignal | undefined;
    const source = Object.assign(remote, {
      watch(context: SourceContext) {
        watched = context.signal;
      },
    });
    const config = await builder().source(source).watch().load();
    await config.reload();
    const last = remote.contexts[1]?.signal;
    expect([last?.aborted, watched?.aborted]).toEqual([false, false]);
    config.close();
    expect([last?.aborted, watched?.aborted]).toEqual([true, true]);
    expect(last?.reason).toMatchObject({ code: 'ERR_SUPERCONFIG_CLOSED' });
    expect(remote.contexts[0]?.signal.aborted, 'of a load that nothing is in use of').toBe(false);
  });

  test('what it reports shows in the status, from before the first load is done', async () => {
    const contexts: SourceContext[] = [];
    const load = (context: SourceContext) => {
      context.report({ state: 'snapshot', revision: '7' });
      contexts.push(context);
      return { value: 1 };
    };
    const config = builder().source({ name: 'remote', load }).loadSync();
    expect(config.status.sources).toMatchObject([{ name: 'remote', state: 'snapshot', revision: '7' }]);
    const { report } = contexts[0] as SourceContext;
    report({ state: 'connecting', error: new Error('no route to db://me:hunter2@host/') });
    const [status] = config.status.sources;
    expect(status).toMatchObject({ state: 'connecting', revision: '7' });
    expect(status?.since).toBeInstanceOf(Date);
    expect(status?.lastError?.message).toContain('no route to db://[redacted]@host/');
    report({ state: 'live', revision: '8' });
    expect(config.status.sources[0]).toMatchObject({ state: 'live', revision: '8' });
    expect(config.status.sources[0]).not.toHaveProperty('lastError');
    for (const wrong of [undefined, {}, { state: 'fine' }, { state: 'live', revision: 7 }, { state: 'live', etag: 'x' }]) {
      expect(caught(() => report(wrong as never)).code).toBe('ERR_SUPERCONFIG_OPTION');
    }
    config.close();
    report({ state: 'stale' });
  });
});

describe('a source is closed once', () => {
  test('with the configuration, whoever closes it how often', async () => {
    const remote = new Remote();
    const config = await builder().source(remote).load();
    await config.reload();
    config.close();
    config.close();
    config[Symbol.dispose]();
    expect(remote.closed).toBe(1);
  });

  test('when another one fails the first load', async () => {
    const remote = new Remote();
    const load = () => Promise.reject(new Error('down'));
    await rejected(builder().source(remote).source({ name: 'other', load }).load());
    expect(remote.closed).toBe(1);
    const asynchronous = new Remote();
    expect(caught(() => builder().source(asynchronous).loadSync()).code).toBe('ERR_SUPERCONFIG_ASYNC');
    expect(asynchronous.closed).toBe(1);
  });

  test('when the schema, or a file, fails it', async () => {
    const remote = new Remote();
    const schema = { '~standard': { version: 1 as const, vendor: 'test', validate: () => ({ issues: [{ message: 'no' }] }) } };
    await rejected(builder().source(remote).schema(schema).load());
    await rejected(builder().source(remote).file('missing.json').load());
    expect(remote.closed).toBe(2);
  });

  test('and not at all where it was never called; what it throws becomes a warning', async () => {
    const remote = new Remote();
    caught(() => builder().source(remote).profile('../x').loadSync());
    expect(remote.closed).toBe(0);
    const told = await warnings(async () => {
      const close = () => {
        throw new Error('cannot');
      };
      const config = builder()
        .source({ name: 'one', load: () => ({}), close })
        .source({ name: 'other', load: () => ({}), close: () => Promise.reject(new Error('neither')) })
        .loadSync();
      config.close();
      await sleep(5);
    });
    expect(told).toEqual(['the source `one` does not close: cannot', 'the source `other` does not close: neither']);
  });
});

describe('a watch', () => {
  test('that starts only after the configuration was closed is ended', async () => {
    let stopped = 0;
    const config = await builder()
      .source({
        name: 'remote',
        load: () => ({}),
        async watch() {
          await sleep(30);
          return () => {
            stopped += 1;
          };
        },
      })
      .watch()
      .load();
    config.close();
    expect(stopped).toBe(0);
    await until(() => stopped > 0);
    config.close();
    expect(stopped).toBe(1);
  });

  test('that fails makes the source stale, is an error, and is tried again', async () => {
    let tries = 0;
    let value = 0;
    const errors: string[] = [];
    const told = await warnings(async () => {
      const config = await builder()
        .source({
          name: 'remote',
          load: () => ({ value }),
          watch() {
            tries += 1;
            if (tries === 1) throw new Error('not now');
          },
        })
        .watch()
        .load();
      config.on('error', ({ message }) => errors.push(message));
      expect(config.status.sources).toMatchObject([{ state: 'stale' }]);
      expect(config.status.sources[0]?.lastError?.message).toContain('cannot be watched: not now');
      // What changes before it is watched is read when it is.
      value = 1;
      await until(() => config.get('value') === 1);
      expect(tries).toBe(2);
      expect(config.status.sources).toMatchObject([{ state: 'live' }]);
      config.close();
    });
    // One or the other, by when it is listened to.
    expect([...told, ...errors]).toEqual([expect.stringMatching(/the source `remote` failed.*cannot be watched: not now/s)]);
  });
});

describe('a source that is slow', () => {
  test('holds up no reload of files, and comes in once it answers', async () => {
    write('slow.json', '{"file": 0}');
    const answers: ((values: object) => void)[] = [];
    let isSlow = false;
    let signal = () => {};
    const config = await builder()
      .file('slow.json')
      .source({
        name: 'slow',
        timeoutMs: 60_000,
        load: () => (isSlow ? new Promise<object>((answer) => answers.push(answer)) : { n: 0 }),
        watch: (_context, changed) => {
          signal = changed;
        },
      })
      .watch({ debounceMs: 5 })
      .load();
    isSlow = true;
    for (let round = 1; round <= 3; round++) {
      write('slow.json', `{"file": ${round}}`);
      await until(() => config.get('file') === round);
    }
    expect([answers.length, config.get('n')], 'one call is under way').toEqual([1, 0]);
    // What it has to say now may be newer than what that call sees.
    signal();
    await sleep(20);
    answers[0]?.({ n: 1 });
    await until(() => answers.length === 2);
    answers[1]?.({ n: 2 });
    await until(() => config.get('n') === 2);
    expect(config.get('file')).toBe(3);
    config.close();
  });

  test('does not undo what a reload has read that was called for meanwhile', async () => {
    write('slow.json', '{"file": 0}');
    const answers: ((values: object) => void)[] = [];
    const config = await builder()
      .file('slow.json')
      .source({ name: 'slow', load: () => (answers.push(() => {}) === 1 ? { n: 0 } : new Promise<object>((answer) => (answers[answers.length - 1] = answer))) })
      .watch({ debounceMs: 5 })
      .load();
    write('slow.json', '{"file": 1}');
    await until(() => answers.length === 2 && config.get('file') === 1);
    const reloading = config.reload();
    await until(() => answers.length === 3);
    answers[2]?.({ n: 2 });
    await reloading;
    answers[1]?.({ n: 1 });
    await sleep(50);
    expect(config.get('n')).toBe(2);
    config.close();
  });
});

test('an answer that is on its way is not lost for a reload that cannot await one', async () => {
  let value = 0;
  let signal = () => {};
  const remote = {
    name: 'slow',
    async load() {
      const own = value;
      await sleep(own === 0 ? 0 : 400);
      return { value: own };
    },
    watch(_: unknown, changed: () => void) {
      signal = changed;
    },
  };
  const config = await builder().source(remote).watch({ debounceMs: 5 }).load();
  value = 1;
  signal();
  // The reload that it starts goes on without the answer.
  await sleep(200);
  expect(caught(() => config.reloadSync()).code).toBe('ERR_SUPERCONFIG_ASYNC');
  await until(() => config.get('value') === 1);
  config.close();
});

describe('the event status', () => {
  test('tells each change of a state, also what a failed call changes', async () => {
    const remote = new Remote();
    const config = await builder().source(remote).load();
    const states: string[] = [];
    const errors: string[] = [];
    config.on('error', ({ code }) => errors.push(code));
    const off = config.on('status', ({ name, state, revision, lastError }) => states.push(`${name} ${state} ${revision} ${lastError?.message ?? ''}`));
    const { report } = remote.contexts[0] as SourceContext;
    report({ state: 'live', revision: '1' });
    report({ state: 'connecting', error: 'no route', endpoint: 'a:1', resumes: 1, relists: 2 });
    report({ state: 'connecting', revision: '2' });
    report({ state: 'live' });
    await until(() => states.length === 2);
    expect(states).toEqual(['remote connecting 1 remote: the source `remote` failed\n  cause: no route', 'remote live 2 ']);
    expect(errors, 'one for the outage').toEqual(['ERR_SUPERCONFIG_SOURCE']);
    expect(config.status.sources).toMatchObject([{ endpoint: 'a:1', resumes: 1, relists: 2 }]);
    // One that says so only after a while.
    report({ state: 'stale', error: 'gone' });
    report({ state: 'stale', error: 'gone still' });
    await until(() => states.length === 3);
    expect(errors, 'one for each outage').toHaveLength(2);
    report({ state: 'live' });
    await until(() => states.length === 4);
    states.splice(2);
    remote.hangs = true;
    await config.reload();
    await until(() => states.length === 3);
    expect(states[2]).toContain('remote stale 2');
    off();
    report({ state: 'live' });
    await sleep(20);
    expect(states).toHaveLength(3);
    expect(caught(() => config.on('no' as never, () => {})).hint).toBe("the events are 'change', 'error' and 'status'");
    for (const wrong of [{ endpoint: 1 }, { resumes: -1 }, { relists: 0.5 }]) {
      expect(caught(() => report({ state: 'live', ...wrong } as never)).code).toBe('ERR_SUPERCONFIG_OPTION');
    }
    config.close();
  });
});
