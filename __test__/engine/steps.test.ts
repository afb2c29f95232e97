import { expect, test } from 'vitest';
import { runAsync, runSync, type Steps, settled } from '../../ts/engine/steps.ts';
import { isSuperConfigError } from '../../ts/index.ts';

/** Adds two values, of which each may have to be awaited; notes that it has ended. */
function* sum(one: number | Promise<number>, other: () => number | Promise<number>, ended: () => void): Steps<number> {
  try {
    const first = yield* settled(one, 'the first');
    return first + (yield* settled(other(), 'the second', { kind: 'custom', source: 'second' }));
  } finally {
    ended();
  }
}

const nothing = () => {};

test('the same steps run synchronously and asynchronously', async () => {
  expect(runSync(sum(1, () => 2, nothing))).toBe(3);
  expect(await runAsync(sum(1, () => 2, nothing))).toBe(3);
  expect(await runAsync(sum(Promise.resolve(1), async () => 2, nothing))).toBe(3);
});

test('a promise in a synchronous run is ASYNC, after the steps have cleaned up; its rejection is ignored', async () => {
  const rejections: unknown[] = [];
  const note = (reason: unknown) => rejections.push(reason);
  process.on('unhandledRejection', note);
  try {
    let ended = 0;
    const run = () =>
      runSync(
        sum(
          1,
          () => Promise.reject(new Error('late')),
          () => ended++,
        ),
      );
    expect(run).toThrow(
      expect.objectContaining({ code: 'ERR_SUPERCONFIG_ASYNC', message: 'the second is asynchronous', origin: { kind: 'custom', source: 'second' } }),
    );
    expect(ended).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(rejections).toEqual([]);
  } finally {
    process.off('unhandledRejection', note);
  }
});

test('a promise that rejects throws inside the steps, which may go on', async () => {
  function* forgiving(): Steps<string> {
    try {
      return yield* settled(Promise.reject(new Error('no')), 'it');
    } catch (error) {
      return yield* settled(Promise.resolve(`caught ${(error as Error).message}`), 'it');
    }
  }
  expect(await runAsync(forgiving())).toBe('caught no');
  let ended = 0;
  const failing = runAsync(
    sum(Promise.reject(new RangeError('no')), nothing as never, () => {
      ended += 1;
    }),
  );
  await expect(failing).rejects.toBeInstanceOf(RangeError);
  expect(ended).toBe(1);
});

test('an asynchronous run starts synchronously, and rejects with what a step throws', async () => {
  const order: string[] = [];
  const running = runAsync(
    sum(
      1,
      () => {
        order.push('second');
        return 2;
      },
      () => order.push('ended'),
    ),
  );
  order.push('returned');
  await running;
  expect(order).toEqual(['second', 'ended', 'returned']);
  const thrown = runAsync(
    sum(
      1,
      () => {
        throw new SyntaxError('no');
      },
      nothing,
    ),
  );
  await expect(thrown).rejects.toSatisfy((error) => !isSuperConfigError(error) && error instanceof SyntaxError);
});
