// An asynchronous reload leaves its thread free, however large the configuration is.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SuperConfig } from '../../ts/index.ts';
import { isLinux } from '../support/platform.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();

/** Of Node 24 and newer. */
const { threadCpuUsage } = process as { threadCpuUsage?: () => { user: number; system: number } };

/** Milliseconds that this thread has computed, whatever else the machine does. */
function computed(): number {
  if (isLinux) return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6;
  const { user = 0, system = 0 } = threadCpuUsage?.() ?? {};
  return (user + system) / 1e3;
}

test('reading, comparing and publishing a large version happen on another thread', async ({ skip }) => {
  skip(!isLinux && threadCpuUsage === undefined, 'this Node cannot tell what a thread has computed');
  const write = (n: number) => {
    const items = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`key${at}`, { name: `name ${at}`, value: at, tags: ['a', 'b'] }]));
    directory.write('app.json', JSON.stringify({ n, items }));
  };
  write(0);
  const config = SuperConfig.builder({ cwd: directory.path, env: {} }).file('app.json').loadSync();
  let here = 0;
  let elsewhere = 0;
  for (let n = 1; n <= 4; n++) {
    write(n);
    let start = computed();
    expect(config.reloadSync().changed).toEqual(['n']);
    here += computed() - start;
    write(-n);
    start = computed();
    expect((await config.reload()).changed).toEqual(['n']);
    elsewhere += computed() - start;
  }
  expect(elsewhere).toBeLessThan(here / 5);
  config.close();
});
